import { parser } from '@prometheus-io/lezer-promql';
import { type Metric, metrics, prefix } from '../exporter/catalogue.ts';

/** Names of series, each with the labels that it may have beside those of the scrape. */
export type Known = ReadonlyMap<string, readonly string[]>;

/** Labels that every scraped series may have. */
export const targetLabels: readonly string[] = ['cluster', 'namespace', 'job', 'pod', 'instance'];

/** What the catalogue has, and what was declared beside it. */
export function knownSeries(...declared: readonly Readonly<Record<string, readonly string[]>>[]): Known {
  return new Map<string, readonly string[]>([
    ...seriesOf(metrics),
    ...declared.flatMap((each) => Object.entries(each)),
  ]);
}

/** What a query may name: a metric that is deprecated is told to others, and asked for by nothing of ours. */
export function seriesOf(catalogue: Readonly<Record<string, Metric>>): Known {
  return new Map<string, readonly string[]>(
    Object.entries(catalogue).flatMap(([name, metric]) => {
      if (metric.deprecated !== undefined) return [];
      const parts = metric.type === 'histogram' ? ['_bucket', '_sum', '_count'] : [''];
      return parts.map((part): [string, readonly string[]] => [
        `${prefix}${name}${part}`,
        part === '_bucket' ? [...metric.labels, 'le'] : metric.labels,
      ]);
    }),
  );
}

/** What is wrong with a query: a syntax error, an unknown metric, a matcher or a grouping by an unknown label. */
export function problemsOf(query: string, known: Known): string[] {
  const problems: string[] = [];
  const used = new Set<string>();
  const text = (node: { from: number; to: number }) => query.slice(node.from, node.to);
  parser.parse(query).iterate({
    enter(node) {
      if (node.type.isError) problems.push(`syntax error at ${node.from} of ${query}`);
      if (node.name !== 'VectorSelector') return;
      const name = node.node.getChild('Identifier');
      if (name === null) return void problems.push(`a selector without a name: ${text(node)}`);
      const labels = known.get(text(name));
      if (labels === undefined) return void problems.push(`unknown metric ${text(name)}`);
      for (const label of [...labels, ...targetLabels]) used.add(label);
      problems.push(...unknownMatchers(text(node), labels));
    },
  });
  return [...problems, ...unknownGroupings(query, used)];
}

/** The names of labels within matchers or groupings. */
export function labelNames(query: string, within: 'UnquotedLabelMatcher' | 'GroupingLabels'): string[] {
  const names: string[] = [];
  parser.parse(query).iterate({
    enter(node) {
      if (node.name === 'LabelName' && node.node.parent?.name === within)
        names.push(query.slice(node.from, node.to));
    },
  });
  return names;
}

function unknownMatchers(selector: string, labels: readonly string[]): string[] {
  const names = labelNames(selector, 'UnquotedLabelMatcher');
  const wrong = names.filter((name) => !labels.includes(name) && !targetLabels.includes(name));
  return wrong.map((name) => `${selector} has no label ${name}`);
}

function unknownGroupings(query: string, used: ReadonlySet<string>): string[] {
  const wrong = labelNames(query, 'GroupingLabels').filter((name) => !used.has(name));
  return wrong.map((name) => `nothing has the label ${name} that is grouped by in ${query}`);
}
