import type { PortCensus } from './observation.ts';

/** Many connections ended at one age, one after the other: something in between cuts those that are idle. */
export interface IdleTimeout {
  /** The age at which they ended. */
  readonly seconds: number;
  /** So many of those whose life was seen ended at that age. */
  readonly count: number;
  readonly of: number;
}

interface Ends {
  readonly mono: number;
  readonly lifetimes: PortCensus['ended'];
}

const windowMs = 15 * 60_000;
const leastEnds = 20;
const leastShare = 0.5;
/** Censuses over which the ends must be spread. */
const leastMoments = 5;
/** A census in which so many, and this share of all, went at once tells of a restart or a cut, not of a timeout. */
const cohort = { least: 10, share: 0.2 } as const;

/** Tells an idle timeout by its fingerprint: the same lifetime again and again, at moments of their own. */
export class IdleTimeoutWatch {
  readonly #ends: Ends[] = [];
  #found: IdleTimeout | undefined;

  get found(): IdleTimeout | undefined {
    return this.#found;
  }

  /** `stepSeconds` is the time since the census before: how exact a lifetime is. Returns whether there is news. */
  see({ ended, closed, established }: PortCensus, mono: number, stepSeconds: number): boolean {
    const together = closed >= cohort.least && closed >= cohort.share * (closed + established);
    const expired = this.#forget(mono);
    if (ended.length > 0 && !together) this.#ends.push({ mono, lifetimes: ended });
    else if (!expired) return false;
    const before = this.#found;
    this.#found = fingerprint(this.#ends, stepSeconds);
    if (before === undefined || this.#found === undefined) return before !== this.#found;
    return Math.abs(before.seconds - this.#found.seconds) > 2 * stepSeconds;
  }

  #forget(mono: number): boolean {
    const old = this.#ends.findIndex((each) => each.mono > mono - windowMs);
    const count = old === -1 ? this.#ends.length : old;
    this.#ends.splice(0, count);
    return count > 0;
  }
}

interface Peak {
  readonly from: number;
  readonly count: number;
}

/** The window of lifetimes, as wide as they are inexact, that holds most of the ends. */
function fingerprint(ends: readonly Ends[], stepSeconds: number): IdleTimeout | undefined {
  const counts = new Map<number, number>();
  let of = 0;
  for (const { lifetimes } of ends) {
    for (const [seconds, count] of lifetimes) {
      counts.set(seconds, (counts.get(seconds) ?? 0) + count);
      of += count;
    }
  }
  if (of < leastEnds) return undefined;
  const width = Math.max(2, 2 * stepSeconds);
  const { from, count } = highest(counts, width);
  // A window that is wide beside the lifetime itself holds any lot of short lives.
  if (count < leastShare * of || from < 4 * width) return undefined;
  if (moments(ends, from, from + width) < leastMoments) return undefined;
  return { seconds: mean(counts, from, from + width), count, of };
}

function highest(counts: ReadonlyMap<number, number>, width: number): Peak {
  const values = [...counts].sort(([a], [b]) => a - b);
  let best: Peak = { from: 0, count: 0 };
  let count = 0;
  let first = 0;
  for (const [seconds, more] of values) {
    count += more;
    for (let [oldest, less] = values[first] ?? [seconds, 0]; oldest < seconds - width; ) {
      count -= less;
      [oldest, less] = values[++first] ?? [seconds, 0];
    }
    if (count > best.count) best = { from: values[first]?.[0] ?? seconds, count };
  }
  return best;
}

function moments(ends: readonly Ends[], from: number, to: number): number {
  return ends.filter(({ lifetimes }) => lifetimes.some(([seconds]) => seconds >= from && seconds <= to))
    .length;
}

function mean(counts: ReadonlyMap<number, number>, from: number, to: number): number {
  const within = [...counts].filter(([seconds]) => seconds >= from && seconds <= to);
  const count = within.reduce((sum, [, each]) => sum + each, 0);
  return within.reduce((sum, [seconds, each]) => sum + seconds * each, 0) / count;
}
