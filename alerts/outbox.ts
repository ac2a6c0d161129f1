import { duration, labelsOf, promql, series } from '../exporter/promql.ts';
import { selfLinks } from './annotations.ts';
import { config } from './config.ts';
import type { AlertRule } from './rule.ts';
import { jobKey, processKey } from './series.ts';

const routeKey = labelsOf('outbox_records', 'cluster', 'job', 'route');

/** Not the age of the oldest record: that would be a difference of two clocks. */
const stuck: AlertRule = {
  alert: 'OutboxNotDelivering',
  expr: promql`max by (${routeKey}) (
min_over_time(${series('outbox_records')}[${duration('15m')}]) > 0
and
increase(${series('outbox_delivered_total')}[${duration('15m')}]) == 0
)`,
  for: '5m',
  keepFiringFor: '5m',
  severity: 'warning',
  summary: 'Traces or logs wait in the outbox, and their receiver takes none.',
  description:
    'job {{ $labels.job }}: {{ $value | printf "%.0f" }} records of {{ $labels.route }} wait, and none was delivered for 15 minutes',
  annotations: selfLinks,
};

const nearlyFull: AlertRule = {
  alert: 'OutboxNearlyFull',
  expr: promql`max by (${jobKey}) (sum by (${processKey}) (${series('outbox_bytes')})) > 0.8 * ${config.outboxMaxBytes}`,
  for: '5m',
  keepFiringFor: '5m',
  severity: 'warning',
  summary: 'The outbox is four fifths full: soon the oldest, least important records are given up.',
  description: 'job {{ $labels.job }}: {{ $value | humanize1024 }}B wait to be delivered',
  annotations: selfLinks,
};

/** What another replica delivered, or a summary tells, is not lost. */
const dropping: AlertRule = {
  alert: 'OutboxDropping',
  expr: promql`max by (${labelsOf('outbox_dropped_total', 'cluster', 'job', 'route', 'reason')}) (increase(${series('outbox_dropped_total', { reason: { unlike: 'by_leader|folded' } })}[${duration('10m')}])) > 0`,
  keepFiringFor: '15m',
  severity: 'warning',
  summary: 'Traces or logs were given up.',
  description:
    'job {{ $labels.job }}: {{ $value | printf "%.0f" }} records of {{ $labels.route }} were given up within 10 minutes: {{ $labels.reason }}',
  annotations: selfLinks,
};

const refused: AlertRule = {
  alert: 'OutboxRefused',
  expr: promql`max by (${labelsOf('outbox_refused_total', 'cluster', 'job', 'route')}) (increase(${series('outbox_refused_total')}[${duration('10m')}])) > 0`,
  keepFiringFor: '15m',
  severity: 'warning',
  summary: 'A receiver refused traces or logs for good; they are kept as dead letters.',
  description:
    'job {{ $labels.job }}: {{ $value | printf "%.0f" }} records of {{ $labels.route }} were refused within 10 minutes',
  annotations: selfLinks,
};

const suppressed: AlertRule = {
  alert: 'LeasewatchSeriesSuppressed',
  expr: promql`max by (${labelsOf('series_suppressed_total', 'cluster', 'job', 'reason')}) (increase(${series('series_suppressed_total')}[${duration('10m')}])) > 0`,
  for: '5m',
  keepFiringFor: '5m',
  severity: 'warning',
  summary:
    'Leases or nodes are left out of the metrics because there are too many: no alert about them can come.',
  description: 'job {{ $labels.job }}: series are left out of every scrape: {{ $labels.reason }}',
  annotations: selfLinks,
};

/** What leasewatch cannot get rid of, or does not tell. */
export const outboxAlerts: readonly AlertRule[] = [stuck, nearlyFull, dropping, refused, suppressed];
