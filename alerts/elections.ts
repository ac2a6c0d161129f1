import { duration, promql, series } from '../exporter/promql.ts';
import { holder, leaseLinks, leaseName, teamLabel } from './annotations.ts';
import { unlessManyAreSilent } from './guards.ts';
import type { AlertRule } from './rule.ts';
import { leaseKey, processKey } from './series.ts';

const renewalsLate: AlertRule = {
  alert: 'LeaseRenewalsLate',
  expr: unlessManyAreSilent(
    promql`max by (${leaseKey}) (increase(${series('lease_late_renewals_total')}[${duration('10m')}])) >= 3`,
  ),
  keepFiringFor: '10m',
  severity: 'warning',
  labels: teamLabel,
  summary: 'A holder renews its lease late again and again: it may lose it soon.',
  description: `lease ${leaseName}: ${holder} renewed late {{ $value | printf "%.0f" }} times within 10 minutes`,
  annotations: leaseLinks,
};

/**
 * Releases are planned. Each of five replicas can lose the lease once while an upgrade replaces them in turn,
 * so that five losses within an hour are an honest upgrade. Increases are extrapolated, hence at least six.
 */
const flapping: AlertRule = {
  alert: 'LeaderElectionFlapping',
  expr: unlessManyAreSilent(promql`sum by (${leaseKey}) (
max by (${leaseKey}, cause) (increase(${series('lease_holder_changes_total', { cause: ['expired', 'taken', 'deleted'] })}[${duration('1h')}]))
) >= 6`),
  keepFiringFor: '15m',
  severity: 'warning',
  labels: teamLabel,
  summary: 'A lease changes its leader again and again without being released.',
  description: `lease ${leaseName}: {{ $value | printf "%.0f" }} leaders were lost within an hour, ${holder} leads now`,
  annotations: leaseLinks,
};

const overlap: AlertRule = {
  alert: 'LeasePossibleOverlap',
  expr: promql`max by (${leaseKey}) (increase(${series('lease_possible_overlaps_total')}[${duration('10m')}])) > 0`,
  keepFiringFor: '15m',
  severity: 'warning',
  labels: teamLabel,
  summary: 'A lease was acquired before the time of its holder was up: two may have led at once.',
  description: `lease ${leaseName}: acquired by ${holder} before the time of the holder before was up`,
  annotations: leaseLinks,
};

const own = series('clock_skew_seconds');
const ofHolder = series('lease_clock_skew_seconds');

/** Against the clocks of most: where the clock of leasewatch is wrong, not every holder is to blame. */
const holderClock: AlertRule = {
  alert: 'LeaseHolderClockSkew',
  expr: promql`max by (${leaseKey}) (abs(
${ofHolder} + on (${processKey}) group_left () ${own}
or
${ofHolder}
)) > 5`,
  for: '10m',
  keepFiringFor: '5m',
  severity: 'warning',
  labels: teamLabel,
  summary: 'The clock of a holder is wrong by more than five seconds.',
  description: `lease ${leaseName}: the clock of ${holder} is off by {{ $value | humanizeDuration }}`,
  annotations: leaseLinks,
};

/** How leases are held: signs of trouble while somebody leads. */
export const electionAlerts: readonly AlertRule[] = [renewalsLate, flapping, overlap, holderClock];
