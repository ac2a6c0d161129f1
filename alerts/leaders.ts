import { duration, promql, series } from '../exporter/promql.ts';
import { holder, leaseLinks, leaseName, policyLabels, renewalAge, teamLabel } from './annotations.ts';
import { bridged, brieflyBridged } from './config.ts';
import { keptWhileUnseen, leaderClasses, unlessClassIsSilent, unlessManyAreSilent } from './guards.ts';
import type { AlertRule } from './rule.ts';
import { leaseClassKey, leaseKey, recorded } from './series.ts';

const lastState = 'cluster_namespace_lease:leasewatch_lease_state:last';
const expired = recorded(lastState, { class: leaderClasses, state: 'expired' });
const deleted = recorded(lastState, { class: leaderClasses, state: 'deleted' });
const sight = {
  key: leaseKey,
  verdicts: recorded(lastState),
  unknown: recorded(lastState, { state: 'unknown' }),
};

/** Candidates for a long lease also try more slowly: an honest election of theirs takes up to a minute. */
const long = promql`max by (${leaseKey}) (last_over_time(${series('lease_duration_seconds')}[${bridged}])) > 60`;

const nobodyLeads: AlertRule = {
  alert: 'LeaderLeaseExpired',
  expr: unlessClassIsSilent(promql`max by (${leaseClassKey}) (
(${expired} == 1 unless on (${leaseKey}) ${long})
or
(${expired} == 1 and min_over_time(${expired}[${duration('90s')}]) == 1 and on (${leaseKey}) ${long})
)
or
${keptWhileUnseen('LeaderLeaseExpired', leaseClassKey, sight)}`),
  for: '30s',
  keepFiringFor: '5m',
  severity: 'critical',
  labels: policyLabels,
  summary: 'Nobody leads: the lease of a leader ran out and nobody took it.',
  description: `lease ${leaseName}: no leader for ${renewalAge}, last held by ${holder}`,
  annotations: leaseLinks,
};

const openDeletion = promql`max by (${leaseKey}) (last_over_time(${series('lease_open_round_info', { cause: 'deleted' })}[${bridged}]))`;

const notRecreated: AlertRule = {
  alert: 'HeldLeaseDeleted',
  expr: unlessClassIsSilent(
    promql`max by (${leaseClassKey}) (${deleted} == 1 and on (${leaseKey}) ${openDeletion})`,
  ),
  for: '2m',
  keepFiringFor: '5m',
  severity: 'warning',
  labels: teamLabel,
  summary: 'A lease was deleted while somebody held it, and nobody created it again.',
  description: `lease ${leaseName}: deleted while held by ${holder}, and not created again`,
  annotations: leaseLinks,
};

/** By the policy: also of a lease that was released and not taken again, or that was never there. */
const absent = promql`max by (${leaseKey}) (last_over_time(${series('lease_expected_absent')}[${brieflyBridged}]))`;

const expectedAbsent: AlertRule = {
  alert: 'ExpectedLeaseAbsent',
  expr: unlessManyAreSilent(promql`${absent} == 1
or
${keptWhileUnseen('ExpectedLeaseAbsent', leaseKey, { ...sight, verdicts: absent })}`),
  for: '1m',
  keepFiringFor: '5m',
  severity: 'critical',
  labels: policyLabels,
  summary: 'A lease that a policy expects to be held has no holder, or does not exist.',
  description: `lease ${leaseName}: expected to be held, and nobody holds it for longer than the grace of its policy`,
  annotations: leaseLinks,
};

/**
 * Where it is known who stands for election (in coordinated ones), a lease that nobody takes is no matter of scale:
 * with no replica left nobody would stand, half an hour after their last sign of life. Elsewhere only a policy can
 * say that somebody should hold it.
 */
const standing = promql`max by (${leaseKey}) (last_over_time(${series('lease_candidates')}[${brieflyBridged}])) > 0`;

const unheld: AlertRule = {
  alert: 'LeaderLeaseUnheld',
  expr: unlessClassIsSilent(promql`max by (${leaseClassKey}) (${series('lease_state', { class: leaderClasses, state: 'released' })}) == 1
and on (${leaseKey})
${standing}`),
  for: '35m',
  keepFiringFor: '5m',
  severity: 'warning',
  labels: teamLabel,
  summary: 'A lease was given up, candidates stand for it, and nobody takes it.',
  description: `lease ${leaseName}: released and not taken, although candidates stand for it`,
  annotations: leaseLinks,
};

const silentHeartbeat: AlertRule = {
  alert: 'HeartbeatLeaseExpired',
  expr: unlessClassIsSilent(promql`max by (${leaseClassKey}) (${recorded(lastState, { class: 'heartbeat', state: 'expired' })} == 1)
or
${keptWhileUnseen('HeartbeatLeaseExpired', leaseClassKey, sight)}`),
  for: '5m',
  keepFiringFor: '5m',
  severity: 'warning',
  labels: teamLabel,
  summary: 'A program that shows by a lease of its own that it lives has stopped to do so.',
  description: `lease ${leaseName}: no heartbeat for ${renewalAge}`,
  annotations: leaseLinks,
};

/** Leases without a holder that is alive. */
export const leaderAlerts: readonly AlertRule[] = [
  nobodyLeads,
  expectedAbsent,
  unheld,
  notRecreated,
  silentHeartbeat,
];
