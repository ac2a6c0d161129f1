import { parser as logqlParser } from '@grafana/lezer-logql';
import { prefix } from '../../exporter/catalogue.ts';
import { bornCounted } from '../../exporter/promql.ts';
import { type DashboardFile, type Problem, substituted, type Told, targetsOf } from './model.ts';
import { hasSyntaxError, type Selector, selectorsOf } from './promql.ts';
import { usedVariables } from './variables.ts';

/** Histograms whose buckets carry the traces of rounds, outages and incidents. */
const traced = /_((election_\w+|outage)_duration|failover_recovery|websocket_lifetime)_seconds_bucket$/;
const ratelike = ['rate', 'irate', 'increase'];
/** Counters of which `increase` alone would not see the first count. */
const unborn = new Set([...bornCounted, 'websocket_app_closes_total'].map((name) => `${prefix}${name}`));

/** Rules about what a dashboard asks for. */
export function queryProblems(dashboard: DashboardFile): Problem[] {
  const told = targetsOf(dashboard);
  const unused = dashboard.templating.list
    .filter(({ type, name }) => type === 'query' && !usedVariables(dashboard).has(name))
    .map(({ name }) => ({ rule: 'variable-used', where: name, why: 'no query uses it' }));
  return [
    ...told.filter(({ target }) => target.datasource.type === 'prometheus').flatMap(promqlProblems),
    ...told.filter(({ target }) => target.datasource.type === 'loki').flatMap(logqlProblems),
    ...unused,
  ];
}

function promqlProblems({ where, target, panel }: Told): Problem[] {
  const query = target.expr ?? '';
  if (query === '' || hasSyntaxError(query)) return [{ rule: 'target-promql', where, why: query }];
  const selectors = selectorsOf(query);
  const asks = target.exemplar === true;
  const keeps = selectors.some(({ name }) => traced.test(name));
  const shows = panel?.type === 'timeseries' || panel?.type === 'heatmap';
  return [
    ...selectors.flatMap((selector) => selectorProblems(where, selector, query)),
    ...(/\bor vector\(/.test(query) ? [{ rule: 'no-data-is-not-zero', where, why: query }] : []),
    ...(shows && keeps !== asks
      ? [{ rule: 'exemplars', where, why: keeps ? 'not asked for' : 'there are none' }]
      : []),
  ];
}

function selectorProblems(where: string, selector: Selector, query: string): Problem[] {
  const { name, text, matchers, within, range } = selector;
  const chosen = (label: string) => matchers.includes(`${label}=~"$${label}"`);
  const missing = ['cluster', 'job', 'instance'].filter((label) => !chosen(label));
  const grown = query.includes(`(${text} unless last_over_time(${text}[`);
  const counted = /_(total|bucket|sum|count)$/.test(name) && !ratelike.includes(within ?? '') && !grown;
  const first = within === 'increase' && unborn.has(name) && !grown;
  const rated = (within === 'rate' || within === 'irate') && range !== '$__rate_interval';
  return [
    ...missing.map((label) => ({ rule: `target-${label}`, where, why: text })),
    ...(counted ? [{ rule: 'target-counter-agg', where, why: text }] : []),
    ...(first ? [{ rule: 'first-count', where, why: `${text} begins with its first count` }] : []),
    ...(rated ? [{ rule: 'target-rate-interval', where, why: `${text}[${range}]` }] : []),
    ...(name.includes(':') ? [{ rule: 'target-raw', where, why: `${name} is recorded` }] : []),
  ];
}

function logqlProblems({ where, target }: Told): Problem[] {
  const query = target.expr ?? '';
  const ranges = [...query.matchAll(/\[([^\]]+)\]/g)].map(([, range]) => range);
  return [
    ...(isLogql(query) ? [] : [{ rule: 'target-logql', where, why: query }]),
    ...ranges
      .filter((range) => range !== '$__auto')
      .map((range) => ({ rule: 'target-logql-auto', where, why: `[${range}]` })),
    ...(query.includes('cluster=~"$cluster"') ? [] : [{ rule: 'target-cluster', where, why: query }]),
  ];
}

/** Whether text is a query that Loki reads. */
export function isLogql(query: string): boolean {
  let wrong = query.trim() === '';
  logqlParser.parse(substituted(query)).iterate({
    enter({ type }) {
      wrong ||= type.isError;
    },
  });
  return !wrong;
}
