import type { Moment } from '../clock.ts';

/** Renewals that came together may have been late together: so many, each at another time, are relied on. */
const enough = 3;
const apartMs = 500;
/** After so many renewals the older half of the window is forgotten: a clock may have been set meanwhile. */
const halfWindow = 32;

/** Two clocks that differ by less serve as one (ms). */
const agreesMs = 100;

/** What is known of the way of a write to us. */
export interface Way {
  /** Others vouch that it was not late: this one alone tells enough. */
  readonly prompt?: boolean;
  /** It was not made before this (monotonic ms). */
  readonly notBefore?: number;
}

/** Where its numbers are. How far it may be ahead by the renewals of either half of the window, in µs: */
const [newerLeast, newerMost, olderLeast, olderMost] = [0, 1, 2, 3];
/** How many renewals the newer half has, and the renewTime of the last of them. */
const [seen, last] = [4, 5];
/** How many came apart, up to `enough`, when the last of these came, and when one came that was vouched for. */
const [known, knownAt, vouchedAt] = [6, 7, 8];

/** So many numbers a clock has. */
export const clockNumbers = 9;

/**
 * The clock of a holder against our monotonic one: the largest renewTime − receipt over the last 32 to 64
 * renewals. The way of a write to us only makes it smaller, so the largest is the nearest to the truth.
 * Against the monotonic clock, since ours may be set as well.
 */
export class HolderClock {
  readonly #numbers: number[];
  readonly #from: number;

  /** The clock that is kept in `clockNumbers` of these numbers, from `from` on. */
  constructor(numbers: number[], from: number) {
    this.#numbers = numbers;
    this.#from = from;
  }

  /** One of which nothing is known, which keeps what it learns among the numbers of a row. */
  static begin(numbers = new Array<number>(clockNumbers).fill(Number.NaN), from = 0): HolderClock {
    const clock = new HolderClock(numbers, from);
    clock.#set(last, Number.NEGATIVE_INFINITY);
    clock.forget();
    return clock;
  }

  #get(number: number): number {
    return this.#numbers[this.#from + number] ?? Number.NaN;
  }
  #set(number: number, value: number): void {
    this.#numbers[this.#from + number] = value;
  }

  /** Whether enough renewals were seen to rely on it, or one that was vouched for. */
  get established(): boolean {
    return this.#get(known) >= enough || !Number.isNaN(this.#get(vouchedAt));
  }

  /** Receipt of the one renewal by which it is known (monotonic ms), where others had to vouch for that. */
  get vouchedAt(): number | undefined {
    const at = this.#get(vouchedAt);
    return Number.isNaN(at) ? undefined : at;
  }

  /** Whether any renewal was seen by which to date others. */
  get known(): boolean {
    return Number.isFinite(this.#least);
  }

  get #least(): number {
    return Math.max(this.#get(olderLeast), this.#get(newerLeast));
  }

  /** A renewal that was seen as it came: its renewTime in Unix µs, and its receipt. */
  see(
    renewTime: number,
    receipt: Moment,
    { prompt = false, notBefore = Number.NEGATIVE_INFINITY }: Way = {},
  ): void {
    // It was set back: what was learned of it before would make every write an hour old.
    if (renewTime < this.#get(last)) this.forget();
    this.#set(last, renewTime);
    if (this.#get(seen) === halfWindow) {
      this.#set(olderLeast, this.#get(newerLeast));
      this.#set(olderMost, this.#get(newerMost));
      this.#renew();
    }
    this.#set(seen, this.#get(seen) + 1);
    if (receipt.mono - this.#get(knownAt) >= apartMs) {
      this.#set(known, Math.min(this.#get(known) + 1, enough));
      this.#set(knownAt, receipt.mono);
    }
    if (prompt && this.#get(known) < enough) this.#set(vouchedAt, receipt.mono);
    this.#set(newerLeast, Math.max(this.#get(newerLeast), renewTime - receipt.mono * 1000));
    this.#set(newerMost, Math.min(this.#get(newerMost), renewTime - notBefore * 1000));
  }

  /** Nothing of what was learned is right. */
  forget(): void {
    this.#set(olderLeast, Number.NEGATIVE_INFINITY);
    this.#set(olderMost, Number.POSITIVE_INFINITY);
    this.#renew();
    this.#set(known, 0);
    this.#set(knownAt, Number.NEGATIVE_INFINITY);
    this.#set(vouchedAt, Number.NaN);
  }

  #renew(): void {
    this.#set(newerLeast, Number.NEGATIVE_INFINITY);
    this.#set(newerMost, Number.POSITIVE_INFINITY);
    this.#set(seen, 0);
  }

  /** How far the clock of the holder is ahead of our wall clock, in µs; `undefined` before the first renewal. */
  ahead(now: Moment): number | undefined {
    return this.known ? this.#least - (now.wall - now.mono * 1000) : undefined;
  }

  /** Takes over what was known of it: so far (µs) it was ahead of our wall clock at that moment. */
  recall(ahead: number | undefined, { mono, wall }: Moment): void {
    if (ahead !== undefined) this.see(wall + ahead, { mono, wall }, { prompt: true });
  }

  /** Whether a write that reaches us now is dated as this clock, if it is relied on, would date it. */
  agrees(renewTime: number | undefined, { mono }: Moment): boolean {
    const wrote = renewTime === undefined ? undefined : this.wroteAt(renewTime);
    return this.established && wrote !== undefined && Math.abs(mono - wrote) < agreesMs;
  }

  /** When the holder wrote this renewTime (Unix µs), in monotonic ms; `undefined` before the first renewal. */
  wroteAt(renewTime: number): number | undefined {
    return this.known ? (renewTime - this.#least) / 1000 : undefined;
  }

  /** The earliest moment (monotonic ms) at which it can have written this renewTime (Unix µs); −Infinity if unknown. */
  wroteAfter(renewTime: number): number {
    return (renewTime - Math.min(this.#get(olderMost), this.#get(newerMost))) / 1000;
  }
}
