import type { Moment } from '../clock.ts';
import type { Cause, Fate, LeaseClass, Outcome, Place, Round, RoundWrite } from './event.ts';
import { handOf } from './hand.ts';
import { ageAt, type Place as Placing, type RoundMemory } from './memory.ts';
import type { LeaseRecord } from './observation.ts';
import type { Now } from './sink.ts';
import { Trail } from './trail.ts';

const mostWrites = 64;

/** A holder whose last write entitles it to lead until `until` (monotonic ms). */
export interface Entitled {
  readonly holder: string;
  readonly until: number;
  readonly resourceVersion: string;
}

/** What is known at the moment when a round opens. Times are monotonic milliseconds. */
export interface RoundStart {
  readonly namespace: string;
  readonly lease: string;
  readonly leaseUid: string;
  readonly class: LeaseClass;
  readonly cause: Cause;
  readonly predecessor: string;
  readonly durationSeconds: number;
  readonly traceId: string;
  readonly lastRenewal: number;
  readonly vacated: number;
  readonly uncertain: boolean;
  readonly previousTraceId: string | undefined;
  /** The predecessor, when nothing but its time takes its right to lead away. */
  readonly entitled: Entitled | undefined;
}

/**
 * One election round, from the last observed renewal of a holder to the first renewal of the next. Times
 * are kept monotonic and told on one time line that is anchored to the wall clock once, at the opening:
 * a wall clock that jumps in the middle of a round must not bend its spans.
 */
export class ElectionRound implements Round {
  readonly namespace: string;
  readonly lease: string;
  readonly leaseUid: string;
  readonly class: LeaseClass;
  readonly cause: Cause;
  readonly predecessor: string;
  readonly durationSeconds: number;
  readonly previousTraceId: string | undefined;
  readonly traceId: string;
  readonly writes: RoundWrite[] = [];
  readonly vacatedMono: number;
  /** Whose lease was deleted: until its time is up it may go on leading beside the next. */
  entitled: Entitled | undefined;
  readonly trail: Trail;
  readonly #anchor: Moment;
  readonly #lastRenewal: number;
  uncertain: boolean;
  outcome: Outcome | undefined;
  successor = '';
  attempts = 0;
  #acquired: number | undefined;
  #vacantSince: number;
  #leaderlessMs = 0;
  #closed: number | undefined;
  #unseenFrom: number | undefined;
  #unseenTo: number | undefined;

  /** `anchor`: where the round's time line is tied to the wall clock. */
  constructor(start: RoundStart, trail: Trail, anchor: Moment) {
    this.trail = trail;
    this.namespace = start.namespace;
    this.lease = start.lease;
    this.leaseUid = start.leaseUid;
    this.class = start.class;
    this.cause = start.cause;
    this.predecessor = start.predecessor;
    this.durationSeconds = start.durationSeconds;
    this.previousTraceId = start.previousTraceId;
    this.uncertain = start.uncertain;
    this.traceId = start.traceId;
    this.vacatedMono = start.vacated;
    this.entitled = start.entitled;
    this.#vacantSince = start.vacated;
    this.#anchor = anchor;
    this.#lastRenewal = Math.min(start.lastRenewal, start.vacated);
  }

