import { type LabelOf, type MetricName, metrics, prefix } from './catalogue.ts';

/** Queries from the catalogue: one that names an unknown metric or label does not compile. */
export interface Query {
  readonly promql: string;
}

/** A label's value: equal to a text, one of several, or compared with another operator. */
export type Matcher =
  | string
  | readonly string[]
  | { readonly not: string }
  | { readonly like: string }
  | { readonly unlike: string };

export type Matchers<N extends MetricName> = { readonly [L in LabelOf<N>]?: Matcher };

/** Labels that Prometheus puts on what it scrapes, and `cluster`, which it gets from whoever set it up. */
export type TargetLabel = 'cluster' | 'namespace' | 'job' | 'pod' | 'instance';

/** What a histogram is stored as. */
export type Part = 'bucket' | 'sum' | 'count';

export type HistogramName = {
  [N in MetricName]: (typeof metrics)[N]['type'] extends 'histogram' ? N : never;
}[MetricName];
export type PlainName = Exclude<MetricName, HistogramName>;

/** The selector of a gauge or a counter. */
export function series<N extends PlainName>(name: N, matchers?: Matchers<N>): Query {
  return selector(prefix + name, matchers ?? {});
}

/** The selector of one part of a histogram. */
export function histogramSeries<N extends HistogramName>(name: N, part: Part, matchers?: Matchers<N>): Query {
  return selector(`${prefix}${name}_${part}`, matchers ?? {});
}

/** Matchers that every selector of somebody shall carry. */
export interface Fixed {
  /** Of labels that the scrape gives to every series. */
  readonly target: Readonly<Partial<Record<TargetLabel, Matcher>>>;
  /** Of labels that only some metrics have: the others go without. */
  readonly own: Readonly<Record<string, Matcher>>;
}

/** Selectors of the exporter's own series that carry fixed matchers; one that is told beside them wins. */
export function seriesWithin({ target, own }: Fixed) {
  const within = (name: MetricName): Readonly<Record<string, Matcher>> => {
    const labels: readonly string[] = metrics[name].labels;
    const had = Object.entries(own).filter(([label]) => labels.includes(label));
    return { ...target, ...Object.fromEntries(had) };
  };
  return {
    series: <N extends PlainName>(name: N, matchers?: Matchers<N>): Query =>
      selector(prefix + name, { ...within(name), ...matchers }),
    histogram: <N extends HistogramName>(name: N, part: Part, matchers?: Matchers<N>): Query =>
      selector(`${prefix}${name}_${part}`, { ...within(name), ...matchers }),
  };
}

/** Selectors of series that are not the exporter's own, such as `up`, from their names and labels. */
export function seriesOf<const D extends Readonly<Record<string, readonly string[]>>>(_declared: D) {
  return <N extends keyof D & string>(
    name: N,
    matchers?: { readonly [L in D[N][number] | TargetLabel]?: Matcher },
  ): Query => selector(name, matchers ?? {});
}

/**
 * What has too many values of labels to be told at 0 before anything is counted: such a series begins with its
 * first count, in which Prometheus sees no increase. All others begin at 0.
 */
export const bornCounted = [
  'events_total',
  'watch_restarts_total',
  'websocket_endpoint_failures_total',
  'websocket_probe_backend_connections_total',
  'websocket_probe_backend_failures_total',
  'websocket_probe_closes_total',
  'websocket_probe_handshakes_total',
  'websocket_probe_phase_seconds',
  'websocket_probe_ping_rtt_seconds',
] as const satisfies readonly MetricName[];

/** The longest gap between scrapes of one process (`last_over_time` looks so far back beyond the window). */
const longestGap: Query = { promql: '1h' };

/**
 * The increase of a counter whose series may begin with its first count. A series that was not there a window
 * ago, although its process was, has grown by all that it says. A gap in the scrapes is none, and a process
 * that is new to Prometheus may have counted for long.
 */
export function grown(counter: Query, window: Query, running = series('build_info')): Query {
  const process = labelsOf('build_info', 'cluster', 'job', 'instance');
  const past = (of: Query) => promql`last_over_time(${of}[${longestGap}] offset ${window})`;
  return promql`((${counter} unless ${past(counter)}) and on (${process}) ${past(running)} or increase(${counter}[${window}]))`;
}

/** Labels for `by` and `on`: every one of them must be a label of the metric, or of what is scraped. */
export function labelsOf<N extends MetricName>(
  _name: N,
  ...labels: readonly (LabelOf<N> | TargetLabel)[]
): Query {
  return { promql: labels.join(', ') };
}

const units = { s: 1, m: 60, h: 3600, d: 86_400 } as const;

export type Duration = `${number}${keyof typeof units}`;

/** The length of a duration in seconds. */
export function secondsOf(text: Duration): number {
  const [, count, unit] = /^(.+)([smhd])$/.exec(text) ?? [];
  if (unit !== 's' && unit !== 'm' && unit !== 'h' && unit !== 'd') {
    throw new Error(`promql: ${text} is no duration`);
  }
  return Number(count) * units[unit];
}

/** A range, an offset or a resolution. */
export function duration(text: Duration): Query {
  return { promql: text };
}

/** A query with series, durations, numbers or other queries put in. */
export function promql(parts: TemplateStringsArray, ...values: readonly (Query | number)[]): Query {
  const told = values.map((value) => (typeof value === 'number' ? String(value) : value.promql));
  return { promql: String.raw({ raw: parts }, ...told) };
}

function selector(name: string, matchers: Readonly<Record<string, Matcher | undefined>>): Query {
  const told = Object.entries(matchers).flatMap(([label, matcher]) =>
    matcher === undefined ? [] : [`${label}${renderMatcher(matcher)}`],
  );
  return { promql: told.length === 0 ? name : `${name}{${told.join(',')}}` };
}

function renderMatcher(matcher: Matcher): string {
  if (typeof matcher === 'string') return `=${quote(matcher)}`;
  if ('not' in matcher) return `!=${quote(matcher.not)}`;
  if ('like' in matcher) return `=~${quote(matcher.like)}`;
  if ('unlike' in matcher) return `!~${quote(matcher.unlike)}`;
  return `=~${quote(matcher.map((value) => value.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')).join('|'))}`;
}

/** PromQL reads the escapes of JSON, except that a lone half of a surrogate pair has none. */
function quote(text: string): string {
  return JSON.stringify(text.toWellFormed());
}
