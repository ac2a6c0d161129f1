import type { SourceName } from './observation.ts';

interface Resumed {
  readonly name: SourceName;
  /** Monotonic milliseconds. */
  readonly lastDelivery: number | undefined;
}

/** Less than this is the usual way of an event (ms). */
const usual = 200;
/** How many seconds are kept for each source. */
const most = 4096;
/** Who is heard within these seconds vouches for the news between. */
const around = [-2, -1, 0, 1, 2];

/**
 * How late news was when it reached us: after a pause of our own process or while the watch cache of the API
 * server lags. Holders whose clocks are known tell it with each renewal; it is what the first write of a
 * holder whose clock is not known yet must be doubted by.
 */
export class WatchLag {
  /** The longest lag in each second of the monotonic clock in which a known holder was heard. */
  readonly #heard = new Map<SourceName, Map<number, number>>();
  /** When the last write of a known holder was made that each source told (monotonic ms). */
  readonly #lastWrite = new Map<SourceName, number>();

  /** A write reached us at `mono` (ms) that was made `lag` ms before. */
  note(source: SourceName, mono: number, lag: number): void {
    const seconds = this.#heard.get(source) ?? new Map<number, number>();
    this.#heard.set(source, seconds);
    this.#lastWrite.set(
      source,
      Math.max(mono - lag, this.#lastWrite.get(source) ?? Number.NEGATIVE_INFINITY),
    );
    const second = Math.floor(mono / 1000);
    seconds.set(second, Math.max(lag < usual ? 0 : lag, seconds.get(second) ?? 0));
    if (seconds.size > most) for (const [oldest] of seconds) return void seconds.delete(oldest);
  }

  /** A watch goes on where it had stopped: what it tells now may be as old as its last word before. */
  resumed({ name, lastDelivery }: Resumed, mono: number): void {
    if (lastDelivery !== undefined) this.note(name, mono, mono - lastDelivery);
  }

  /** A watch tells writes in their order: what it tells now was not written before this (monotonic ms). */
  notBefore(source: SourceName): number {
    return this.#lastWrite.get(source) ?? Number.NEGATIVE_INFINITY;
  }

  /** How late news may have been that reached us at about `mono` (ms); `undefined` when no known holder tells. */
  at(source: SourceName, mono: number): number | undefined {
    const seconds = this.#heard.get(source);
    if (seconds === undefined) return undefined;
    const second = Math.floor(mono / 1000);
    const heard = around.flatMap((distance) => seconds.get(second + distance) ?? []);
    return heard.length === 0 ? undefined : Math.max(...heard);
  }
}