  get fate(): Fate | undefined {
    return this.trail.fate;
  }
  get predecessorAt(): Place {
    return this.trail.predecessorAt;
  }
  get successorAt(): Place {
    return this.trail.successorAt;
  }
  get outageTraceId(): string | undefined {
    return this.trail.outageTraceId;
  }
  get lastRenewal(): number {
    return this.#told(this.#lastRenewal);
  }
  get vacated(): number {
    return this.#told(this.vacatedMono);
  }
  get vacantSince(): number {
    return this.#told(this.#vacantSince);
  }
  /** Since when nobody has it, in monotonic ms. */
  get vacantSinceMono(): number {
    return this.#vacantSince;
  }
  get acquired(): number | undefined {
    return this.#acquired === undefined ? undefined : this.#told(this.#acquired);
  }
  get closed(): number | undefined {
    return this.#closed === undefined ? undefined : this.#told(this.#closed);
  }
  get unseen(): Round['unseen'] {
    if (this.#unseenFrom === undefined || this.#unseenTo === undefined) return undefined;
    return { from: this.#told(this.#unseenFrom), to: this.#told(this.#unseenTo) };
  }
  /** Seconds in which nobody was known to be alive. */
  get gapSeconds(): number {
    return ((this.#acquired ?? this.#lastRenewal) - this.#lastRenewal) / 1000;
  }
  get leaderlessSeconds(): number {
    return this.#leaderlessMs / 1000;
  }

  /** Something of this round happened while we could not see, between two moments (monotonic ms). */
  doubt(from: number, to: number): void {
    this.uncertain = true;
    this.#unseenFrom = Math.min(from, this.#unseenFrom ?? from);
    this.#unseenTo = Math.max(to, this.#unseenTo ?? to);
  }

  wrote(now: Now, what: string, holder: string, record: LeaseRecord): void {
    if (this.writes.length >= mostWrites) return;
    const { resourceVersion } = record;
    const hand = what === 'acquired' || what === 'released' ? handOf(record) : undefined;
    const byHand = hand === undefined ? {} : { byHand: hand };
    this.writes.push({ at: this.#told(now.at.mono), what, holder, resourceVersion, ...byHand });
  }

  open(now: Now): void {
    this.#tell(now, 'opened');
  }

  acquire(now: Now, holder: string): void {
    this.attempts += 1;
    this.successor = holder;
    this.#acquired = Math.max(now.at.mono, this.#vacantSince);
    this.#leaderlessMs += this.#acquired - this.#vacantSince;
    this.#tell(now, 'acquired');
  }

  /**
   * The new holder was lost before its first renewal. Until `until` (monotonic ms) it was entitled to lead;
   * from then on nobody is.
   */
  lose(now: Now, until = now.at.mono): void {
    this.#tell(now, 'lost');
    this.#vacantSince = Math.max(until, this.#acquired ?? until);
    this.#acquired = undefined;
    this.successor = '';
  }

  /** The named holder never wrote: a lost attempt, and nobody was entitled to lead meanwhile. */
  forfeit(now: Now, holder: string): void {
    this.attempts += 1;
    this.successor = holder;
    this.#tell(now, 'lost');
    this.successor = '';
  }

  close(now: Now, outcome: Outcome): void {
    this.outcome = outcome;
    this.#closed = Math.max(now.at.mono, this.vacatedMono);
    this.#tell(now, 'closed');
  }

  /** The same holder wrote the lease again after its deletion: nobody else led, nobody was missed. */
  recreate(now: Now): void {
    this.successor = this.predecessor;
    this.close(now, 'recreated');
  }

  /** `first` is still entitled to lead when somebody else acquires the lease, at the latest at `acquired` (monotonic ms). */
  overlap(now: Now, first: Entitled, second: LeaseRecord, acquired: number): void {
    now.sink.event({
      ...{ kind: 'overlap', at: now.at, round: this, first: first.holder, second: second.holder ?? '' },
      ...{ from: this.#told(acquired), until: this.#told(first.until) },
      ...{ firstWrite: first.resourceVersion, secondWrite: second.resourceVersion },
    });
  }

  get settling(): boolean {
    return this.#acquired !== undefined;
  }

  /** What must survive a restart while the round is open. */
  remember(at: Moment): RoundMemory {
    const age = (mono: number) => ageAt(at, mono);
    const ageOf = (mono: number | undefined) => (mono === undefined ? undefined : age(mono));
    const { traceId, leaseUid, cause, predecessor, successor, durationSeconds, previousTraceId, entitled } =
      this;
    return {
      ...{ traceId, leaseUid, cause, predecessor, successor, durationSeconds, previousTraceId },
      ...{ predecessorRenewTime: this.trail.left.renewTime, predecessorAt: this.predecessorAt },
      trail: this.trail.remember(),
      ...{ uncertain: this.uncertain, attempts: this.attempts, writes: [...this.writes] },
      leaderlessMs: this.#leaderlessMs,
      anchorAge: age(this.#anchor.mono),
      anchorWall: this.#anchor.wall,
      lastRenewalAge: age(this.#lastRenewal),
      vacatedAge: age(this.vacatedMono),
      vacantSinceAge: age(this.#vacantSince),
      acquiredAge: ageOf(this.#acquired),
      unseenFromAge: ageOf(this.#unseenFrom),
      unseenToAge: ageOf(this.#unseenTo),
      entitled: entitled === undefined ? undefined : { ...entitled, until: age(entitled.until) },
    };
  }

  /** The round of another process goes on: nothing of it is told again. */
  static recall(of: Pick<Round, 'namespace' | 'lease' | 'class'>, memory: RoundMemory, place: Placing) {
    const placeOf = (age: number | undefined) => (age === undefined ? undefined : place(age));
    const { anchorWall, lastRenewalAge, vacatedAge, entitled: first } = memory;
    const entitled = first === undefined ? undefined : { ...first, until: place(first.until) };
    const round = new ElectionRound(
      { ...of, ...memory, entitled, lastRenewal: place(lastRenewalAge), vacated: place(vacatedAge) },
      Trail.recall(memory, place),
      { mono: place(memory.anchorAge), wall: anchorWall },
    );
    round.writes.push(...memory.writes);
    round.successor = memory.successor;
    round.attempts = memory.attempts;
    round.#leaderlessMs = memory.leaderlessMs;
    round.#vacantSince = place(memory.vacantSinceAge);
    round.#acquired = placeOf(memory.acquiredAge);
    round.#unseenFrom = placeOf(memory.unseenFromAge);
    round.#unseenTo = placeOf(memory.unseenToAge);
    return round;
  }

  #told(mono: number): number {
    return this.#anchor.wall + Math.round((mono - this.#anchor.mono) * 1000);
  }

  #tell(now: Now, step: 'opened' | 'acquired' | 'lost' | 'closed'): void {
    now.sink.event({ kind: 'round', step, at: now.at, round: this });
  }
}
