import type { Moment } from '../clock.ts';
import type { Naming } from './coordinated.ts';
import type {
  Cause,
  Place as HolderPlace,
  LeaseClass,
  LeaseState,
  NodeOutageEvent,
  RoundWrite,
} from './event.ts';
import type { LeaseRecord, NodeRecord, PodRecord, SourceName } from './observation.ts';

/**
 * What the model knows and a restart must not forget, as plain JSON: one memory for each lease, each node,
 * each silence of many, each expected lease that nobody holds, and the cluster. The monotonic clock of a process means nothing to the next one, so
 * its times are told as ages: milliseconds before `at`.
 *
 * Counters are not remembered. One that goes on from its last written value, which is lower than the last
 * scraped one, looks to Prometheus like a reset: `rate()` would count all of it again. From 0 it is right.
 */
export type Memory = ClusterMemory | LeaseMemory | NodeMemory | SilenceMemory | AbsenceMemory;

/** Whose memory it is: what is remembered of another cluster says nothing about this one. */
export interface ClusterMemory {
  readonly of: 'cluster';
  readonly at: Moment;
  readonly uid: string;
}

export interface LeaseMemory {
  readonly of: 'lease';
  readonly at: Moment;
  readonly source: SourceName;
  readonly record: LeaseRecord;
  /** Kept apart from the record: a release loses its traits. */
  readonly class: LeaseClass;
  /** The verdict that stands again when nothing was written; `undefined` where only a write proves it. */
  readonly stood: LeaseState | undefined;
  readonly durationSeconds: number | undefined;
  readonly observedAge: number;
  /** Unix microseconds. */
  readonly observedWall: number;
  /** Since when something may have been missed: 0 when the lease was in sight at `at`. */
  readonly blindAge: number;
  readonly seenAlive: boolean;
  readonly listed: boolean;
  readonly edited: boolean;
  readonly named: Naming | undefined;
  /** Until when a predecessor may still write: an age, and negative while it may; `undefined` where there is none. */
  readonly rivalUntilAge: number | undefined;
  readonly ownAcquisition: boolean;
  readonly versionWhenUp: string | undefined;
  /** `undefined` where it is not known, or was not remembered. */
  readonly asksInTime: boolean | undefined;
  /** How far the clock of the holder is ahead of the wall clock of `at`, in microseconds. */
  readonly clockAhead: number | undefined;
  readonly deletedAge: number | undefined;
  readonly lastTraceId: string | undefined;
  /** No round begins before this; `undefined` where nothing is known of that. */
  readonly roundsFromAge: number | undefined;
  /** How often the store was set back under it; `undefined` where that was not remembered. */
  readonly setBacks: number | undefined;
  readonly lastHolder: string;
  readonly holding: HoldingMemory | undefined;
  readonly round: RoundMemory | undefined;
  readonly late: LateFateMemory | undefined;
}

/** A round that is closed, and whose predecessor may still turn out to have met another fate. */
export interface LateFateMemory {
  readonly round: RoundMemory;
  readonly closedAge: number;
  /** How many looks were taken. */
  readonly looks: number;
}

/** What was found out about who holds a lease, or held it last. */
export interface HoldingMemory {
  readonly identity: string;
  readonly pod: PodRecord | undefined;
  readonly node: string;
  readonly candidates: number | undefined;
}

/** What was seen of the predecessor of an open round. */
export interface TrailMemory {
  /** How often it was asked about; what was under way is asked again. */
  readonly questions: number;
  /** Its Pod while it led, and as it was read in the round. */
  readonly before: PodRecord | undefined;
  readonly after: PodRecord | 'absent' | undefined;
  readonly revisions: readonly string[];
  readonly leaving: boolean;
}

