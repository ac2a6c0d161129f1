import type { Clock, Moment } from '../clock.ts';

/** The wall clock counts whole milliseconds, so that beside the monotonic one it seems to jump by as much. */
const jitterMs = 2;

/**
 * The time, its two readings going on together until the wall clock is truly set or drifts: else the skew of
 * every clock that is held against ours would change a little at every scrape.
 */
export function steadyClock(clock: Clock): () => Moment {
  let ahead = Number.NaN;
  return () => {
    const { mono, wall } = clock.now();
    const now = wall / 1000 - mono;
    if (!(Math.abs(now - ahead) < jitterMs)) ahead = now;
    return { mono, wall: (mono + ahead) * 1000 };
  };
}

/** Of a clock that is known by what it wrote nobody knows more than milliseconds. */
export function inMilliseconds(seconds: number | undefined): number | undefined {
  return seconds === undefined ? undefined : Math.round(seconds * 1000) / 1000;
}
