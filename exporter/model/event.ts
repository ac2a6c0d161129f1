import type { Moment } from '../clock.ts';
import type { IdleTimeout } from './idle-timeout.ts';
import type { IncidentEvent } from './incident-event.ts';
import type { ProbeEvent } from './probe-event.ts';

/** What the model concludes. Signals turn events into metrics, spans and log lines; nothing else does. */
export type Event =
  | LeaseStateEvent
  | LateRenewalEvent
  | MissedRoundsEvent
  | RoundEvent
  | OverlapEvent
  | RoundFateEvent
  | HolderRestartedEvent
  | NodeStateEvent
  | NodeOutageEvent
  | HeartbeatEvent
  | MassSilenceEvent
  | ExpectationEvent
  | PolicyUnmatchedEvent
  | IdleTimeoutEvent
  | PodUnreadEvent
  | IncidentEvent
  | ReplicaEvent
  | ProbeEvent
  | SourceEvent;

export type LeaseClass = 'election' | 'node' | 'apiserver' | 'coordinated' | 'lock' | 'heartbeat';

export type LeaseState = 'held' | 'expired' | 'released' | 'vacant' | 'orphaned' | 'deleted' | 'unknown';

export type Cause = 'released' | 'expired' | 'deleted' | 'taken' | 'coordinated' | 'created';

export type Outcome = 'elected' | 'resumed' | 'recreated' | 'abandoned';

export interface LeaseStateEvent {
  readonly kind: 'lease-state';
  readonly at: Moment;
  readonly namespace: string;
  readonly lease: string;
  readonly class: LeaseClass;
  readonly from: LeaseState | undefined;
  readonly to: LeaseState;
  readonly holder: string;
  readonly why: string;
  /** Of an `expired` verdict: from the moment when the time was up to the verdict with its evidence. */
  readonly delaySeconds?: number;
}

export interface LateRenewalEvent {
  readonly kind: 'late-renewal';
  readonly at: Moment;
  readonly namespace: string;
  readonly lease: string;
  readonly holder: string;
  readonly intervalSeconds: number;
  readonly durationSeconds: number;
}

/** The record counts changes of the holder that nobody saw. */
export interface MissedRoundsEvent {
  readonly kind: 'missed-rounds';
  readonly at: Moment;
  readonly namespace: string;
  readonly lease: string;
  /** Who holds it now. */
  readonly holder: string;
  readonly rounds: number;
  /** `leaseTransitions` of the record before and of this one. */
  readonly from: number;
  readonly to: number;
}

/**
 * One step of an election round. `opened` comes with the silence, `acquired` ends the leaderless time
 * (again at every further attempt), `closed` tells the outcome.
 */
export interface RoundEvent {
  readonly kind: 'round';
  readonly step: 'opened' | 'acquired' | 'lost' | 'closed';
  readonly at: Moment;
  readonly round: Round;
}

/** A view of a round; valid during the call, except when `step` is `closed`: then nobody changes it any more. */
export interface Round {
  readonly traceId: string;
  readonly namespace: string;
  readonly lease: string;
  readonly leaseUid: string;
  readonly class: LeaseClass;
  readonly cause: Cause;
  readonly outcome: Outcome | undefined;
  readonly uncertain: boolean;
  /** What made it uncertain happened unseen between these moments: Unix microseconds on its time line. */
  readonly unseen: { readonly from: number; readonly to: number } | undefined;
  readonly predecessor: string;
  readonly successor: string;
  readonly durationSeconds: number;
  /** Acquisitions within this round, the lost ones included. */
  readonly attempts: number;
  /** All steps on one time line: Unix microseconds, carried on by the monotonic clock from `lastRenewal`. */
  readonly lastRenewal: number;
  /** Expiry, release, deletion or, when taken, the acquisition itself: nobody was entitled from here on. */
  readonly vacated: number;
  readonly acquired: number | undefined;
  /** Begin of the last leaderless stretch: `vacated`, or the end of the last holder that did not settle. */
  readonly vacantSince: number;
  /** Nobody was entitled to lead, up to the last acquisition: the sum over all stretches. */
  readonly leaderlessSeconds: number;
  readonly closed: number | undefined;
  readonly writes: readonly RoundWrite[];
  readonly previousTraceId: string | undefined;
  /** What became of the predecessor; `undefined` where there is none, or holders are not looked up. */
  readonly fate: Fate | undefined;
  readonly predecessorAt: Place;
  readonly successorAt: Place;
  /** The trace of the outage of the predecessor's node, where that took it. */
  readonly outageTraceId: string | undefined;
}

/** Where a holder runs, as far as it was found out: empty where it was not. */
export interface Place {
  readonly pod: string;
  readonly node: string;
}

/**
 * `rolled`: replaced by a Pod of another version; `deleted`: its Pod was deleted, and nobody said why;
 * `running`: its Pod is as it was, so it hung, was cut off, or gave up by itself.
 */
export type Fate =
  | 'rolled'
  | 'drained'
  | 'evicted'
  | 'deleted'
  | 'oom_killed'
  | 'container_restarted'
  | 'node_lost'
  | 'running'
  | 'unknown';

/**
 * The fate of a predecessor became known only when its round was closed: its node turned out to be lost, or its Pod to
 * have been replaced by one of another version.
 */
export interface RoundFateEvent {
  readonly kind: 'round-fate';
  readonly at: Moment;
  readonly traceId: string;
  readonly namespace: string;
  readonly lease: string;
  readonly predecessor: string;
  readonly predecessorAt: Place;
  readonly fate: Fate;
  readonly outageTraceId: string | undefined;
}

