import { duration, labelsOf, promql, type Query, series } from '../exporter/promql.ts';
import { instances, overviewLinks, selfLinks } from './annotations.ts';
import { bridged } from './config.ts';
import type { AlertRule } from './rule.ts';
import { jobKey, processKey } from './series.ts';

const sees = series('source_up');
const sourceKey = labelsOf('source_up', 'cluster', 'job', 'source');

/** Without them less is known of connections, and all else is judged as before: no reason to page. */
const needed = series('source_up', { source: { unlike: '(probes|endpoints)/.*' } });

/** What processes of one mode see; the last known, so that a scrape that failed changes nothing. */
function seenBy(mode: Query): Query {
  return promql`last_over_time(${needed}[${bridged}]) and on (${processKey}) last_over_time(${mode}[${bridged}])`;
}

/**
 * Replicas in mode `cluster` watch the same, and so do the sidecars of one Deployment: blind is a source that
 * none of them sees. In a DaemonSet each watches its own node, and all are blind only together.
 */
const blind: AlertRule = {
  alert: 'LeasewatchBlind',
  expr: promql`max by (${sourceKey}) (${seenBy(series('build_info', { mode: { not: 'node' } }))}) == 0
or
max by (${jobKey}) (${seenBy(series('build_info', { mode: 'node' }))}) == 0`,
  for: '10m',
  keepFiringFor: '2m',
  severity: 'critical',
  summary: 'Nobody sees what a source of leasewatch watches: no alert about it can come.',
  description:
    'job {{ $labels.job }}: {{ with $labels.source }}source {{ . }}{{ else }}every process{{ end }} is blind, and what it watches is unknown',
  annotations: overviewLinks,
};

/** One of many: a dead view must not hide behind those that see. */
const partlyBlind: AlertRule = {
  alert: 'LeasewatchInstancesBlind',
  expr: promql`count by (${sourceKey}) (${sees} == 0 and max_over_time(${sees}[${duration('2m')}]) == 0)`,
  for: '1m',
  keepFiringFor: '2m',
  severity: 'warning',
  summary: 'Some processes of leasewatch are blind: what only they watch is unknown.',
  description: `job {{ $labels.job }}: {{ $value }} processes are blind on {{ $labels.source }}:${instances(
    promql`${sees}{cluster=%q,job=%q} == 0`,
  )}`,
  annotations: selfLinks,
};

const forbidden: AlertRule = {
  alert: 'LeasewatchSourceForbidden',
  expr: promql`max by (${sourceKey}) (${series('source_forbidden')}) == 1`,
  for: '5m',
  keepFiringFor: '2m',
  severity: 'warning',
  summary: 'The API server forbids what leasewatch is told to watch.',
  description: 'job {{ $labels.job }}: source {{ $labels.source }} is forbidden',
  annotations: selfLinks,
};

const ownClock: AlertRule = {
  alert: 'LeasewatchClockSkew',
  expr: promql`max by (${labelsOf('clock_skew_seconds', 'cluster', 'job')}) (abs(${series('clock_skew_seconds')})) > 5`,
  for: '10m',
  keepFiringFor: '5m',
  severity: 'warning',
  summary: 'The clock of leasewatch differs from the clocks of most holders and nodes.',
  description: 'job {{ $labels.job }}: its clock is off by {{ $value | humanizeDuration }}',
  annotations: selfLinks,
};

/** Nothing fails yet: it is the certificate or the password of before, until that is no good any more. */
const oldWebConfig: AlertRule = {
  alert: 'LeasewatchWebConfigNotInForce',
  expr: promql`count by (${jobKey}) (${series('web_config_last_reload_successful')} == 0)`,
  for: '10m',
  keepFiringFor: '2m',
  severity: 'warning',
  summary: 'The web configuration of leasewatch was changed and cannot be used: that of before is in force.',
  description: 'job {{ $labels.job }}: {{ $value }} processes go on with an older web configuration',
  annotations: selfLinks,
};

export const sightAlerts: readonly AlertRule[] = [blind, partlyBlind, forbidden, ownClock, oldWebConfig];
