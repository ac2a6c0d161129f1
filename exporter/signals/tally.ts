export interface TallyRow<L extends string> {
  readonly labels: Readonly<Record<L, string>>;
  value: number;
}

/** Counts by labels, for counters that no view remembers. */
export class Tally<L extends string> {
  readonly #rows = new Map<string, TallyRow<L>>();

  add(labels: Readonly<Record<L, string>>, amount = 1): void {
    const key = JSON.stringify(labels);
    const row = this.#rows.get(key);
    if (row === undefined) this.#rows.set(key, { labels, value: amount });
    else row.value += amount;
  }

  rows(): Iterable<TallyRow<L>> {
    return this.#rows.values();
  }
}
