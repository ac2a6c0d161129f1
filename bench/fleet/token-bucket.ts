/** What may pass: so much a second, and at once what was not used before, up to `burst`. Starts full. */
export class TokenBucket {
  readonly #perSecond: number;
  readonly #burst: number;
  #tokens: number;
  #at = 0;

  constructor(perSecond: number, burst: number) {
    this.#perSecond = perSecond;
    this.#burst = burst;
    this.#tokens = burst;
  }

  /** Takes them all, or none when there are too few. `mono`: milliseconds, never less than before. */
  take(tokens: number, mono: number): boolean {
    this.#tokens = Math.min(this.#burst, this.#tokens + ((mono - this.#at) / 1000) * this.#perSecond);
    this.#at = mono;
    if (tokens > this.#tokens) return false;
    this.#tokens -= tokens;
    return true;
  }
}
