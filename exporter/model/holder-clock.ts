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

/**
 * The clock of a holder against our monotonic one: the largest renewTime − receipt over the last 32 to 64
 * renewals. The way of a write to us only makes it smaller, so the largest is the nearest to the truth.
 * Against the monotonic clock, since ours may be set as well.
 */
export class HolderClock {
  // How far it may be ahead by the renewals of either half of the window, in µs.
  #olderLeast = Number.NEGATIVE_INFINITY;
  #olderMost = Number.POSITIVE_INFINITY;
  #newerLeast = Number.NEGATIVE_INFINITY;
  #newerMost = Number.POSITIVE_INFINITY;
  #seen = 0;
  #last = Number.NEGATIVE_INFINITY;
  #known = 0;
  #knownAt = Number.NEGATIVE_INFINITY;
  #vouchedAt: number | undefined;

  /** Whether enough renewals were seen to rely on it, or one that was vouched for. */
  get established(): boolean {
    return this.#known >= enough || this.#vouchedAt !== undefined;
  }

  /** Receipt of the one renewal by which it is known (monotonic ms), where others had to vouch for that. */
  get vouchedAt(): number | undefined {
    return this.#vouchedAt;
  }

  /** Whether any renewal was seen by which to date others. */
  get known(): boolean {
    return Number.isFinite(this.#least);
  }

  get #least(): number {
    return Math.max(this.#olderLeast, this.#newerLeast);
  }

  /** A renewal that was seen as it came: its renewTime in Unix µs, and its receipt. */
  see(
    renewTime: number,
    receipt: Moment,
    { prompt = false, notBefore = Number.NEGATIVE_INFINITY }: Way = {},
  ): void {
    // It was set back: what was learned of it before would make every write an hour old.
    if (renewTime < this.#last) this.forget();
    this.#last = renewTime;
    if (this.#seen === halfWindow) {
      this.#olderLeast = this.#newerLeast;
      this.#olderMost = this.#newerMost;
      this.#renew();
    }
    this.#seen += 1;
    if (receipt.mono - this.#knownAt >= apartMs) {
      this.#known = Math.min(this.#known + 1, enough);
      this.#knownAt = receipt.mono;
    }
    if (prompt && this.#known < enough) this.#vouchedAt = receipt.mono;
    this.#newerLeast = Math.max(this.#newerLeast, renewTime - receipt.mono * 1000);
    this.#newerMost = Math.min(this.#newerMost, renewTime - notBefore * 1000);
  }

  /** Nothing of what was learned is right. */
  forget(): void {
    this.#olderLeast = Number.NEGATIVE_INFINITY;
    this.#olderMost = Number.POSITIVE_INFINITY;
    this.#renew();
    this.#known = 0;
    this.#knownAt = Number.NEGATIVE_INFINITY;
    this.#vouchedAt = undefined;
  }

  #renew(): void {
    this.#newerLeast = Number.NEGATIVE_INFINITY;
    this.#newerMost = Number.POSITIVE_INFINITY;
    this.#seen = 0;
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
    return (renewTime - Math.min(this.#olderMost, this.#newerMost)) / 1000;
  }
}
