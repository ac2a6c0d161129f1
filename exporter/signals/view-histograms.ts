import { Histogram } from 'prom-client';
import { metrics as catalogue, type LabelOf, prefix } from '../catalogue.ts';
import type { LifetimeExample } from '../model/view-connections.ts';
import type { OpenRegistry } from './histograms.ts';
import type { ScrapeContext } from './projections.ts';
import { eachPort } from './projections-sockets.ts';
import { stampExemplar } from './registry-families.ts';

/** A histogram that the model keeps: prom-client takes one observation at a time, and a restart ends a hundred thousand. */
export interface HistogramSample<L extends string> {
  readonly labels: Readonly<Record<L, string>>;
  readonly count: number;
  readonly sum: number;
  readonly example: LifetimeExample | undefined;
  upTo(bound: number): number;
}

type Name = 'websocket_lifetime_seconds';

type ViewHistograms = {
  readonly [N in Name]: (context: ScrapeContext) => Iterable<HistogramSample<LabelOf<N>>>;
};

export const viewHistograms: ViewHistograms = {
  *websocket_lifetime_seconds(context) {
    for (const { labels, view } of eachPort(context)) {
      const { lifetimes } = view;
      const { count, sumSeconds: sum, example } = lifetimes;
      yield { labels, count, sum, example, upTo: (bound) => lifetimes.upTo(bound) };
    }
  },
};

export type ViewHistogramName = keyof typeof viewHistograms;

/** Registers them; their values are read at the scrape and stored nowhere. */
export function registerViewHistograms(
  registry: OpenRegistry,
  context: () => ScrapeContext | undefined,
): void {
  const name = 'websocket_lifetime_seconds';
  const { help, labels, buckets } = catalogue[name];
  const config = { name: prefix + name, help, labelNames: [...labels], buckets: [...buckets] };
  const metric = new Histogram({ ...config, registers: [registry] });
  const describe = metric.get.bind(metric);
  metric.get = async () => {
    const now = context();
    const samples = now === undefined ? [] : [...viewHistograms[name](now)];
    const values = samples.flatMap((sample) => partsOf(prefix + name, sample, buckets));
    return { ...(await describe()), values };
  };
}

function partsOf<L extends string>(
  name: string,
  { labels, count, sum, example, upTo }: HistogramSample<L>,
  buckets: readonly number[],
) {
  const exemplars = exemplarIn(buckets, example);
  const bounds = buckets.map((le) => ({
    ...{ metricName: `${name}_bucket`, labels: { le, ...labels }, value: upTo(le) },
    ...exemplars(le),
  }));
  return [
    ...bounds,
    {
      ...{ metricName: `${name}_bucket`, labels: { le: '+Inf', ...labels }, value: count },
      ...exemplars('+Inf'),
    },
    { metricName: `${name}_sum`, labels, value: sum },
    { metricName: `${name}_count`, labels, value: count },
  ];
}

/** The bucket of an exemplar is the first that its value is in. */
function exemplarIn(buckets: readonly number[], example: LifetimeExample | undefined) {
  if (example === undefined) return () => ({});
  const { seconds: value, traceId, at } = example;
  const home = buckets.find((le) => value <= le) ?? '+Inf';
  const exemplar = { labelSet: stampExemplar({ trace_id: traceId }, at / 1e6), value };
  return (le: number | '+Inf') => (le === home ? { exemplar } : {});
}
