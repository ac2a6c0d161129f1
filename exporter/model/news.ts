import { Allowance } from './allowance.ts';

/** So many lines in a row about one thing; then one a minute. */
const linesAtOnce = 4;
const lineEveryMs = 60_000;

/** Which changes of a verdict are told: one that flaps faster than anybody reads is told now and then. */
export class News {
  readonly #allowance = new Allowance(linesAtOnce, lineEveryMs);
  #told: string | undefined;
  #untold = 0;

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
