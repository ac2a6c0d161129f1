import type { Moment } from '../clock.ts';
import { Cadence } from './cadence.ts';
import { classify } from './classify.ts';
import type { Naming } from './coordinated.ts';
import type { Sleeper } from './deadlines.ts';
import type { ElectionRound } from './election.ts';
import type { Cause, LeaseClass, LeaseState } from './event.ts';
import type { Expectation } from './expectation.ts';
import { HolderClock } from './holder-clock.ts';
import { Holding } from './holding.ts';
import type { LateFate } from './late-fate.ts';
import type { LeaseRecord, SourceName } from './observation.ts';
import type { LeasePolicy } from './policy.ts';
import type { ReadAhead } from './read-ahead.ts';
import { isOlder } from './revision.ts';
import type { Now } from './sink.ts';
import type { LeaseView } from './view.ts';

/** Between two moments that are no further apart (ms), it does not matter when something was written. */
const promptMs = 1000;

export const causes = ['released', 'expired', 'deleted', 'taken', 'coordinated', 'created'] as const;

/** What is kept of one lease. Times are monotonic milliseconds unless they say otherwise. */
export class LeaseRow implements LeaseView, Sleeper {
  readonly namespace: string;
  readonly name: string;
  readonly source: SourceName;
  record: LeaseRecord;
  class: LeaseClass;
  state: LeaseState = 'unknown';
  since: number;
  /** The policy that applies, found by the labels that the lease had then. */
  policy: LeasePolicy | undefined;
  labels: LeaseRecord['labels'];
  expected: Expectation | undefined;
  /** Who held it last: a release does not make the same holder another one. */
  lastHolder: string;
  /** The last duration that a holder wrote. A release writes 1 s, which says nothing. */
  durationSeconds: number | undefined;
  observedMono: number;
  observedWall: number;
  /** When the time is up, unless a renewal moves it. */
  deadline = Number.POSITIVE_INFINITY;
  /** A read that shall confirm the expiry is under way, or was and shall be repeated at `retryAt`. */
  asked = false;
  retryAt = 0;
  /** What a read has shown and the watch has not told yet. */
  ahead: ReadAhead | undefined;
  /** A write was seen since the first sight: the holder was truly alive before our eyes. */
  seenAlive = false;
  /** The verdict that stood when the source went blind: it stands again if nothing was written. */
  before: LeaseState | undefined;
  /** How often its holder renews. */
  cadence = new Cadence();
  clock = HolderClock.begin();
  /** The last write was found in a list or by a read: when it reached us says nothing of when it was made. */
  listed = false;
  /** The last write left the renewTime as it was: somebody edited the record, and its date is that of the renewal before. */
  edited = false;
  /** The controller of a coordinated election named the holder, which has not written since; see coordinated.ts. */
  named: Naming | undefined;
  /** Since when something may have been missed, while that is so. */
  blindSince: number | undefined;
  /** The last such gap, until the next write: that may have been made in it. */
  gap: { readonly from: number; readonly to: number } | undefined;
  /** The last write was the first word after a gap or a pause of our own. */
  mayBeLate = false;
  /** The last write cannot have been made before this (monotonic ms), however late it reached us. */
  notBefore = Number.NEGATIVE_INFINITY;
  /** Until then a predecessor that never gave the lease up may still write (monotonic ms). */
  rivalUntil = Number.NEGATIVE_INFINITY;
  /** We did not see its acquisition come, and the holder dated it itself: an edit by hand leaves the date of the one before. */
  ownAcquisition = false;
  /**
   * `preferredHolder` was written before the time of the holder was up: it stops renewing for it. `undefined` where
   * a list shows it after that.
   */
  asksInTime: boolean | undefined = true;
  /** The resourceVersion that stood when the time was up, once somebody has edited a label since. */
  versionWhenUp: string | undefined;
  /** Who stand for the election, where LeaseCandidates tell. */
  standing: number | undefined;
  /** How often the store was set back under it. */
  setBacks = 0;
  /** When the workload of a lease that nobody takes is looked for (monotonic ms). */
  vacantLook = Number.POSITIVE_INFINITY;
  deletedAt = 0;
  /** Of the list that named it last; see `Model`. */
  generation: number;
  wake = Number.POSITIVE_INFINITY;
  filed = Number.POSITIVE_INFINITY;

  renewals = 0;
  lateRenewals = 0;
  missedRounds = 0;
  overlaps = 0;
  gapSeconds = 0;
  leaderlessSeconds = 0;
  readonly holderChanges: Record<Cause, number> = {
    released: 0,
    expired: 0,
    deleted: 0,
    taken: 0,
    coordinated: 0,
    created: 0,
  };
  round: ElectionRound | undefined;
  lastTraceId: string | undefined;
  /** No round begins before this (monotonic ms), whatever the records say: the last one closed then, or there was no such lease yet. */
  roundsFrom = Number.NEGATIVE_INFINITY;
  /** What became of the predecessor of the last round, while more of it may turn out. */
  late: LateFate | undefined;
  readonly who = new Holding();
  #expiredMs = 0;
  #unknownMs = 0;