/** Containers of a holder's Pod restarted while it went on holding under the same name. */
export interface HolderRestartedEvent {
  readonly kind: 'holder-restarted';
  readonly at: Moment;
  readonly namespace: string;
  readonly lease: string;
  readonly holder: string;
  readonly holderAt: Place;
  /** Since it was looked up before. */
  readonly restarts: number;
  /** Why the last of them ended, such as `OOMKilled`; empty when not told. */
  readonly reason: string;
}

export interface RoundWrite {
  /** Unix microseconds on the round's time line. */
  readonly at: number;
  readonly what: string;
  readonly holder: string;
  readonly resourceVersion: string;
  /** Set where a person's tool, and not the holder itself, wrote the holder. */
  readonly byHand?: string;
}

/**
 * Two holders may have led at the same time: `second` acquired the lease before the time of `first` was up.
 * The evidence, never a proof: nobody outside can see what a holder does.
 */
export interface OverlapEvent {
  readonly kind: 'overlap';
  readonly at: Moment;
  readonly round: Round;
  readonly first: string;
  readonly second: string;
  /** Unix microseconds on the round's time line: from the acquisition until the time of `first` is up. */
  readonly from: number;
  readonly until: number;
  /** resourceVersions of the last write of `first` and of the acquisition by `second`. */
  readonly firstWrite: string;
  readonly secondWrite: string;
}

export type NodeState = 'alive' | 'late' | 'lost' | 'terminating' | 'orphan' | 'unknown';

export interface NodeStateEvent {
  readonly kind: 'node-state';
  readonly at: Moment;
  readonly node: string;
  readonly from: NodeState | undefined;
  readonly to: NodeState;
  readonly why: string;
}

export interface NodeOutageEvent {
  readonly kind: 'node-outage';
  readonly step: 'opened' | 'closed';
  readonly at: Moment;
  readonly node: string;
  readonly traceId: string;
  /** Unix microseconds, on one time line as in a round. */
  readonly lastHeartbeat: number;
  readonly lost: number;
  readonly closed: number | undefined;
  readonly end: 'back' | 'rebooted' | 'deleted' | undefined;
  /** Something of it may have happened between these moments, while we could not see: Unix microseconds, as above. */
  readonly unseen: { readonly from: number; readonly to: number } | undefined;
  /** How many nodes fell silent at once, and of how many; `undefined` where it fell silent by itself. */
  readonly together: { readonly silent: number; readonly of: number; readonly suspect: Suspect } | undefined;
  /** Traces of the rounds whose predecessor it took. */
  readonly rounds: readonly string[];
}

/** What many silences at once speak of: the network between, or an API server or a store that takes no writes. */
export type Suspect = 'partition' | 'control_plane';

/** A node was heard again. There is one for every heartbeat of every node: it is for metrics, not for logs. */
export interface HeartbeatEvent {
  readonly kind: 'heartbeat';
  readonly at: Moment;
  readonly node: string;
  readonly intervalSeconds: number;
}

/** Half of a class fell silent within one duration, and the nodes with it; or that is over. */
export interface MassSilenceEvent {
  readonly kind: 'mass-silence';
  readonly at: Moment;
  readonly class: LeaseClass;
  readonly to: 'began' | 'ended';
  /** At the beginning: how many are silent, and of how many. */
  readonly silent: number;
  readonly of: number;
  /** Whether the nodes were looked at as well: they are silent too. */
  readonly nodes: boolean;
  /** Of nodes that begin to be silent: what it speaks of. */
  readonly suspect: Suspect | undefined;
}

/** Nobody holds a lease that a policy expects to be held, or somebody does again. */
export interface ExpectationEvent {
  readonly kind: 'expectation';
  readonly at: Moment;
  readonly namespace: string;
  readonly lease: string;
  /** `forgotten`: nothing is expected of it any more. */
  readonly to: 'absent' | 'present' | 'forgotten';
  /** The state of the lease (`missing`: there is none), or why it is forgotten. */
  readonly why: string;
  /** For how long nobody has held it, as far as we saw. */
  readonly absentSeconds: number;
  /** Where the policy was written: `policies[2]`. */
  readonly policy: string;
}

/** A policy has matched nothing since everything was listed: probably its pattern is wrong. */
export interface PolicyUnmatchedEvent {
  readonly kind: 'policy-unmatched';
  readonly at: Moment;
  readonly policy: string;
  readonly about: 'leases' | 'nodes';
  /** Its pattern in words. */
  readonly matches: string;
  /** What it may have been meant for. */
  readonly near: readonly string[];
}

/** This replica began to push, or another one does, or another one than before. */
export interface ReplicaEvent {
  readonly kind: 'replica';
  readonly at: Moment;
  readonly pushes: boolean;
  readonly why: string;
}

/** Connections of a port end at one age, one after the other, or no longer do. */
export interface IdleTimeoutEvent {
  readonly kind: 'idle-timeout';
  readonly at: Moment;
  /** Of the Pod, and its name: empty where they are not known. */
  readonly namespace: string;
  readonly pod: string;
  readonly port: number;
  readonly to: 'found' | 'gone';
  readonly timeout: IdleTimeout | undefined;
}

/** The connections of a Pod cannot be counted; told again only when the reason changes. */
export interface PodUnreadEvent {
  readonly kind: 'pod-unread';
  readonly at: Moment;
  readonly namespace: string;
  readonly pod: string;
  readonly reason: string;
  readonly why: string;
}

export interface SourceEvent {
  readonly kind: 'source';
  readonly at: Moment;
  readonly source: string;
  readonly to: 'up' | 'down' | 'forbidden';
  readonly why: string;
  /** What was seen since the last of these events that it had told otherwise, and was not told. */
  readonly untold: number;
}
