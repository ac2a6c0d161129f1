import { duration, promql } from '../exporter/promql.ts';
import { instances, overviewLinks, selfLinks } from './annotations.ts';
import { config } from './config.ts';
import type { AlertRule } from './rule.ts';
import { foreign, jobKey } from './series.ts';

const job = { like: config.job };
const up = foreign('up', { job });
const down = foreign('ALERTS', { alertname: 'LeasewatchDown', alertstate: 'firing' });

/** Its own firing is part of what it asks: a job that vanished from discovery must not resolve its alert. */
const allDown: AlertRule = {
  alert: 'LeasewatchDown',
  expr: promql`(
group by (${jobKey}) (max_over_time(${up}[${duration('1h')}]) == 1)
or
group by (${jobKey}) (${down})
)
unless on (${jobKey})
group by (${jobKey}) (${up} == 1)`,
  for: '3m',
  severity: 'critical',
  summary: 'No leasewatch answers where one did: nobody watches leases, and no other alert can come.',
  description: 'job {{ $labels.job }}: no process of it answers any more',
  annotations: selfLinks,
};

/** A process that ends in a rolling upgrade is scraped once or twice in vain, and then no target any more. */
const someDown: AlertRule = {
  alert: 'LeasewatchInstancesDown',
  expr: promql`count by (${jobKey}) (${up} == 0 and max_over_time(${up}[${duration('5m')}]) == 0)`,
  for: '2m',
  severity: 'warning',
  summary: 'Some processes of leasewatch do not answer: what only they see, nobody watches.',
  description: `job {{ $labels.job }}: {{ $value }} processes do not answer:${instances(
    promql`${foreign('up')}{cluster=%q,job=%q} == 0`,
  )}`,
  annotations: selfLinks,
};

const neverSeen: AlertRule = {
  alert: 'LeasewatchAbsent',
  expr: promql`absent(${up})`,
  for: '15m',
  severity: 'warning',
  summary: 'Prometheus has no target that is leasewatch: these rules watch nothing.',
  description: `no target has a job like ${config.job}`,
  annotations: overviewLinks,
};

const watchdog: AlertRule = {
  alert: 'LeasewatchWatchdog',
  expr: promql`vector(1)`,
  severity: 'none',
  summary: 'Always firing: when its message stops to come, alerting is broken.',
  description: 'the way from these rules to the receiver works',
  annotations: overviewLinks,
};

export const presenceAlerts: readonly AlertRule[] = [allDown, someDown, neverSeen, watchdog];
