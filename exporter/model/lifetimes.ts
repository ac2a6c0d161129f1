import type { LifetimeExample, LifetimesView } from './view-connections.ts';

/** How long connections lived: exact to the second below ten minutes, to two digits above, so that there are never many values. */
export class Lifetimes implements LifetimesView {
  readonly #counts = new Map<number, number>();
  sumSeconds = 0;
  count = 0;
  example: LifetimeExample | undefined;

  add(seconds: number, count: number): void {
    const rounded = rounding(seconds);
    this.#counts.set(rounded, (this.#counts.get(rounded) ?? 0) + count);
    this.sumSeconds += seconds * count;
    this.count += count;
  }

  upTo(seconds: number): number {
    let total = 0;
    for (const [lived, count] of this.#counts) if (lived <= seconds) total += count;
    return total;
  }
}

function rounding(seconds: number): number {
  if (seconds < 600) return seconds;
  const unit = 10 ** (Math.floor(Math.log10(seconds)) - 1);
  // Up: one that lived longer than a bound must not be counted below it.
  return Math.ceil(seconds / unit) * unit;
}
