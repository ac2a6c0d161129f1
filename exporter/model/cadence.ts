/** So many of its own intervals late is late, however long the duration. */
const lateAfterIntervals = 6;
/** The share of one new interval in what was learned. */
const weight = 1 / 8;

/**
 * How often a holder renews, learned as a moving mean (ms). An interval counts for twice the mean at most:
 * one that is late must not teach that being late is normal.
 */
export function learnCadence(learned: number | undefined, interval: number): number {
  if (learned === undefined) return interval;
  return learned + (Math.min(interval, 2 * learned) - learned) * weight;
}

/**
 * After this silence a renewal is late (ms): six times the cadence, and two thirds of the duration at the
 * latest. So 15 s renewed every 2 s are late after 10 s, and 3,600 s renewed every 10 s after a minute.
 */
export function lateAfter(learned: number | undefined, durationMs: number): number {
  return Math.min((durationMs * 2) / 3, (learned ?? Number.POSITIVE_INFINITY) * lateAfterIntervals);
}
