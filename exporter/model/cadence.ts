/** So many of its own intervals late is late, however long the duration. */
const lateAfterIntervals = 6;
/** The share of one new interval in what was learned. */
const weight = 1 / 4;
/** The first renewal follows an acquisition at once: the longest of the first few intervals is the rhythm. */
const firstFew = 4;
/** Nobody renews more often in earnest (ms). */
const fastest = 1000;

/** How often a holder renews, learned from what it does. Times are in ms. */
export class Cadence {
  #seen = 0;
  #mean = 0;

  /**
   * A moving mean, in which an interval counts for one and a half of the mean at most: one that is late must not teach
   * that being late is normal.
   */
  see(interval: number): void {
    if (this.#seen < firstFew) {
      this.#seen += 1;
      this.#mean = Math.max(this.#mean, interval);
    } else {
      this.#mean += (Math.min(interval, 1.5 * this.#mean) - this.#mean) * weight;
    }
  }

  /**
   * After this silence a renewal is late: six times the cadence, and two thirds of the duration at the
   * latest. So 15 s renewed every 2 s are late after 10 s, and 3,600 s renewed every 10 s after a minute.
   */
  lateAfter(durationMs: number): number {
    const known = this.#seen >= firstFew;
    const own = known ? Math.max(fastest, this.#mean) * lateAfterIntervals : Number.POSITIVE_INFINITY;
    return Math.min((durationMs * 2) / 3, own);
  }
}
