import { type Metric, prefix } from '../catalogue.ts';
import { labelPair, numberText } from './exposition.ts';
import type { ScrapeContext } from './projections.ts';
import { type LabelReader, partsOf, type RowFamily } from './row-family.ts';

/** One family, prepared for many rows. */
export class ColumnKind<Row> {
  readonly name: string;
  readonly metric: Metric;
  readonly family: RowFamily<Row>;
  readonly parts: readonly string[];
  /** The labels whose values are read of the row: their names, and how. */
  readonly varying: readonly string[];
  readonly readers: readonly LabelReader<Row>[];
  /** What ends the labels of each part. */
  readonly endings: readonly string[];

  constructor(name: string, metric: Metric, family: RowFamily<Row>) {
    this.name = prefix + name;
    this.metric = metric;
    this.family = family;
    this.parts = partsOf(family);
    const labels = Object.entries(family.labels);
    const read = labels.flatMap(([label, how]) => (typeof how === 'function' ? [{ label, how }] : []));
    this.varying = read.map(({ label }) => label);
    this.readers = read.map(({ how }) => how);
    const list = labels.length > read.length ? labels.at(-1)?.[0] : undefined;
    this.endings = this.parts.map((part) => (list === undefined ? '} ' : `,${labelPair(list, part)}} `));
  }
}

/** Some lines of a family. Another page takes its place when a line changes; until then the text stays the same. */
export interface Page {
  /** To be called before the next scrape begins. */
  text(): string;
}

/**
 * The values of one family for the rows of one block, as they were told last. What a row says now is compared
 * with them, so that nobody needs to tell what changed. NaN stands where there is no series.
 */
export class Column<Row> {
  readonly #kind: ColumnKind<Row>;
  /** The text of the labels that name each row, with the brace before them. */
  readonly #names: readonly string[];
  readonly #values: Float64Array;
  readonly #labels: string[];
  #told = 0;
  #page: Page | undefined;

  constructor(kind: ColumnKind<Row>, names: readonly string[], size: number) {
    this.#kind = kind;
    this.#names = names;
    this.#values = new Float64Array(size * kind.parts.length).fill(Number.NaN);
    this.#labels = new Array<string>(size * kind.readers.length).fill('');
  }

  read(slot: number, row: Row, context: ScrapeContext): void {
    const { parts, family, readers } = this.#kind;
    const first = slot * parts.length;
    let isTold = false;
    for (let part = 0; part < parts.length; part++) {
      const value = family.value(row, context, parts[part] ?? '') ?? Number.NaN;
      this.#put(first + part, value);
      isTold ||= !Number.isNaN(value);
    }
    if (isTold && readers.length > 0) this.#readLabels(slot, row, context);
  }

  /** The row of this slot is no more. */
  clear(slot: number): void {
    const { length } = this.#kind.parts;
    for (let part = 0; part < length; part++) this.#put(slot * length + part, Number.NaN);
  }

  /** `undefined` when there is no line in it. */
  page(): Page | undefined {
    if (this.#told === 0) return undefined;
    this.#page ??= { text: () => this.#text() };
    return this.#page;
  }

  #put(index: number, value: number): void {
    const before = this.#values[index] ?? Number.NaN;
    if (Object.is(before, value)) return;
    this.#values[index] = value;
    this.#told += (Number.isNaN(value) ? 0 : 1) - (Number.isNaN(before) ? 0 : 1);
    this.#page = undefined;
  }

  #readLabels(slot: number, row: Row, context: ScrapeContext): void {
    const { readers } = this.#kind;
    const first = slot * readers.length;
    for (let index = 0; index < readers.length; index++) {
      const text = readers[index]?.(row, context) ?? '';
      if (this.#labels[first + index] === text) continue;
      this.#labels[first + index] = text;
      this.#page = undefined;
    }
  }

  #text(): string {
    const { name, endings } = this.#kind;
    let text = '';
    for (let slot = 0; slot < this.#names.length; slot++) {
      const first = slot * endings.length;
      for (let part = 0; part < endings.length; part++) {
        const value = this.#values[first + part] ?? Number.NaN;
        if (Number.isNaN(value)) continue;
        text += `${name}${this.#names[slot]}${this.#varying(slot)}${endings[part]}${numberText(value)}\n`;
      }
    }
    return text;
  }

  #varying(slot: number): string {
    const { varying } = this.#kind;
    let text = '';
    for (let index = 0; index < varying.length; index++) {
      text += `,${labelPair(varying[index] ?? '', this.#labels[slot * varying.length + index] ?? '')}`;
    }
    return text;
  }
}
