/** How often something may be told: a few times in a row, and then once in a while. */
export class Allowance {
  readonly #burst: number;
  readonly #everyMs: number;
  #left: number;
  #countedAt: number | undefined;

  constructor(burst: number, everyMs: number) {
    this.#burst = burst;
    this.#everyMs = everyMs;
    this.#left = burst;
  }

  /** Whether it may be told once more at this moment (monotonic milliseconds); if so, that is counted. */
  take(mono: number): boolean {
    const since = mono - (this.#countedAt ?? mono);
    this.#left = Math.min(this.#burst, this.#left + since / this.#everyMs);
    this.#countedAt = mono;
    if (this.#left < 1) return false;
    this.#left -= 1;
    return true;
  }
}
