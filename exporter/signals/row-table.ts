import { metrics as catalogue, type Metric } from '../catalogue.ts';
import { LineWriter } from './line-writer.ts';
import type { ScrapeContext } from './projections.ts';
import { RowBlock } from './row-block.ts';
import { ColumnKind, type Page } from './row-column.ts';
import type { OtherSample, RowKind } from './row-family.ts';

/** Rows of a block: enough that a page compresses well, few enough that it is made in a part of a millisecond. */
const usualBlock = 1024;

/** A family and its pages, in the order of the rows. */
export interface PagedFamily {
  readonly name: string;
  readonly metric: Metric;
  readonly pages: readonly Page[];
  readonly others: readonly OtherSample[];
}

/**
 * What was told last of all rows of one kind, in blocks. Rows are expected in the order in which they were
 * first seen, as a Map has them: then one that came or went changes its own block alone. In any other order the
 * text is right as well, and made anew.
 */
export class RowTable<Row> {
  readonly #naming: RowKind<Row>['naming'];
  readonly #kinds: readonly ColumnKind<Row>[];
  readonly #blockSize: number;
  readonly #writer = new LineWriter();
  #blocks: RowBlock<Row>[] = [];

  constructor({ naming, families }: RowKind<Row>, blockSize = usualBlock) {
    this.#blockSize = blockSize;
    const metrics: Readonly<Record<string, Metric>> = catalogue;
    this.#naming = naming;
    this.#kinds = Object.entries(families).flatMap(([name, family]) => {
      const metric = metrics[name];
      return metric === undefined || family === undefined ? [] : [new ColumnKind(name, metric, family)];
    });
  }

  /**
   * Reads every row anew. `context` is asked for once a block: the rows of a block are of one moment. `turn` is
   * called between blocks, and awaited where it wants to be.
   */
  async read(
    rows: readonly Row[],
    context: () => ScrapeContext,
    turn: () => Promise<void> | undefined,
  ): Promise<void> {
    this.#tidy(rows.length);
    let at = 0;
    for (let index = 0; index < this.#blocks.length || at < rows.length; index++) {
      at = this.#block(index).read(rows, at, context());
      const pause = turn();
      if (pause !== undefined) await pause;
    }
    this.#blocks = this.#blocks.filter(({ isEmpty }) => !isEmpty);
  }

  families(context: ScrapeContext): PagedFamily[] {
    return this.#kinds.map(({ name, metric, family }, index) => ({
      ...{ name, metric, others: [...(family.others?.(context) ?? [])] },
      pages: this.#blocks.flatMap((block) => block.columns[index]?.page() ?? []),
    }));
  }

  #block(index: number): RowBlock<Row> {
    const known = this.#blocks[index];
    if (known !== undefined) return known;
    const block = new RowBlock(this.#blockSize, this.#naming, this.#kinds, this.#writer);
    this.#blocks.push(block);
    return block;
  }

  /** Where most slots are those of rows that are no more, all begins anew. */
  #tidy(rows: number): void {
    const slots = this.#blocks.reduce((sum, block) => sum + block.slots, 0);
    if (this.#blocks.length > 1 && rows < slots / 2) this.#blocks = [];
  }
}
