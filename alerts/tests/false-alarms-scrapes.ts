import { series } from '../../exporter/promql.ts';
import { lease, ofLease, sees, target, told } from './cluster.ts';
import { line, type Part, type Story, selector } from './story.ts';

const changes = (cause: string, ...parts: readonly Part[]) =>
  told(series('lease_holder_changes_total'), { ...ofLease('till'), cause }, ...parts);

/** Nobody may be paged for these either: leasewatch itself, or the way to it, had a gap. */
export const gapStories: readonly Story[] = [
  {
    name: 'leasewatch restarts: what it does not know yet is unknown, and its counters begin again',
    series: [
      { [selector('up', target)]: line([1, '5m'], [0, '1m'], [1, '24m']) },
      told(
        series('source_up'),
        { ...target, source: 'leases' },
        [1, '5m'],
        ['failed', '1m'],
        [0, '15s'],
        [1, '24m'],
      ),
      told(series('build_info'), { ...target, mode: 'cluster' }, [1, '5m'], ['failed', '1m'], [1, '24m']),
      lease('till', {}, ['held', '5m'], ['failed', '1m'], ['unknown', '30s'], ['held', '23m']),
      changes('expired', [7, '5m'], ['failed', '1m'], [0, '24m']),
      told(series('lease_possible_overlaps_total'), ofLease('till'), [3, '5m'], ['failed', '1m'], [0, '24m']),
      told(
        series('outbox_dropped_total'),
        { ...target, route: 'logs', reason: 'size' },
        [9, '5m'],
        ['failed', '1m'],
        [9, '24m'],
      ),
    ],
    firing: [['5m'], ['6m'], ['375s'], ['7m'], ['10m'], ['20m'], ['29m']],
  },
  {
    name: 'a rolling update of leasewatch itself: one process follows another',
    series: [
      { [selector('up', target)]: line([1, '5m'], [0, '30s'], ['failed', '20m']) },
      {
        [selector('up', { job: 'leasewatch', instance: 'b:9465' })]: line(
          ['absent', '5m'],
          [0, '15s'],
          [1, '20m'],
        ),
      },
      lease('till', {}, ['held', '5m'], ['failed', '20m']),
      lease(
        'till',
        { at: { job: 'leasewatch', instance: 'b:9465' } },
        ['absent', '315s'],
        ['unknown', '15s'],
        ['held', '19m'],
      ),
    ],
    firing: [['5m'], ['330s'], ['6m'], ['8m'], ['12m'], ['20m']],
  },
  {
    name: 'a rolling update of a DaemonSet: each process in turn does not answer for 45 s',
    series: Array.from({ length: 20 }, (_, index) => ({
      [selector('up', { job: 'leasewatch-node', instance: `${index}:9465` })]: line(
        [1, `${(index + 1) * 45}s`],
        [0, '45s'],
        [1, '20m'],
      ),
    })),
    firing: [['5m'], ['10m'], ['15m'], ['20m']],
  },
  {
    name: 'missed scrapes: a held lease pages nobody',
    series: [
      { [selector('up', target)]: line([1, '5m'], [0, '2m'], [1, '13m']) },
      sees([1, '20m']),
      lease('till', {}, ['held', '5m'], ['failed', '2m'], ['held', '13m']),
    ],
    firing: [['6m'], ['7m'], ['10m'], ['19m']],
  },
  {
    name: 'missed scrapes: an expiry that was scraped once pages nobody, of a short lease or of a long one',
    series: [
      { [selector('up', target)]: line([1, '5m'], [0, '2m'], [1, '13m']) },
      lease('till', {}, ['held', '285s'], ['expired', '15s'], ['failed', '2m'], ['held', '13m']),
      lease(
        'stock',
        { duration: 137 },
        ['held', '285s'],
        ['expired', '15s'],
        ['failed', '2m'],
        ['held', '13m'],
      ),
    ],
    firing: [['315s'], ['330s'], ['345s'], ['6m'], ['375s'], ['390s'], ['405s'], ['7m'], ['10m']],
  },
  {
    name: 'first start: rules before leasewatch, and leases that are unknown for a while',
    series: [
      { [selector('up', target)]: line(['absent', '10m'], [0, '30s'], [1, '29m']) },
      told(series('source_up'), { ...target, source: 'leases' }, ['absent', '630s'], [0, '30s'], [1, '28m']),
      lease('till', {}, ['absent', '630s'], ['unknown', '45s'], ['held', '28m']),
      changes('expired', ['absent', '630s'], [0, '28m']),
      told(series('lease_possible_overlaps_total'), ofLease('till'), ['absent', '630s'], [2, '28m']),
    ],
    firing: [['9m'], ['11m'], ['12m'], ['20m'], ['30m']],
  },
];
