import { type Duration, duration, promql } from '../exporter/promql.ts';
import { leaseLinks, leaseName } from './annotations.ts';
import { config } from './config.ts';
import type { AlertRule } from './rule.ts';
import { recorded } from './series.ts';

interface Window {
  readonly long: Duration;
  readonly short: Duration;
  /** How many times faster than allowed the budget of 30 days is used up. */
  readonly burn: number;
}

/**
 * The usual windows without the fastest: 14.4 times 0.1 % is 52 s in an hour, and an honest upgrade of five
 * replicas that do not release takes 95 s.
 */
const windows: readonly Window[] = [
  { long: '6h', short: '30m', burn: 6 },
  { long: '1d', short: '2h', burn: 3 },
  { long: '3d', short: '6h', burn: 1 },
];

const gap = recorded('cluster_namespace_lease:leasewatch_lease_gap_seconds:rate5m');

/** Tickets: the objective on the gap between leaders wakes nobody. */
export const objectiveAlerts: readonly AlertRule[] = windows.map(({ long, short, burn }) => {
  const most = burn * config.errorBudget;
  return {
    alert: 'LeadershipBudgetBurn',
    expr: promql`avg_over_time(${gap}[${duration(long)}]) > ${most}
and
avg_over_time(${gap}[${duration(short)}]) > ${most}`,
    for: '5m',
    severity: 'info',
    labels: { ticket: 'true', window: long },
    summary: 'A lease was without a leader for more time than its objective allows.',
    description: `lease ${leaseName}: without a leader for {{ $value | humanizePercentage }} of the last ${long}, ${burn} times the objective would be ${Number((most * 100).toFixed(3))}%`,
    annotations: { dashboard_url: leaseLinks.dashboard_url },
  };
});
