import { labelPair } from './exposition.ts';
import type { LineWriter } from './line-writer.ts';
import type { ScrapeContext } from './projections.ts';
import { Column, type ColumnKind } from './row-column.ts';
import type { RowKind } from './row-family.ts';
import { RowNames } from './row-names.ts';

/** Up to `size` rows that were first seen one after the other. A row that is no more leaves a hole. */
export class RowBlock<Row> {
  readonly columns: readonly Column<Row>[];
  readonly #size: number;
  readonly #naming: RowKind<Row>['naming'];
  readonly #readers: readonly ((row: Row) => string)[];
  /** By which rows are known again: the values of the labels that name each. A hole is known by nothing. */
  readonly #keys: (string | undefined)[] = [];
  /** The text of these labels, with the brace before them. */
  readonly #names = new RowNames();
  #rows = 0;

  constructor(
    size: number,
    naming: RowKind<Row>['naming'],
    kinds: readonly ColumnKind<Row>[],
    writer: LineWriter,
  ) {
    this.#size = size;
    this.#naming = naming;
    this.#readers = Object.values(naming);
    this.columns = kinds.map((kind) => new Column(kind, this.#names, size, writer));
  }

  get slots(): number {
    return this.#names.count;
  }
  get isEmpty(): boolean {
    return this.#rows === 0;
  }

  /** Reads the rows from `at` on that are in this block, and those that find room in it; returns where the next one begins. */
  read(rows: readonly Row[], at: number, context: ScrapeContext): number {
    let next = at;
    for (let slot = 0; slot < this.#size; slot++) {
      const row = rows[next];
      if (slot < this.#names.count) {
        if (row === undefined || !this.#isIn(slot, row)) {
          this.#clear(slot);
          continue;
        }
      } else if (row === undefined) {
        break;
      } else {
        this.#add(row, context);
      }
      for (const column of this.columns) column.read(slot, row, context);
      next += 1;
    }
    return next;
  }

  #isIn(slot: number, row: Row): boolean {
    const { length } = this.#readers;
    for (let index = 0; index < length; index++) {
      if (this.#keys[slot * length + index] !== this.#readers[index]?.(row)) return false;
    }
    return true;
  }

  #add(row: Row, context: ScrapeContext): void {
    this.#keys.push(...this.#readers.map((read) => read(row)));
    const pairs = Object.entries(this.#naming).map(([label, read]) =>
      labelPair(label, context.text(read(row))),
    );
    this.#names.add(`{${pairs.join(',')}`);
    if (this.#names.count === this.#size) this.#names.close();
    this.#rows += 1;
  }

  #clear(slot: number): void {
    const { length } = this.#readers;
    if (this.#keys[slot * length] === undefined) return;
    this.#keys.fill(undefined, slot * length, (slot + 1) * length);
    this.#rows -= 1;
    for (const column of this.columns) column.clear(slot);
  }
}
