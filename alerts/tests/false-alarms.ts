import { series } from '../../exporter/promql.ts';
import { lease, leasewatch, massSilence, node, ofLease, target, told } from './cluster.ts';
import { type Input, line, type Part, type Story, selector } from './story.ts';

const names = ['a', 'b', 'c'] as const;
const blind: readonly Part[] = [
  [1, '5m'],
  [0, '14m'],
  [1, '11m'],
];

const changes = (cause: string, ...parts: readonly Part[]) =>
  told(series('lease_holder_changes_total'), { ...ofLease('till'), cause }, ...parts);

/** A lease that is told once as this state, five times, 30 s apart: replicas that are replaced in turn. */
function fiveTurns(state: 'expired' | 'released'): Input {
  const turn = [
    [state, '15s'],
    ['held', '15s'],
  ] as const;
  return lease('till', {}, ['held', '5m'], ...turn, ...turn, ...turn, ...turn, ...turn, ['held', '15m']);
}
const fiveChanges: readonly Part[] = [
  [0, '5m'],
  [1, '30s'],
  [2, '30s'],
  [3, '30s'],
  [4, '30s'],
  [5, '15m'],
];

/** Nobody may be paged for these; where another alert is right, it is named. */
export const falseAlarmStories: readonly Story[] = [
  {
    name: 'API server outage: leasewatch is blind, nothing of the leases fires, and blindness pages after 10 min',
    series: [
      leasewatch('30m'),
      told(series('source_up'), { ...target, source: 'leases' }, ...blind),
      ...names.map((name) => lease(name, {}, ['held', '5m'], ['unknown', '14m'], ['held', '11m'])),
      node('node-1', ['alive', '5m'], ['unknown', '14m'], ['alive', '11m']),
    ],
    firing: [
      ['6m'],
      ['465s'],
      ['885s', 'LeasewatchInstancesBlind'],
      ['900s', 'LeasewatchBlind', 'LeasewatchInstancesBlind'],
      ['18m', 'LeasewatchBlind', 'LeasewatchInstancesBlind'],
      ['25m'],
    ],
  },
  {
    name: 'API server outage: nobody can renew, and only the silence of many fires',
    series: [
      leasewatch('30m'),
      massSilence('election', [0, '5m'], [1, '10m'], [0, '15m']),
      massSilence('node', [0, '5m'], [1, '10m'], [0, '15m']),
      ...names.map((name) => lease(name, {}, ['held', '5m'], ['expired', '10m'], ['held', '15m'])),
      node('node-1', ['alive', '5m'], ['lost', '10m'], ['alive', '15m']),
    ],
    firing: [['6m'], ['10m', 'LeasesSilentAtOnce election', 'LeasesSilentAtOnce node'], ['18m']],
  },
  {
    name: 'clock of a holder an hour ahead: its clock is told, its lease is held',
    series: [
      leasewatch('30m'),
      lease('till', {}, ['held', '30m']),
      told(series('lease_clock_skew_seconds'), ofLease('till'), [3600, '30m']),
      told(series('lease_clock_skew_seconds'), ofLease('stock'), [0, '30m']),
      told(series('clock_skew_seconds'), target, [0, '30m']),
    ],
    firing: [['9m'], ['29m', 'LeaseHolderClockSkew shop/till']],
  },
  {
    name: 'clock of leasewatch an hour ahead: no holder and no node is to blame',
    series: [
      leasewatch('30m'),
      ...names.map((name) => lease(name, {}, ['held', '30m'])),
      ...names.map((name) => told(series('lease_clock_skew_seconds'), ofLease(name), [-3600, '30m'])),
      told(series('node_heartbeat_clock_skew_seconds'), { ...target, node: 'node-1' }, [-3600, '30m']),
      told(series('clock_skew_seconds'), target, [3600, '30m']),
    ],
    firing: [['9m'], ['29m', 'LeasewatchClockSkew']],
  },
  {
    name: 'graceful release: the next one takes over',
    series: [
      leasewatch('15m'),
      lease('till', {}, ['held', '5m'], ['released', '30s'], ['held', '9m']),
      changes('released', [0, '5m'], [1, '10m']),
    ],
    firing: [['315s'], ['330s'], ['345s'], ['14m']],
  },
  {
    name: 'rolling upgrade of five replicas, with release',
    series: [
      leasewatch('20m'),
      fiveTurns('released'),
      changes('released', ...fiveChanges),
      changes('expired', [0, '20m']),
    ],
    firing: [['315s'], ['330s'], ['345s'], ['6m'], ['7m'], ['8m'], ['10m'], ['19m']],
  },
  {
    name: 'rolling upgrade of five replicas, without release',
    series: [leasewatch('20m'), fiveTurns('expired'), changes('expired', ...fiveChanges)],
    firing: [['315s'], ['330s'], ['345s'], ['6m'], ['7m'], ['8m'], ['10m'], ['19m']],
  },
  {
    name: 'flapping does not count releases',
    series: [leasewatch('60m'), changes('released', [0, '60m', 1]), changes('coordinated', [0, '60m', 1])],
    firing: [['30m'], ['59m']],
  },
  {
    name: 'leftovers: nobody has renewed them since long before leasewatch looked',
    series: [leasewatch('20m'), lease('till', {}, ['unknown', '15s'], ['orphaned', '19m'])],
    firing: [['1m'], ['10m'], ['19m']],
  },
  {
    name: 'locks and leases without a holder',
    series: [
      leasewatch('20m'),
      lease('lock', { class: 'lock' }, ['held', '20m']),
      lease('free-lock', { class: 'lock' }, ['vacant', '20m']),
      lease('free', {}, ['vacant', '20m']),
      lease('waiting', { class: 'coordinated' }, ['vacant', '20m']),
    ],
    firing: [['10m'], ['19m']],
  },
  {
    name: 'identity leases of API servers after a rollout: the old ones expire, or are deleted',
    series: [
      leasewatch('20m'),
      lease(
        'apiserver-old',
        { class: 'apiserver', duration: 3600, namespace: 'kube-system' },
        ['held', '5m'],
        ['expired', '15m'],
      ),
      lease(
        'apiserver-gone',
        { class: 'apiserver', duration: 3600, namespace: 'kube-system' },
        ['held', '5m'],
        ['deleted', '15m'],
      ),
    ],
    firing: [['10m'], ['19m']],
  },
  {
    name: 'a lease of 3,600 s: silent for most of an hour, and taken a minute after it expired',
    series: [
      leasewatch('30m'),
      lease('till', { duration: 3600 }, ['held', '20m'], ['expired', '1m'], ['held', '9m']),
    ],
    firing: [['19m'], ['21m'], ['1290s'], ['22m'], ['29m']],
  },
  {
    name: 'scaled to zero: released, or found to have no workload any more',
    series: [
      leasewatch('20m'),
      lease('till', {}, ['held', '5m'], ['released', '15m']),
      lease('stock', {}, ['held', '5m'], ['expired', '15s'], ['orphaned', '14m']),
    ],
    firing: [['6m'], ['10m'], ['19m']],
  },
  {
    name: 'an autoscaler removes nodes, and a spot node is taken back without a word',
    series: [
      leasewatch('30m'),
      node('node-1', ['alive', '5m'], ['terminating', '5m'], ['absent', '15s']),
      node('node-2', ['alive', '5m'], ['late', '30s'], ['lost', '150s'], ['absent', '15s']),
      {
        [selector('up', { job: 'leasewatch-node', instance: 'node-1' })]: line(
          [1, '5m'],
          [0, '90s'],
          ['failed', '15s'],
        ),
      },
      {
        [selector('up', { job: 'leasewatch-node', instance: 'node-2' })]: line(
          [1, '5m'],
          [0, '3m'],
          ['failed', '15s'],
        ),
      },
      { [selector('up', { job: 'leasewatch-node', instance: 'node-3' })]: line([1, '30m']) },
    ],
    firing: [['6m'], ['8m'], ['9m'], ['12m'], ['20m']],
  },
  {
    name: 'a node reboots: it is back within three minutes, and its missed heartbeats are one interruption',
    series: [
      leasewatch('20m'),
      node('node-1', ['alive', '5m'], ['late', '30s'], ['lost', '150s'], ['alive', '12m']),
      told(series('node_heartbeat_missed_total'), { ...target, node: 'node-1' }, [0, '8m'], [18, '12m']),
    ],
    firing: [['8m'], ['9m'], ['12m'], ['19m']],
  },
];
