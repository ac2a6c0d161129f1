import { promql, type Query, series } from '../exporter/promql.ts';
import { config } from './config.ts';
import type { Severity } from './rule.ts';
import { leaseKey, recorded } from './series.ts';

/** Pieces of Go templates for annotations. Who holds and since when is asked for, so that it cannot double alerts. */

type Said = 'value' | { readonly label: string };

/** The first answer to a query about the object of the alert, shown; `otherwise` where there is none. */
export function asked(
  query: Query,
  labels: readonly string[],
  said: Said,
  otherwise: string,
  show = '',
): string {
  const values = labels.map((label) => ` $labels.${label}`).join('');
  const what = said === 'value' ? 'value' : `label "${said.label}"`;
  const piped = show === '' ? '' : ` | ${show}`;
  const text = query.promql.replaceAll('\n', ' ').replaceAll('"', '\\"');
  return `{{ with printf "${text}"${values} | query }}{{ . | first | ${what}${piped} }}{{ else }}${otherwise}{{ end }}`;
}

/** `%q` of Go quotes as PromQL reads it. */
const ofLease = ['cluster', 'namespace', 'lease'] as const;
const leaseSelector = (name: LeaseMetric): Query => placed(series(name), ofLease);
type LeaseMetric = 'lease_info' | 'lease_observed_renewal_timestamp_seconds' | 'lease_open_round_info';

export function placed(query: Query, labels: readonly string[], ...more: readonly string[]): Query {
  return { promql: `${query.promql}{${[...labels.map((label) => `${label}=%q`), ...more].join(',')}}` };
}

export const leaseName = '{{ $labels.namespace }}/{{ $labels.lease }}';

/** The holder; or who was seen within ten minutes: a scrape that failed or a deletion must not hide it. */
export const holder = asked(
  promql`topk(1, ${leaseSelector('lease_info')} or on (${leaseKey}) last_over_time(${leaseSelector('lease_info')}[10m]))`,
  [...ofLease, ...ofLease],
  { label: 'holder' },
  'somebody unknown',
);

/** Seconds since the last observed renewal, for people: `1m 15s`. */
export const renewalAge = asked(
  promql`time() - max(last_over_time(${leaseSelector('lease_observed_renewal_timestamp_seconds')}[10m]))`,
  ofLease,
  'value',
  'an unknown time',
  'humanizeDuration',
);

/** What the policy of a lease says; the last that was told, so that a failed scrape makes no other alert of it. */
function fromPolicy(label: 'severity' | 'team', otherwise: string): string {
  const policy = placed(series('lease_policy_info'), ofLease, `${label}!=""`);
  const query = promql`topk(1, ${policy} or on (${leaseKey}) last_over_time(${policy}[1h]))`;
  return asked(query, [...ofLease, ...ofLease], { label }, otherwise);
}

/** How bad it is that a lease brings nobody to work, by its policy. */
export const policySeverity = (otherwise: Severity): string => fromPolicy('severity', otherwise);
/** Whom an alert about a lease concerns, by its policy; the label is absent without one. */
export const teamLabel = { team: fromPolicy('team', '') } as const;
/** How bad it is that nobody leads, by the policy of the lease. */
export const policyLabels = { severity: policySeverity('critical'), ...teamLabel } as const;

/** The trace of the open round, or nothing. */
export const traceUrl = (() => {
  const query = promql`topk(1, ${leaseSelector('lease_open_round_info')})`;
  const id = asked(query, ofLease, { label: 'trace_id' }, '');
  return id.replace('{{ . | first', `${config.traces}{{ . | first`);
})();

export const nodeAge = asked(
  promql`time() - max(last_over_time(${placed(series('node_heartbeat_observed_timestamp_seconds'), ['cluster', 'node'])}[10m]))`,
  ['cluster', 'node'],
  'value',
  'an unknown time',
  'humanizeDuration',
);

/** The leases that a query about the object of the alert names, ten of them at the most. */
function listed(query: Query, labels: readonly string[]): string {
  const values = labels.map((label) => ` $labels.${label}`).join('');
  const text = `topk(10, ${query.promql})`.replaceAll('"', '\\"');
  const each = '{{ range . }} {{ .Labels.namespace }}/{{ .Labels.lease }}{{ end }}';
  return `{{ with printf "${text}"${values} | query }}${each}{{ else }} none{{ end }}`;
}

/** Leases whose holder is, or within ten minutes was, on the node: those that may be without a leader now. */
export const leasesOfNode = (() => {
  const held = placed(series('lease_info'), ['cluster', 'holder_node']);
  return listed(promql`group by (${leaseKey}) (last_over_time(${held}[10m]))`, ['cluster', 'node']);
})();

/** Leases that changed their leader in the last ten minutes, in the same cluster. */
export const recentElections = (() => {
  const changes = placed(series('lease_holder_changes_total'), ['cluster']);
  return listed(promql`max by (${leaseKey}) (increase(${changes}[10m])) > 0`, ['cluster']);
})();

/** Leases of the namespace whose leader was lost in the last ten minutes. */
export const lostLeaders = (() => {
  const changes = placed(
    series('lease_holder_changes_total'),
    ['cluster', 'namespace'],
    'cause=~"expired|taken|deleted"',
  );
  const query = promql`max by (${leaseKey}) (increase(${changes}[10m])) > 0`;
  return listed(query, ['cluster', 'namespace']);
})();

/** What a node had before it was lost: connections by its last census, or `otherwise`. */
export const connectionsOfNode = asked(
  placed(recorded('cluster_node:leasewatch_lost_node_connections:last'), ['cluster', 'node']),
  ['cluster', 'node'],
  'value',
  'an unknown number of',
  'printf "%.0f"',
);

/** Processes of which a query tells something bad, by their names. */
export function instances(query: Query): string {
  const text = query.promql.replaceAll('"', '\\"');
  const each = '{{ range . }} {{ .Labels.instance }}{{ end }}';
  return `{{ with printf "${text}" $labels.cluster $labels.job | query }}${each}{{ end }}`;
}

const at = (expr: string) => `{{ with query "${expr}" }}{{ . | first | value | printf "%.0f" }}{{ end }}`;

/** A dashboard with the object of the alert chosen, from half an hour before the alert to now. */
export function dashboardUrl(uid: string, labels: readonly string[]): string {
  const chosen = labels.map((label) => `&var-${label}={{ $labels.${label} | urlquery }}`).join('');
  const from = at('(time() - 1800) * 1000');
  const to = at('(time() + 300) * 1000');
  return `${config.grafana}/d/${uid}?from=${from}&to=${to}${chosen}`;
}

export const leaseLinks = {
  dashboard_url: dashboardUrl('leasewatch-leases', ofLease),
  trace_url: traceUrl,
} as const;
export const nodeLinks = { dashboard_url: dashboardUrl('leasewatch-nodes', ['cluster', 'node']) } as const;
export const selfLinks = { dashboard_url: dashboardUrl('leasewatch-self', ['cluster', 'job']) } as const;
export const overviewLinks = { dashboard_url: dashboardUrl('leasewatch-overview', ['cluster']) } as const;
export const socketLinks = {
  dashboard_url: dashboardUrl('leasewatch-websockets', ['cluster', 'namespace', 'port']),
} as const;
