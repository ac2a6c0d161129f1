import { DashboardLinkBuilder, DashboardLinkType } from '@grafana/grafana-foundation-sdk/dashboard';
import { jaeger } from './datasources.ts';
import type { Choice } from './variables.ts';

/** Where each dashboard answers: `/d/<uid>`. The alerts link there. */
export const uids = {
  overview: 'leasewatch-overview',
  leases: 'leasewatch-leases',
  nodes: 'leasewatch-nodes',
  websockets: 'leasewatch-websockets',
  self: 'leasewatch-self',
} as const;

export const tag = 'leasewatch';

/** A link in a cell of a table. */
export interface RowLink {
  readonly title: string;
  readonly url: string;
}

/** The other dashboards, at the same time and with the same choices. */
export function toTheOthers(): DashboardLinkBuilder {
  return new DashboardLinkBuilder('leasewatch')
    .type(DashboardLinkType.Dashboards)
    .tags([tag])
    .asDropdown(true)
    .includeVars(true)
    .keepTime(true);
}

/** From a row of a table: another dashboard at the same time, with values of the row chosen. */
export function toDashboard(
  title: string,
  uid: (typeof uids)[keyof typeof uids],
  chosen: Readonly<Partial<Record<Choice, string>>>,
): RowLink {
  const kept = ['prometheus_datasource', 'loki_datasource', 'cluster'].map((name) =>
    filled(`${name}:queryparam`),
  );
  const set = Object.entries(chosen).map(
    ([choice, field]) => `var-${choice}=${filled(`__data.fields.${field}`)}`,
  );
  return { title, url: `/d/${uid}?${[...kept, ...set, filled('__url_time_range')].join('&')}` };
}

/** From a row with a trace id: the trace in the explorer. */
export function toTrace(field: string): RowLink {
  const queries = [{ refId: 'A', datasource: jaeger, query: filled(`__data.fields.${field}`) }];
  const range = { from: filled('__from'), to: filled('__to') };
  const panes = { trace: { datasource: jaeger.uid, queries, range } };
  const url = `/explore?schemaVersion=1&orgId=1&panes=${encodedAround(JSON.stringify(panes))}`;
  return { title: 'Trace of the round', url };
}

/** A place in an address that Grafana fills in. */
function filled(name: string): string {
  return `\${${name}}`;
}

/** Encodes all but the variables: Grafana looks for them in the address as it stands. */
function encodedAround(text: string): string {
  return text
    .split(/(\$\{[\w.]+\})/)
    .map((part) => (part.startsWith('$') ? part : encodeURIComponent(part)))
    .join('');
}
