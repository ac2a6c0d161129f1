import { type Importance, importance, type OutboxBatch } from './outbox.ts';

/** One element of a request, and the records for which it stands: one, or those that were folded into it. */
export interface Item {
  readonly body: Uint8Array;
  readonly records: readonly number[];
  readonly importance: Importance;
}

/** What is to go in one request. */
export type Part = readonly Item[];

/**
 * After so many bad records, one after the other and no good one among them, the fault is hardly that of the
 * records: the rest is not looked at one by one.
 */
const mostGuilty = 8;

/**
 * How far a batch has come on its way to the receiver: the parts that have still to go, the first one first.
 * It lives in memory alone. After a crash the whole batch goes again, with the same bytes.
 */
export class Consignment {
  readonly batch: OutboxBatch;
  #parts: Part[];
  /** Records that the outbox must still have. */
  readonly #expected: Set<number>;
  #guilty = 0;
  #innocent = false;
  #folded = 0;
  #refused = 0;

  constructor(batch: OutboxBatch, parts: readonly Part[]) {
    this.batch = batch;
    this.#parts = parts.filter((part) => part.length > 0);
    this.#expected = new Set(batch.records);
  }

  /** Whether that is the same batch again, without what was set aside of it; others may have taken from it, too. */
  isOf({ id, records }: OutboxBatch): boolean {
    if (id !== this.batch.id || records.length !== this.#expected.size) return false;
    return records.every((record) => this.#expected.has(record));
  }

  get next(): Part | undefined {
    return this.#parts[0];
  }

  /** Of the records that the receiver got, in all. */
  get sums(): { readonly folded: number; readonly refused: number } {
    return { folded: this.#folded, refused: this.#refused };
  }

  /** The next part was taken, but for so many of its elements. */
  accepted(refused: number): void {
    const part = this.#parts.shift() ?? [];
    this.#innocent = true;
    this.#folded += part.reduce((sum, { records }) => sum + records.length - 1, 0);
    this.#refused += Math.min(refused, part.length);
  }

  /** Has the halves of the next part go one after the other; false when that is no use. */
  divide(): boolean {
    const part = this.#parts[0] ?? [];
    if (part.length < 2 || (this.#guilty >= mostGuilty && !this.#innocent)) return false;
    const middle = Math.ceil(part.length / 2);
    this.#parts.splice(0, 1, part.slice(0, middle), part.slice(middle));
    return true;
  }

  /** The next part was refused for good. */
  rejected(): void {
    this.#forget(this.#parts.shift() ?? []);
    this.#guilty += 1;
  }

  /** Takes elements out of the next part. */
  without(items: ReadonlySet<Item>): void {
    const rest = (this.#parts.shift() ?? []).filter((item) => !items.has(item));
    if (rest.length > 0) this.#parts.unshift(rest);
    this.#forget([...items]);
  }

  #forget(part: Part): void {
    for (const record of part.flatMap(({ records }) => records)) this.#expected.delete(record);
  }
}

/** A batch as it is: one request with everything in it. */
export function wholeBatch(batch: OutboxBatch): readonly Part[] {
  return [itemsOf(batch)];
}

export function itemsOf({ bodies, records, importances }: OutboxBatch): readonly Item[] {
  return bodies.map((body, index) => ({
    body,
    records: records.slice(index, index + 1),
    importance: importances[index] ?? importance.outage,
  }));
}

/** The highest importance among items. */
export function rankOf(items: readonly Item[]): Importance {
  return items.reduce<Importance>(
    (most, item) => (item.importance > most ? item.importance : most),
    importance.chatter,
  );
}
