import { type Metric, prefix } from '../catalogue.ts';
import { labelPair } from './exposition.ts';
import type { LineWriter } from './line-writer.ts';
import type { ScrapeContext } from './projections.ts';
import { type LabelReader, partsOf, type RowFamily } from './row-family.ts';
import type { RowNames } from './row-names.ts';

/** One family, prepared for many rows. */
export class ColumnKind<Row> {
  readonly name: string;
  readonly metric: Metric;
  readonly family: RowFamily<Row>;
  readonly parts: readonly string[];
  /** The labels whose values are read of the row: their names, and how. */
  readonly varying: readonly string[];
  readonly readers: readonly LabelReader<Row>[];
  /** What all lines have in common: the name, and behind it what ends the labels of each part. */
  readonly common: Buffer;
  /** Where each of these begins, and where the last one ends. */
  readonly places: readonly number[];

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
    const endings = this.parts.map((part) => (list === undefined ? '} ' : `,${labelPair(list, part)}} `));
    this.common = Buffer.from([this.name, ...endings].join(''));
    this.places = placesOf([this.name, ...endings]);
  }
}

/** Where each text begins when they stand one after the other, and where the last one ends. */
function placesOf(texts: readonly string[]): readonly number[] {
  const places = [0];
  for (const text of texts) places.push((places.at(-1) ?? 0) + Buffer.byteLength(text));
  return places;
}

/** Some lines of a family. Another page takes its place when a line changes; until then the text stays the same. */
export interface Page {
  /** To be called before the next scrape begins. The bytes are valid until another page is asked for its own. */
  text(): Buffer;
}

/**
 * The values of one family for the rows of one block, as they were told last. What a row says now is compared
 * with them, so that nobody needs to tell what changed. NaN stands where there is no series.
 */
export class Column<Row> {
  readonly #kind: ColumnKind<Row>;
  /** The text of the labels that name each row, with the brace before them. */
  readonly #names: RowNames;
  readonly #values: Float64Array;
  readonly #labels: string[];
  readonly #writer: LineWriter;
  #told = 0;
  #page: Page | undefined;

  constructor(kind: ColumnKind<Row>, names: RowNames, size: number, writer: LineWriter) {
    this.#kind = kind;
    this.#names = names;
    this.#writer = writer;
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

  #text(): Buffer {
    const { length } = this.#kind.parts;
    this.#writer.begin([this.#kind.common, this.#names.bytes]);
    let before: Labels | undefined;
    for (let slot = 0; slot < this.#names.count; slot++) {
      for (let part = 0; part < length; part++) {
        const value = this.#values[slot * length + part] ?? Number.NaN;
        if (!Number.isNaN(value)) before = this.#writeLine(slot, part, value, before);
      }
    }
    return this.#writer.end();
  }

  #writeLine(slot: number, part: number, value: number, before: Labels | undefined): Labels | undefined {
    const { common, places, readers } = this.#kind;
    const writer = this.#writer;
    writer.again(0, places[1] ?? 0);
    writer.again(common.length + this.#names.begin(slot), common.length + this.#names.begin(slot + 1));
    const labels = readers.length === 0 ? undefined : this.#writeLabels(slot, before);
    writer.again(places[part + 1] ?? 0, places[part + 2] ?? 0);
    writer.number(value);
    writer.byte(newline);
    return labels;
  }

  /** Most rows have the labels of the one before. */
  #writeLabels(slot: number, before: Labels | undefined): Labels {
    const from = this.#writer.at;
    if (before !== undefined && this.#areSame(before.slot, slot)) this.#writer.again(before.from, before.to);
    else this.#writer.text(this.#labelsText(slot));
    return { slot, from, to: this.#writer.at };
  }

  #areSame(slot: number, other: number): boolean {
    const { length } = this.#kind.readers;
    for (let index = 0; index < length; index++) {
      if (this.#labels[slot * length + index] !== this.#labels[other * length + index]) return false;
    }
    return true;
  }

  #labelsText(slot: number): string {
    const { varying } = this.#kind;
    let text = '';
    for (let index = 0; index < varying.length; index++) {
      text += `,${labelPair(varying[index] ?? '', this.#labels[slot * varying.length + index] ?? '')}`;
    }
    return text;
  }
}

const newline = 0x0a;

/** Where the labels of a slot stand. */
interface Labels {
  readonly slot: number;
  readonly from: number;
  readonly to: number;
}
