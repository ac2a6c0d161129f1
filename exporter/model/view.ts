import type { Moment } from '../clock.ts';
import type { Cause, LeaseClass, LeaseState, NodeState, Round } from './event.ts';
import type { LeasePolicy, Policy } from './policy.ts';
import type { ConnectionsView } from './view-connections.ts';

/** What signals may read of the model. Views are valid during the call: copy what you keep. */
export interface ModelView {
  leases(): Iterable<LeaseView>;
  nodes(): Iterable<NodeView>;
  sources(): Iterable<SourceView>;
  connections(): ConnectionsView;
  openRounds(): Iterable<Round>;
  /** Classes of which somebody ever fell silent, and whether half of it is silent at this moment. */
  massSilence(): Iterable<{ readonly class: LeaseClass; readonly active: boolean }>;
  policies(): PoliciesView;
  /** Whether this replica pushes; `undefined` where there is no election, or nothing is known of it yet. */
  pushes(): boolean | undefined;
}

/** Node leases are not among these: they are told as `NodeView`. */
export interface LeaseView {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly class: LeaseClass;
  readonly state: LeaseState;
  /** When the state began; monotonic milliseconds. */
  readonly since: number;
  /** Raw text from the cluster: escape it, cap it, never make a label value of it as it is. */
  readonly holder: string;
  /** Its Pod and its Node, as far as they were found out; empty where not. */
  readonly holderPod: string;
  readonly holderNode: string;
  /** How many could hold the lease, the holder included: LeaseCandidates, else Pods of the workload behind the holder. */
  readonly candidates: number | undefined;
  /** The last duration that a holder wrote, in seconds; `undefined` for a lock. */
  readonly durationSeconds: number | undefined;
  readonly transitions: number | undefined;
  /** Raw text, as the holder: whom it was asked to step down for; empty when it was not. */
  readonly preferredHolder: string;
  /** Unix microseconds, on the clock of the holder. */
  readonly renewTime: number | undefined;
  /** Unix microseconds, on the clock of the holder. */
  readonly acquireTime: number | undefined;
  /** When the last change of the record reached us: Unix microseconds and monotonic milliseconds. */
  readonly observedWall: number;
  readonly observedMono: number;
  readonly renewals: number;
  readonly lateRenewals: number;
  readonly missedRounds: number;
  readonly overlaps: number;
  readonly gapSeconds: number;
  readonly leaderlessSeconds: number;
  readonly holderChanges: Readonly<Record<Cause, number>>;
  /** Seconds spent in the states `expired` and `unknown`, up to the monotonic time `now`. */
  expiredSeconds(now: number): number;
  unknownSeconds(now: number): number;
  /** How far the clock of the holder is ahead of ours, in seconds; `undefined` until it renewed before our eyes. */
  clockSkewSeconds(now: Moment): number | undefined;
  readonly round: Round | undefined;
  /** The policy that applies. */
  readonly policy: LeasePolicy | undefined;
  /** What becomes of a policy that expects it to be held. */
  readonly expected: ExpectationView | undefined;
}

export interface PoliciesView {
  readonly all: readonly PolicyView[];
  /** Every lease that is expected to be held, whether there is one of this name or not. */
  readonly expected: Iterable<ExpectationView>;
  /** Leases that a policy ignores: they are nowhere else. */
  readonly ignored: Iterable<{ readonly policy: LeasePolicy }> & { readonly size: number };
}

export interface PolicyView {
  readonly policy: Policy;
  /** Whether it has ever matched anything. */
  readonly matched: boolean;
  /** What it may have been meant for, once it is told that it matches nothing. */
  readonly near: readonly string[] | undefined;
}

export interface ExpectationView {
  readonly namespace: string;
  readonly name: string;
  readonly policy: LeasePolicy;
  /** The verdict on the lease; `missing` when there is no lease of this name. */
  readonly state: LeaseState | 'missing';
  /** Nobody has held it for longer than the grace. */
  readonly absent: boolean;
  /** Since when nobody holds it, as far as we saw; monotonic milliseconds. */
  readonly since: number | undefined;
}

export interface NodeView {
  readonly name: string;
  readonly state: NodeState;
  readonly since: number;
  readonly observedWall: number;
  readonly observedMono: number;
  readonly missed: number;
  /** Seconds spent in the states `lost` and `unknown`, up to the monotonic time `now`. */
  lostSeconds(now: number): number;
  unknownSeconds(now: number): number;
  /** As of a lease's holder. */
  clockSkewSeconds(now: Moment): number | undefined;
  /** `fresh_lease_not_ready`, `stale_lease_ready`, or none. */
  readonly disagreement: string | undefined;
}

export interface SourceView {
  readonly name: string;
  readonly up: boolean;
  readonly forbidden: boolean;
  readonly why: string;
  /** Synced at least once. */
  readonly synced: boolean;
  /** Unix microseconds of the last delivery, 0 before the first. */
  readonly lastEvent: number;
  /** Seconds in which it could not see, up to the monotonic time `now`. */
  blindSeconds(now: number): number;
  readonly restarts: ReadonlyMap<string, number>;
  readonly events: ReadonlyMap<string, number>;
}
