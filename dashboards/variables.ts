import {
  QueryVariableBuilder,
  VariableRefresh,
  VariableSort,
} from '@grafana/grafana-foundation-sdk/dashboard';
import type { MetricName } from '../exporter/catalogue.ts';
import {
  grown,
  type Matcher,
  type PlainName,
  type Query,
  seriesWithin,
  type TargetLabel,
} from '../exporter/promql.ts';
import { prometheus } from './datasources.ts';

/** What a reader may choose on a dashboard; links and alerts set these by their names. */
export type Choice = 'cluster' | 'job' | 'instance' | 'namespace' | 'lease' | 'node' | 'port' | 'target';

interface Offer {
  readonly label: string;
  /** Whose values of the label are offered. */
  readonly of: PlainName;
  /** What stands for all: `.*` also takes series without the label. */
  readonly all: '.*' | '.+';
  /** What was chosen before narrows what is offered. */
  readonly within: readonly Choice[];
}

const target = ['cluster', 'job', 'instance'] as const;

const offers: Readonly<Record<Choice, Offer>> = {
  cluster: { label: 'Cluster', of: 'build_info', all: '.*', within: [] },
  job: { label: 'Job', of: 'build_info', all: '.+', within: ['cluster'] },
  instance: { label: 'Instance', of: 'build_info', all: '.+', within: ['cluster', 'job'] },
  namespace: { label: 'Namespace', of: 'lease_state', all: '.*', within: target },
  lease: { label: 'Lease', of: 'lease_state', all: '.*', within: [...target, 'namespace'] },
  node: { label: 'Node', of: 'node_heartbeat_state', all: '.*', within: target },
  target: { label: 'Probe', of: 'websocket_probe_up', all: '.*', within: target },
  port: { label: 'Port', of: 'websocket_connections', all: '.*', within: [...target, 'namespace'] },
};

/** Where a dashboard offers the namespaces of other metrics than those of leases. */
export type OffersOf = Partial<Readonly<Record<Choice, PlainName & MetricName>>>;

const isOneOf = (choice: Choice): Matcher => ({ like: `$${choice}` });

function matchers(choices: readonly Choice[]): Readonly<Partial<Record<Choice, Matcher>>> {
  return Object.fromEntries(choices.map((choice) => [choice, isOneOf(choice)]));
}

/**
 * Selectors that take only what was chosen: the process always, the object where a metric has its label.
 * `placed` are labels that the scrape gives, such as the namespace in which a sidecar runs.
 */
export function chosenSeries(
  choices: readonly Choice[],
  placed: readonly Extract<Choice, TargetLabel>[] = [],
) {
  const within = seriesWithin({ target: matchers([...target, ...placed]), own: matchers(choices) });
  const running = seriesWithin({ target: matchers(target), own: {} }).series('build_info');
  return { ...within, grown: (counter: Query, window: Query) => grown(counter, window, running) };
}

/** The same for series that are not ours. */
export const chosenTarget = matchers(target);
export const chosenCluster = matchers(['cluster']);

/** A variable for each choice, in an order in which each is narrowed by those before it. */
export function choiceVariables(choices: readonly Choice[], of: OffersOf = {}): QueryVariableBuilder[] {
  return [...target, ...choices].map((choice) => variable(choice, of[choice] ?? offers[choice].of));
}

function variable(choice: Choice, of: PlainName): QueryVariableBuilder {
  const { label, all, within } = offers[choice];
  const { promql }: Query = seriesWithin({ target: matchers(within), own: {} }).series(of);
  const query = `label_values(${promql}, ${choice})`;
  return new QueryVariableBuilder(choice)
    .label(label)
    .datasource(prometheus)
    .query(query)
    .definition(query)
    .refresh(VariableRefresh.OnTimeRangeChanged)
    .sort(VariableSort.NaturalAsc)
    .multi(true)
    .includeAll(true)
    .allValue(all)
    .current({ text: 'All', value: '$__all' });
}
