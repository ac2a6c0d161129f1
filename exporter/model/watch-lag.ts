import type { HolderClock } from './holder-clock.ts';
import type { SourceName } from './observation.ts';
import type { Now } from './sink.ts';

interface Resumed {
  readonly name: SourceName;
  /** Monotonic milliseconds. */
  readonly lastDelivery: number | undefined;
}

/** What was heard within one second of the monotonic clock. */
interface Heard {
  /** When the first of it came (monotonic ms). */
  readonly first: number;
  /** How late the latest of it was (ms). */
  longest: number;
}

/** What is known of the news of one source. */
interface News {
  /** By the second of the monotonic clock. */
  readonly heard: Map<number, Heard>;
  /** How late the last news of somebody known was (ms), and when that was (monotonic ms). */
  lag: number;
  at: number;
  /** When the last write of a known holder was made (monotonic ms). */
  lastWrite: number;
}

/** Less than this is the usual way of an event (ms). */
const usual = 200;
/** For so long a lag that somebody told is taken to last while nobody tells of it (ms). */
const stale = 20_000;
/** Timers are late by less, unless the whole process was paused (ms). */
const overdue = 500;
/** So long after a pause of our own what waited meanwhile may still reach us (ms). */
export const awakeMs = 2000;
/** How many seconds are kept for each source. */
const most = 4096;
/** Who is heard within so many seconds tells of the news between. */
const around = 2;

/**
 * How late news was when it reached us: after a pause of our own process or while the watch cache of the API
 * server lags. Holders and nodes whose clocks are known tell it with each renewal; it is what the first write of
 * a holder whose clock is not known yet must be doubted by.
 */
export class WatchLag {
  readonly #sources = new Map<SourceName, News>();
  #sleptUntil = Number.NEGATIVE_INFINITY;
  #shown = Number.NEGATIVE_INFINITY;

  /**
   * A write reached us at `mono` (ms) that was dated `dated` ms before. One that hung between its date and its way is
   * no sign of a late watch: it was made after those that were told before it.
   */
  note(source: SourceName, mono: number, dated: number): void {
    const news = this.#of(source);
    const lag = Math.max(0, Math.min(dated, mono - news.lastWrite));
    const told = lag < usual ? 0 : lag;
    news.lastWrite = mono - lag;
    news.at = mono;
    news.lag = told;
    const second = Math.floor(mono / 1000);
    const heard = news.heard.get(second);
    if (heard !== undefined) heard.longest = Math.max(heard.longest, told);
    else news.heard.set(second, { first: mono, longest: told });
    if (news.heard.size > most) for (const [oldest] of news.heard) return void news.heard.delete(oldest);
  }

  /**
   * A watch goes on where it had stopped: what it tells now may be as old as its last word before, and that word may
   * have been late as well.
   */
  resumed({ name, lastDelivery }: Resumed, mono: number): void {
    if (lastDelivery === undefined) return;
    const known = this.notBefore(name);
    this.note(name, mono, mono - (Number.isFinite(known) ? Math.min(known, lastDelivery) : lastDelivery));
  }

  /**
   * What the watch tells from here on was written after `mono` (ms): all was listed by a read that was sent then, or
   * the clock of somebody tells that it cannot have written before, little as else is known of it.
   */
  reached(source: SourceName, mono: number): void {
    const news = this.#of(source);
    news.lastWrite = Math.max(mono, news.lastWrite);
  }

  /** A watch tells writes in their order: what it tells now was not written before this (monotonic ms). */
  notBefore(source: SourceName): number {
    return this.#sources.get(source)?.lastWrite ?? Number.NEGATIVE_INFINITY;
  }

  /**
   * The model is shown something at `mono`, and wanted to be shown the time at `due` (ms): long after it, our process
   * slept. What it was shown last may have made something due that was up long before.
   */
  woken(mono: number, due: number): void {
    if (mono > Math.max(due, this.#shown) + overdue) this.#sleptUntil = mono;
    this.#shown = mono;
  }

  /** Whether it slept at some time after `mono` (ms). */
  sleptSince(mono: number): boolean {
    return this.#sleptUntil > mono;
  }

  /** What reaches us at `mono` (ms) may have waited while our own process slept. */
  hadSlept(mono: number): boolean {
    return mono - this.#sleptUntil < awakeMs;
  }

  /** How late the last news was of which that is known; 0 when that is long ago. */
  lately(source: SourceName, mono: number): number {
    const news = this.#sources.get(source);
    return news === undefined || mono - news.at > stale ? 0 : news.lag;
  }

  /**
   * How late news may have been that reached us at about `mono` (ms); `undefined` when nobody tells. Only who is
   * heard no later can vouch for it: a lag ends at one moment, and whoever is prompt after that says nothing of before.
   */
  at(source: SourceName, mono: number): number | undefined {
    return this.#longest(source, mono, mono);
  }

  /** How late anybody was who was heard at about `mono` (ms), before or after; `undefined` when nobody was. */
  around(source: SourceName, mono: number): number | undefined {
    return this.#longest(source, mono, Number.POSITIVE_INFINITY);
  }

  #of(source: SourceName): News {
    const known = this.#sources.get(source);
    if (known !== undefined) return known;
    const never = Number.NEGATIVE_INFINITY;
    const news: News = { heard: new Map(), lag: 0, at: never, lastWrite: never };
    this.#sources.set(source, news);
    return news;
  }

  /** Where anybody of them was heard at `by` (ms) at the latest. */
  #longest(source: SourceName, mono: number, by: number): number | undefined {
    const seconds = this.#sources.get(source)?.heard;
    const second = Math.floor(mono / 1000);
    let [first, longest] = [Number.POSITIVE_INFINITY, 0];
    for (let near = second - around; near <= second + around; near++) {
      const heard = seconds?.get(near);
      if (heard === undefined) continue;
      first = Math.min(first, heard.first);
      longest = Math.max(longest, heard.longest);
    }
    return first !== Number.POSITIVE_INFINITY && first <= by ? longest : undefined;
  }
}

/** Somebody whose clock is known tells how long this renewal was on its way. */
export function noteLag(source: SourceName, clock: HolderClock, renewTime: number, now: Now): void {
  if (isMistaken(source, clock, now)) clock.forget();
  const { mono } = now.at;
  const wrote = clock.established ? clock.wroteAt(renewTime) : undefined;
  if (wrote !== undefined) now.lags.note(source, mono, mono - wrote);
  else now.lags.reached(source, Math.min(mono, clock.wroteAfter(renewTime)));
}

/** Whoever vouched for the one renewal by which a clock is known was heard before a lag began, as others tell since. */
export function isMistaken(source: SourceName, { vouchedAt }: HolderClock, { lags }: Now): boolean {
  return vouchedAt !== undefined && (lags.at(source, vouchedAt) ?? 0) > 0;
}