/** A round that is open. Its name is that of its lease. */
export interface RoundMemory {
  readonly traceId: string;
  readonly leaseUid: string;
  readonly cause: Cause;
  readonly predecessor: string;
  /** Unix microseconds, on the clock of the predecessor. */
  readonly predecessorRenewTime: number | undefined;
  readonly predecessorAt: HolderPlace;
  /** `undefined` where holders are not looked up. */
  readonly trail: TrailMemory | undefined;
  readonly successor: string;
  readonly durationSeconds: number;
  readonly uncertain: boolean;
  readonly attempts: number;
  readonly leaderlessMs: number;
  /** Where the round's time line is tied to the wall clock (Unix microseconds). */
  readonly anchorAge: number;
  readonly anchorWall: number;
  readonly lastRenewalAge: number;
  readonly vacatedAge: number;
  readonly vacantSinceAge: number;
  readonly acquiredAge: number | undefined;
  readonly unseenFromAge: number | undefined;
  readonly unseenToAge: number | undefined;
  /** `until` is an age, and negative while the predecessor is still entitled. */
  readonly entitled:
    | { readonly holder: string; readonly until: number; readonly resourceVersion: string }
    | undefined;
  readonly writes: readonly RoundWrite[];
  readonly previousTraceId: string | undefined;
}

export interface NodeMemory {
  readonly of: 'node';
  readonly at: Moment;
  readonly name: string;
  readonly lease: LeaseRecord | undefined;
  readonly node: NodeRecord | undefined;
  readonly observedAge: number;
  /** Unix microseconds. */
  readonly observedWall: number;
  readonly heard: boolean;
  readonly renewed: number | undefined;
  readonly setBacks: number | undefined;
  /** How far its clock is ahead of the wall clock of `at`, in microseconds. */
  readonly clockAhead: number | undefined;
  readonly outage: OutageMemory | undefined;
}

/** An outage that has not ended. */
export interface OutageMemory {
  readonly traceId: string;
  readonly anchorAge: number;
  readonly anchorWall: number;
  readonly heardAge: number;
  readonly lostAge: number;
  readonly backAge: number | undefined;
  readonly bootId: string | undefined;
  readonly unseenFromAge: number | undefined;
  readonly unseenToAge: number | undefined;
  readonly together: NodeOutageEvent['together'];
  /** Traces of the rounds whose predecessor it took. */
  readonly rounds: readonly string[];
}

/** Half of a class is silent at once, and its single leases are not worth a page each. */
export interface SilenceMemory {
  readonly of: 'silence';
  readonly at: Moment;
  readonly class: LeaseClass;
  readonly durationMs: number;
  readonly lastHeardAge: number;
  /** Negative while the pages are withheld. */
  readonly untilAge: number;
}

/** Nobody holds a lease that a policy expects to be held, for longer than its grace: that is told. */
export interface AbsenceMemory {
  readonly of: 'absence';
  readonly at: Moment;
  readonly namespace: string;
  readonly lease: string;
  readonly sinceAge: number;
}

export const clusterKey = 'cluster';

export function leaseKey(namespace: string, name: string): string {
  return `lease/${namespace}/${name}`;
}

export function nodeKey(name: string): string {
  return `node/${name}`;
}

export function silenceKey(kind: LeaseClass): string {
  return `silence/${kind}`;
}

export function absenceKey(namespace: string, lease: string): string {
  return `absence/${namespace}/${lease}`;
}

/** Names a memory among all others of one model. */
export function memoryKey(memory: Memory): string {
  switch (memory.of) {
    case 'cluster':
      return clusterKey;
    case 'lease':
      return leaseKey(memory.record.namespace, memory.record.name);
    case 'node':
      return nodeKey(memory.name);
    case 'silence':
      return silenceKey(memory.class);
    case 'absence':
      return absenceKey(memory.namespace, memory.lease);
  }
}

/** A monotonic time as an age, to the microsecond. */
export function ageAt(at: Moment, mono: number): number {
  return Math.round((at.mono - mono) * 1000) / 1000;
}

/** Puts an age back on a monotonic time line. */
export type Place = (age: number) => number;
