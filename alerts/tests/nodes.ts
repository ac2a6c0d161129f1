import { series } from '../../exporter/promql.ts';
import { leasewatch, massSilence, node, ofLease, target, told } from './cluster.ts';
import { links } from './messages.ts';
import type { Part, Story } from './story.ts';

const one = { ...target, node: 'node-1' };
const labels = { severity: 'warning', node: 'node-1' };
const board = { cluster: '', node: 'node-1' };
const disagreeing = (kind: string, ...parts: readonly Part[]) =>
  told(series('node_heartbeat_disagreement'), { ...one, kind }, ...parts);
const missed = (...parts: readonly Part[]) => told(series('node_heartbeat_missed_total'), one, ...parts);

export const nodeStories: readonly Story[] = [
  {
    name: 'NodeHeartbeatLost fires after 3 min and until 5 min after the next heartbeat',
    series: [
      leasewatch('30m'),
      node('node-1', ['alive', '5m'], ['lost', '10m'], ['alive', '15m']),
      told(series('lease_info'), { ...ofLease('till'), holder: 'till-0', holder_node: 'node-1' }, [1, '30m']),
      told(series('lease_info'), { ...ofLease('stock'), holder: 'stock-0', holder_node: 'node-2' }, [
        1,
        '30m',
      ]),
    ],
    firing: [
      ['465s'],
      ['480s', 'NodeHeartbeatLost node-1'],
      ['1185s', 'NodeHeartbeatLost node-1'],
      ['1200s'],
    ],
    told: [
      {
        at: '480s',
        alert: 'NodeHeartbeatLost',
        labels,
        annotations: {
          summary: 'A node has sent no heartbeat for longer than the grace period of the node controller.',
          description:
            'node node-1: no heartbeat for 8m 0s; an unknown number of connections by its last census; leases held there: shop/till',
          ...links('NodeHeartbeatLost', '480s', 'leasewatch-nodes', board),
        },
      },
    ],
  },
  {
    name: 'a lost node stays told while leasewatch is blind',
    series: [
      leasewatch('30m'),
      node('node-1', ['alive', '5m'], ['lost', '5m'], ['unknown', '9m'], ['alive', '10m']),
    ],
    firing: [['9m', 'NodeHeartbeatLost node-1'], ['18m', 'NodeHeartbeatLost node-1'], ['25m']],
  },
  {
    name: 'a lost node that is deleted is told no more',
    series: [leasewatch('30m'), node('node-1', ['alive', '5m'], ['lost', '5m'], ['absent', '9m'])],
    firing: [['9m', 'NodeHeartbeatLost node-1'], ['16m']],
  },
  {
    name: 'one failed scrape does not start the three minutes again',
    series: [
      leasewatch('30m'),
      node('node-1', ['alive', '5m'], ['lost', '1m'], ['failed', '15s'], ['lost', '10m']),
    ],
    firing: [['480s', 'NodeHeartbeatLost node-1']],
  },
  {
    name: 'nodes that are silent at once are a partition',
    series: [
      leasewatch('30m'),
      massSilence('node', [0, '5m'], [1, '25m']),
      node('node-1', ['alive', '5m'], ['lost', '25m']),
      disagreeing('stale_lease_ready', ['absent', '5m'], [1, '25m']),
      missed([0, '5m'], [9, '5m'], [18, '5m'], [27, '15m']),
    ],
    firing: [
      ['20m', 'LeasesSilentAtOnce node'],
      ['29m', 'LeasesSilentAtOnce node'],
    ],
  },
  {
    name: 'NodeStoriesDisagree fires after 15 min and until 5 min after they agree',
    series: [
      leasewatch('31m'),
      node('node-1', ['alive', '31m']),
      disagreeing('fresh_lease_not_ready', ['absent', '5m'], [1, '20m'], ['failed', '15s']),
    ],
    firing: [
      ['1185s'],
      ['1200s', 'NodeStoriesDisagree node-1'],
      ['1785s', 'NodeStoriesDisagree node-1'],
      ['1800s'],
    ],
    told: [
      {
        at: '1200s',
        alert: 'NodeStoriesDisagree',
        labels: { ...labels, kind: 'fresh_lease_not_ready' },
        annotations: {
          summary: 'The lease of a node and its Ready condition tell different stories.',
          description: 'node node-1: fresh_lease_not_ready, last heartbeat 20m 0s ago',
          ...links('NodeStoriesDisagree', '1200s', 'leasewatch-nodes', board),
        },
      },
    ],
  },
  {
    name: 'NodeHeartbeatUnsteady fires at the third interruption within 30 min',
    series: [
      leasewatch('90m'),
      node('node-1', ['alive', '90m']),
      missed([0, '10m'], [2, '5m'], [3, '5m'], [9, '42m']),
    ],
    firing: [
      ['1185s'],
      ['1200s', 'NodeHeartbeatUnsteady node-1'],
      ['50m', 'NodeHeartbeatUnsteady node-1'],
      ['3285s', 'NodeHeartbeatUnsteady node-1'],
      ['3300s'],
      ['60m'],
    ],
    told: [
      {
        at: '1200s',
        alert: 'NodeHeartbeatUnsteady',
        labels,
        annotations: {
          summary: 'A node misses heartbeats again and again: it may be lost soon.',
          description: 'node node-1: heartbeats were missing 3 times within 30 minutes',
          ...links('NodeHeartbeatUnsteady', '1200s', 'leasewatch-nodes', board),
        },
      },
    ],
  },
  {
    name: 'NodeClockSkew fires after 10 min beyond 5 s, where few clocks are known too',
    series: [
      leasewatch('31m'),
      told(series('node_heartbeat_clock_skew_seconds'), one, [0, '5m'], [90, '20m'], [0, '6m']),
    ],
    firing: [['885s'], ['900s', 'NodeClockSkew node-1'], ['1785s', 'NodeClockSkew node-1'], ['1800s']],
    told: [
      {
        at: '900s',
        alert: 'NodeClockSkew',
        labels,
        annotations: {
          summary: 'The clock of a node is wrong by more than five seconds.',
          description: 'node node-1: its clock is off by 1m 30s',
          ...links('NodeClockSkew', '900s', 'leasewatch-nodes', board),
        },
      },
    ],
  },
];
