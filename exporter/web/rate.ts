import type { RateLimit } from './web-config.ts';

/** A token bucket, as the exporter-toolkit limits requests: full at first, one token every interval. */
export class RequestRate {
  #tokens = Number.POSITIVE_INFINITY;
  #at = Number.NEGATIVE_INFINITY;

  /** Whether a request may pass now, in monotonic milliseconds. Another limit than before applies at once. */
  allows(limit: RateLimit | undefined, now: number): boolean {
    if (limit === undefined) return true;
    const gained = (now - this.#at) / limit.intervalMs;
    this.#tokens = Math.min(limit.burst, this.#tokens + gained);
    this.#at = now;
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }
}
