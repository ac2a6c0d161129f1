const firstMs = 1_000;
const mostMs = 60_000;

/**
 * Milliseconds to wait after the n-th failure in a row (from 1 on): anywhere up to 1 s, 2 s, 4 s … 60 s.
 * The full jitter spreads the senders of many sites after a common outage. `random` gives [0, 1).
 */
export function backoffMs(failures: number, random: () => number): number {
  return Math.round(random() * Math.min(mostMs, firstMs * 2 ** Math.min(failures - 1, 30)));
}

const longestPauseMs = 3_600_000;

/** What a receiver asked for is the least; up to a tenth more keeps sites from coming back as one. */
export function pauseMs(askedMs: number, random: () => number): number {
  return Math.round(Math.min(askedMs, longestPauseMs) * (1 + random() / 10));
}
