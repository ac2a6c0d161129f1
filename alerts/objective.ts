import { type Duration, duration, promql, type Query, secondsOf } from '../exporter/promql.ts';
import { leaseLinks, leaseName, teamLabel } from './annotations.ts';
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
 * Of the usual windows neither the fastest, since 14.4 times 0.1 % is 52 s in an hour, and an honest upgrade of
 * five replicas that do not release takes 95 s; nor one day, which allows as many seconds as three days do.
 */
const windows: readonly Window[] = [
  { long: '6h', short: '30m', burn: 6 },
  { long: '3d', short: '6h', burn: 1 },
];

/** Seconds between two evaluations of the group. */
export const evaluatedEvery = 60;

const gap = recorded('cluster_namespace_lease:leasewatch_lease_gap_seconds:rate5m');

/** Of the whole window, also where there is no history of it yet: an average would make much of little. */
function share(window: Duration): Query {
  return promql`sum_over_time(${gap}[${duration(window)}]) / ${secondsOf(window) / evaluatedEvery}`;
}

/** Tickets: the objective on the gap between leaders wakes nobody. */
export const objectiveAlerts: readonly AlertRule[] = windows.map(({ long, short, burn }) => {
  const most = burn * config.errorBudget;
  return {
    alert: 'LeadershipBudgetBurn',
    expr: promql`${share(long)} > ${most}
and
${share(short)} > ${most}`,
    for: '5m',
    severity: 'info',
    labels: { ticket: 'true', window: long, ...teamLabel },
    summary: 'A lease was without a leader for more time than its objective allows.',
    description: `lease ${leaseName}: without a leader for {{ $value | humanizePercentage }} of the last ${long}, ${burn} times the objective would be ${Number((most * 100).toFixed(3))}%`,
    annotations: { dashboard_url: leaseLinks.dashboard_url },
  };
});
