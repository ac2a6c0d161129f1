import { Allowance } from './allowance.ts';

const linesAtOnce = 4;
const lineEveryMs = 60_000;

/** Which changes of a verdict are told: one that flaps faster than anybody reads is told now and then. */
export class News {
  readonly #allowance: Allowance;
  #told: string | undefined;
  #untold = 0;

  /** `atOnce`: so many are told in a row; then one a minute. */
  constructor(atOnce = linesAtOnce) {
    this.#allowance = new Allowance(atOnce, lineEveryMs);
  }

  /** How many verdicts in between were left out; `undefined`: this one is left out, too, or is no news. */
  heard(verdict: string, mono: number): number | undefined {
    if (verdict === this.#told) return undefined;
    if (!this.#allowance.take(mono)) {
      this.#untold += 1;
      return undefined;
    }
    const untold = this.#untold;
    this.#told = verdict;
    this.#untold = 0;
    return untold;
  }
}
