import { series } from '../../exporter/promql.ts';
import { leasewatch, secondTarget, target, told } from './cluster.ts';
import { links } from './messages.ts';
import type { Part, Story } from './story.ts';

const board = { cluster: '', job: 'leasewatch' };
const labels = { job: 'leasewatch', severity: 'warning' };
const route = { ...target, route: 'traces' };
const waiting = (...parts: readonly Part[]) => told(series('outbox_records'), route, ...parts);
const delivered = (...parts: readonly Part[]) => told(series('outbox_delivered_total'), route, ...parts);
const bytes = (route: string, ...parts: readonly Part[]) =>
  told(series('outbox_bytes'), { ...target, route }, ...parts);
const mebibyte = 1024 * 1024;

/** What leasewatch cannot get rid of, or leaves out. */
export const outboxStories: readonly Story[] = [
  {
    name: 'OutboxNotDelivering fires when nothing was taken for 20 min',
    series: [
      leasewatch('42m'),
      waiting([0, '5m'], [4, '30m', 1], [0, '7m']),
      delivered([7, '35m'], [130, '7m']),
    ],
    firing: [['1485s'], ['1500s', 'OutboxNotDelivering'], ['2385s', 'OutboxNotDelivering'], ['2400s']],
    told: [
      {
        at: '26m',
        alert: 'OutboxNotDelivering',
        labels: { ...labels, route: 'traces' },
        annotations: {
          summary: 'Traces or logs wait in the outbox, and their receiver takes none.',
          description: 'job leasewatch: 28 records of traces wait, and none was delivered for 15 minutes',
          ...links('OutboxNotDelivering', '26m', 'leasewatch-self', board),
        },
      },
    ],
  },
  {
    name: 'an outbox with records that come and go is delivering',
    series: [leasewatch('42m'), waiting([4, '42m']), delivered([0, '42m', 1])],
    firing: [['30m'], ['41m']],
  },
  {
    name: 'OutboxNearlyFull counts the routes of one process together, and not two processes',
    series: [
      leasewatch('30m'),
      bytes('traces', [0, '5m'], [150 * mebibyte, '10m'], [0, '15m']),
      bytes('logs', [0, '5m'], [60 * mebibyte, '25m']),
      told(series('outbox_bytes'), { ...secondTarget, route: 'logs' }, [200 * mebibyte, '30m']),
    ],
    firing: [['585s'], ['600s', 'OutboxNearlyFull'], ['1185s', 'OutboxNearlyFull'], ['1200s']],
    told: [
      {
        at: '600s',
        alert: 'OutboxNearlyFull',
        labels,
        annotations: {
          summary: 'The outbox is four fifths full: soon the oldest, least important records are given up.',
          description: 'job leasewatch: 210MiB wait to be delivered',
          ...links('OutboxNearlyFull', '600s', 'leasewatch-self', board),
        },
      },
    ],
  },
  {
    name: 'OutboxDropping fires at the first record that was given up',
    series: [
      leasewatch('42m'),
      told(series('outbox_dropped_total'), { ...route, reason: 'full' }, [0, '10m'], [3, '30m']),
      told(series('outbox_dropped_total'), { ...route, reason: 'by_leader' }, [0, '5m'], [9, '30m']),
      told(series('outbox_dropped_total'), { ...route, reason: 'folded' }, [0, '5m'], [9, '30m']),
    ],
    firing: [['585s'], ['600s', 'OutboxDropping'], ['2085s', 'OutboxDropping'], ['2100s']],
    told: [
      {
        at: '600s',
        alert: 'OutboxDropping',
        labels: { ...labels, route: 'traces', reason: 'full' },
        annotations: {
          summary: 'Traces or logs were given up.',
          description: 'job leasewatch: 3 records of traces were given up within 10 minutes: full',
          ...links('OutboxDropping', '600s', 'leasewatch-self', board),
        },
      },
    ],
  },
  {
    name: 'OutboxRefused fires at the first record that a receiver refused',
    series: [leasewatch('42m'), told(series('outbox_refused_total'), route, [0, '10m'], [3, '30m'])],
    firing: [['585s'], ['600s', 'OutboxRefused'], ['2085s', 'OutboxRefused'], ['2100s']],
    told: [
      {
        at: '600s',
        alert: 'OutboxRefused',
        labels: { ...labels, route: 'traces' },
        annotations: {
          summary: 'A receiver refused traces or logs for good; they are kept as dead letters.',
          description: 'job leasewatch: 3 records of traces were refused within 10 minutes',
          ...links('OutboxRefused', '600s', 'leasewatch-self', board),
        },
      },
    ],
  },
  {
    name: 'LeasewatchSeriesSuppressed fires after 5 min of scrapes that leave something out',
    series: [
      leasewatch('42m'),
      told(
        series('series_suppressed_total'),
        { ...target, reason: 'series_limit' },
        [0, '10m'],
        [29, '10m', 29],
        [1189, '20m'],
      ),
    ],
    firing: [
      ['885s'],
      ['900s', 'LeasewatchSeriesSuppressed'],
      ['2085s', 'LeasewatchSeriesSuppressed'],
      ['2100s'],
    ],
    told: [
      {
        at: '900s',
        alert: 'LeasewatchSeriesSuppressed',
        labels: { ...labels, reason: 'series_limit' },
        annotations: {
          summary:
            'Leases or nodes are left out of the metrics because there are too many: no alert about them can come.',
          description: 'job leasewatch: series are left out of every scrape: series_limit',
          ...links('LeasewatchSeriesSuppressed', '900s', 'leasewatch-self', board),
        },
      },
    ],
  },
];
