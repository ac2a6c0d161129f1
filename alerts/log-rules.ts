import { errorLines, type LogField, type LogQuery, linesOf } from '../exporter/logql.ts';
import { config } from './config.ts';

/** A rule for the ruler of Loki, where a line tells what no metric does. */
export interface LogAlert {
  readonly alert: string;
  readonly expr: string;
  readonly severity: 'warning' | 'info';
  readonly summary: string;
  readonly description: string;
  /** Whether the lines name the trace of a round. */
  readonly traced: boolean;
}

/** Told for ten minutes: a line comes once, and a shorter window may be missed between two evaluations. */
function seen(lines: LogQuery, filter: string, by: readonly LogField[]): string {
  const labels = ['cluster', ...by].join(', ');
  return `sum by (${labels}) (count_over_time(${lines.logql}${filter} [10m])) > 0`;
}

const lease = 'lease {{ $labels.namespace }}/{{ $labels.lease }}';
const ofLease = ['namespace', 'lease', 'trace_id'] as const;

export const logAlerts: readonly LogAlert[] = [
  {
    alert: 'LeaderKilledForMemory',
    expr: seen(linesOf('round_closed', { fate: 'oom_killed' }), '', ofLease),
    severity: 'warning',
    summary: 'A leader lost its lease because it was killed for its memory.',
    description: `${lease}: the leader before was killed for want of memory`,
    traced: true,
  },
  {
    alert: 'LeaseEditedByHand',
    expr: seen(linesOf('round_closed'), ' |= `edited by hand`', ofLease),
    severity: 'info',
    summary: 'Somebody gave a lease to another holder by hand.',
    description: `${lease}: its holder was written by hand, and no candidate may know`,
    traced: true,
  },
  {
    alert: 'PolicyMatchesNothing',
    expr: seen(linesOf('policy_unmatched'), '', []),
    severity: 'info',
    summary: 'A policy in the configuration of leasewatch matches no lease and no node.',
    description:
      '{{ $value | printf "%.0f" }} times within 10 minutes a policy matched nothing: what it expects is not watched over',
    traced: false,
  },
  {
    alert: 'LeasewatchLogsErrors',
    expr: seen(errorLines(), '', []),
    severity: 'warning',
    summary: 'Something of leasewatch itself went wrong, and it says so.',
    description: '{{ $value | printf "%.0f" }} lines of level error within 10 minutes',
    traced: false,
  },
];

/** The rules as Loki's ruler loads them. */
export function logGroups(): object {
  const rules = logAlerts.map(({ alert, expr, severity, summary, description, traced }) => ({
    alert,
    expr,
    labels: { severity },
    annotations: {
      summary,
      description,
      runbook_url: `${config.runbooks}${alert}.md`,
      dashboard_url: `${config.grafana}/d/leasewatch-overview?var-cluster={{ $labels.cluster | urlquery }}`,
      ...(traced ? { trace_url: `${config.traces}{{ $labels.trace_id }}` } : {}),
    },
  }));
  return { groups: [{ name: 'leasewatch-lines', interval: '1m', rules }] };
}
