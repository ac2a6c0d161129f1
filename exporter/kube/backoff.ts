export interface Backoff {
  /** Milliseconds until the next attempt: a random half of a step that doubles each time. */
  next(): number;
  /** The last attempt was a success: begin anew with the smallest step. */
  reset(): void;
}

/** Exponential backoff with jitter, so that many watchers of one API server do not come back in step. */
export function createBackoff(random: () => number, minMs: number, maxMs: number): Backoff {
  let step = minMs;
  return {
    next() {
      const delay = step * (0.5 + random() / 2);
      step = Math.min(step * 2, maxMs);
      return delay;
    },
    reset() {
      step = minMs;
    },
  };
}