  constructor(record: LeaseRecord, source: SourceName, generation: number, now: Now) {
    this.namespace = record.namespace;
    this.name = record.name;
    this.source = source;
    this.generation = generation;
    this.record = record;
    this.class = classify(record);
    this.lastHolder = this.holder;
    this.durationSeconds = isRelease(record) ? undefined : record.durationSeconds;
    this.since = now.at.mono;
    this.observedMono = now.at.mono;
    this.observedWall = now.at.wall;
  }

  get uid(): string {
    return this.record.uid;
  }
  get holder(): string {
    return this.record.holder ?? '';
  }
  get holderPod(): string {
    return this.who.identity === this.holder ? this.who.place.pod : '';
  }
  get holderNode(): string {
    return this.who.identity === this.holder ? this.who.place.node : '';
  }
  get candidates(): number | undefined {
    return this.standing ?? (this.who.identity === this.holder ? this.who.candidates : undefined);
  }
  get transitions(): number | undefined {
    return this.record.transitions;
  }
  get renewTime(): number | undefined {
    return this.record.renewTime;
  }
  get acquireTime(): number | undefined {
    return this.record.acquireTime;
  }
  get preferredHolder(): string {
    return this.record.preferredHolder ?? '';
  }
  get durationMs(): number {
    if (this.policy?.class === 'lock') return Number.POSITIVE_INFINITY;
    return this.durationSeconds === undefined ? Number.POSITIVE_INFINITY : this.durationSeconds * 1000;
  }

  /** How long the last write lasts (ms). */
  get termMs(): number {
    return this.named === undefined ? this.durationMs : (this.record.durationSeconds ?? 0) * 1000;
  }

  /** After this silence a renewal is late (ms). */
  get lateAfterMs(): number {
    return this.cadence.lateAfter(this.durationMs);
  }
  /**
   * The last write was found in a list or by a read, and nothing tells when it was made: no clock of its holder's is
   * known, and nobody wrote so shortly before that it is known all the same.
   */
  get undated(): boolean {
    return this.listed && !this.clock.known && this.observedMono - this.notBefore > promptMs;
  }
  clockSkewSeconds(now: Moment): number | undefined {
    const ahead = this.holder === '' ? undefined : this.clock.ahead(now);
    return ahead === undefined ? undefined : ahead / 1e6;
  }

  expiredSeconds(now: number): number {
    return (this.#expiredMs + (this.state === 'expired' ? now - this.since : 0)) / 1000;
  }
  unknownSeconds(now: number): number {
    return (this.#unknownMs + (this.state === 'unknown' ? now - this.since : 0)) / 1000;
  }

  /** Changes the verdict and says so; a verdict that stays is not told again. */
  turn(now: Now, to: LeaseState, why: string, delaySeconds?: number): void {
    if (this.state === to) return;
    const from = this.state;
    const spent = now.at.mono - this.since;
    if (from === 'expired') this.#expiredMs += spent;
    if (from === 'unknown') this.#unknownMs += spent;
    this.state = to;
    this.since = now.at.mono;
    now.sink.event({
      kind: 'lease-state',
      at: now.at,
      namespace: this.namespace,
      lease: this.name,
      class: this.class,
      from,
      to,
      holder: this.holder,
      why,
      ...(delaySeconds === undefined ? {} : { delaySeconds }),
    });
    this.expected?.turned(to, now);
  }
}

/** An empty holder after a held one; `nil` and empty mean the same to client-go. */
export function isRelease(record: LeaseRecord): boolean {
  return (record.holder ?? '') === '';
}

/** Whether a record without a holder tells that somebody had it: whoever gives a lease up leaves its date, and so does a hand. */
export function wasHeld({ transitions = 0, acquireTime }: LeaseRecord): boolean {
  return transitions > 0 || acquireTime !== undefined;
}

/** An unrenewed lease at first sight is a leftover when its renewTime is older than this (ms), unless a policy knows better. */
const leftoverAfterMs = 24 * 3_600_000;

export function isLeftover(row: LeaseRow, now: Now): boolean {
  const afterMs = row.policy?.leftoverAfterMs ?? leftoverAfterMs;
  return row.renewTime === undefined || (now.at.wall - row.renewTime) / 1000 > afterMs;
}

export function neverExpires(row: LeaseRow): boolean {
  return row.class === 'lock' || (row.named === undefined && row.durationMs === Number.POSITIVE_INFINITY);
}

export function forgetSuspicion(row: LeaseRow): void {
  row.asked = false;
  row.retryAt = 0;
  row.before = undefined;
  row.versionWhenUp = undefined;
  const shown = row.ahead?.record;
  if (shown !== undefined && !isOlder(row.record.resourceVersion, shown.resourceVersion))
    row.ahead = undefined;
}
