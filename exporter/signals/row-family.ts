import type { LabelOf, MetricName, NamesOf } from '../catalogue.ts';
import type { ScrapeContext } from './projections.ts';

/** A family with a series or more for every lease, or for every node: it is read row by row. */
export interface RowFamily<Row, Label extends string = string> {
  /**
   * The labels besides those that name the row, in the order of the catalogue. A list, which comes last, makes
   * a series for each of its values.
   */
  readonly labels: { readonly [L in Label]: LabelReader<Row> | readonly string[] };
  /** The value of a series, `part` being its value of the list; `undefined` where there is no such series. */
  readonly value: (row: Row, context: ScrapeContext, part: string) => number | undefined;
  /** Series of this family that belong to no row. */
  readonly others?: (context: ScrapeContext) => Iterable<OtherSample>;
}

export type LabelReader<Row> = (row: Row, context: ScrapeContext) => string;

export interface OtherSample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** What `satisfies` holds the families against: each reads every label of its metric but those that name the row. */
export type RowFamilies<Row, Naming extends string> = {
  readonly [N in NamedBy<Naming>]?: RowFamily<Row, Exclude<LabelOf<N>, Naming>>;
};

type NamedBy<Naming extends string> = {
  [N in NamesOf<'gauge' | 'counter'>]: Naming extends LabelOf<N> ? N : never;
}[NamesOf<'gauge' | 'counter'>];

/** The rows of one kind: how a row is named, and what is told of it. */
export interface RowKind<Row> {
  /** The labels that name a row, in the order of the catalogue: no two rows have the same. They never change. */
  readonly naming: Readonly<Record<string, (row: Row) => string>>;
  readonly families: Readonly<Partial<Record<MetricName, RowFamily<Row>>>>;
}

/** The values of the list among the labels of a family; one without a name where there is none. */
export function partsOf({
  labels,
}: {
  readonly labels: Readonly<Record<string, unknown>>;
}): readonly string[] {
  const list: unknown = Object.values(labels).at(-1);
  return Array.isArray(list) ? list.map(String) : [''];
}
