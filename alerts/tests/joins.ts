import { series } from '../../exporter/promql.ts';
import { leasewatch, massSilence, node, ofLease, target, told } from './cluster.ts';
import { links } from './messages.ts';
import type { Input, Part, Story } from './story.ts';

const sidecar = (pod: string) => ({ job: 'chat', namespace: 'shop', instance: `${pod}:9465`, pod });
const open = (pod: string, ...parts: readonly Part[]) =>
  told(series('websocket_connections'), { ...sidecar(pod), port: '8080' }, ...parts);
const probed = (pod: string, ...parts: readonly Part[]) =>
  told(series('websocket_probe_up'), { ...sidecar(pod), target: 'self' }, ...parts);
/** A lease of which it is known in which Pod, and on which node, its holder is. */
const leadBy = (name: string, pod: string, node: string, ...parts: readonly Part[]): Input =>
  told(
    series('lease_info'),
    { ...ofLease(name), class: 'election', holder: pod, holder_pod: pod, holder_node: node },
    ...parts,
  );
const state = (name: string, of: string, ...parts: readonly Part[]): Input =>
  told(series('lease_state'), { ...ofLease(name), class: 'election', state: of }, ...parts);

const tillBoard = { cluster: '', namespace: 'shop', lease: 'till' };
const page = 'LeaderLeaseExpired shop/till election';
const strands = 'ExpiredLeaderStrandsConnections shop/till';
const servesNobody = 'LeaderServesNobody shop/till';

const severity = 'warning';
export const joinStories: readonly Story[] = [
  {
    name: 'ExpiredLeaderStrandsConnections fires 1 min after the verdict, also when the Pod is gone with its own leasewatch',
    series: [
      leasewatch('30m'),
      state('till', 'expired', [0, '5m'], [1, '10m'], [0, '15m']),
      leadBy('till', 'chat-0', 'node-1', [1, '30m']),
      open('chat-0', [300, '5m'], ['failed', '25m']),
    ],
    firing: [['345s', page], ['360s', page, strands], ['1185s', page, strands], ['1200s']],
    told: [
      {
        at: '6m',
        alert: 'ExpiredLeaderStrandsConnections',
        labels: { severity, namespace: 'shop', lease: 'till' },
        annotations: {
          summary: 'A leader fell silent with connections open to its Pod, and nobody took its lease.',
          description: 'lease shop/till: ran out, and 300 connections are or were open to the Pod of chat-0',
          ...links('ExpiredLeaderStrandsConnections', '6m', 'leasewatch-leases', tillBoard),
          trace_url: '',
        },
      },
    ],
  },
  {
    name: 'a join holds where leasewatch was replaced by another Pod at the same address',
    series: [
      leasewatch('20m'),
      state('till', 'expired', [0, '5m'], [1, '15m']),
      ...(['watch-0', 'watch-1'] as const).map((pod, index) =>
        told(
          series('lease_info'),
          {
            ...ofLease('till'),
            ...{ class: 'election', holder: 'chat-0', holder_pod: 'chat-0', holder_node: 'node-1', pod },
          },
          index === 0 ? [1, '3m'] : ['absent', '3m'],
          index === 0 ? ['failed', '17m'] : [1, '17m'],
        ),
      ),
      node('node-1', ['alive', '5m'], ['lost', '15m']),
      open('chat-0', [300, '20m']),
    ],
    firing: [['7m', page, strands, 'NodeLostWithLeaders node-1']],
  },
  {
    name: 'no connections are stranded: released, held, few of them, at another Pod, or many leases silent at once',
    series: [
      leasewatch('30m'),
      state('till', 'expired', [0, '30m']),
      leadBy('till', 'chat-0', 'node-1', [1, '30m']),
      open('chat-0', [300, '30m']),
      state('stock', 'expired', [0, '5m'], [1, '25m']),
      leadBy('stock', 'chat-1', 'node-1', [1, '30m']),
      open('chat-1', [19, '30m']),
      state('prices', 'expired', [0, '5m'], [1, '25m']),
      leadBy('prices', 'worker-0', 'node-1', [1, '30m']),
    ],
    firing: [
      ['4m'],
      ['10m', 'LeaderLeaseExpired shop/stock election', 'LeaderLeaseExpired shop/prices election'],
    ],
  },
  {
    name: 'connections of leaders that are silent with all others are no news beside the silence',
    series: [
      leasewatch('20m'),
      massSilence('election', [0, '5m'], [1, '15m']),
      state('till', 'expired', [0, '5m'], [1, '15m']),
      leadBy('till', 'chat-0', 'node-1', [1, '20m']),
      open('chat-0', [300, '20m']),
    ],
    firing: [['6m'], ['10m', 'LeasesSilentAtOnce election'], ['19m', 'LeasesSilentAtOnce election']],
  },
  {
    name: 'LeaderServesNobody fires when a leader renews and its Pod lets nobody in for 3 min, and ends 2 min after it does',
    series: [
      leasewatch('30m'),
      state('till', 'held', [1, '30m']),
      leadBy('till', 'chat-0', 'node-1', [1, '30m']),
      probed('chat-0', [1, '5m'], [0, '10m'], [1, '15m']),
    ],
    firing: [
      ['465s'],
      ['480s', servesNobody],
      ['10m', servesNobody, 'WebSocketProbeFailing'],
      ['1005s', servesNobody],
      ['1020s'],
    ],
    told: [
      {
        at: '8m',
        alert: 'LeaderServesNobody',
        labels: { severity, namespace: 'shop', lease: 'till' },
        annotations: {
          summary: 'A leader renews its lease, and no new client gets in: it holds, and does nothing.',
          description: 'lease shop/till: held by chat-0, into which no probe has got for 3 minutes',
          ...links('LeaderServesNobody', '8m', 'leasewatch-leases', tillBoard),
          trace_url: '',
        },
      },
    ],
  },
  {
    name: 'LeaderServesNobody by a probe that is named like the lease, with the severity of its policy',
    series: [
      leasewatch('30m'),
      state('till', 'held', [1, '30m']),
      told(series('websocket_probe_up'), { ...target, target: 'shop.till' }, [1, '5m'], [0, '25m']),
      told(
        series('lease_policy_info'),
        { ...ofLease('till'), expect: 'held', severity: 'critical', team: 'tills' },
        [1, '30m'],
      ),
    ],
    firing: [['465s'], ['480s', servesNobody]],
    told: [
      {
        at: '8m',
        alert: 'LeaderServesNobody',
        labels: { severity: 'critical', team: 'tills', namespace: 'shop', lease: 'till' },
        annotations: {
          summary: 'A leader renews its lease, and no new client gets in: it holds, and does nothing.',
          description: 'lease shop/till: held by somebody unknown, into which no probe has got for 3 minutes',
          ...links('LeaderServesNobody', '8m', 'leasewatch-leases', tillBoard),
          trace_url: '',
        },
      },
    ],
  },
  {
    name: 'a standby that lets nobody in, a leader that blinks, a new one that begins, and one that is silent itself',
    series: [
      leasewatch('20m'),
      state('till', 'held', [1, '20m']),
      leadBy('till', 'chat-0', 'node-1', [1, '20m']),
      probed('chat-0', [1, '20m']),
      state('stock', 'held', [1, '20m']),
      leadBy('stock', 'stock-0', 'node-1', [1, '20m']),
      told(
        series('websocket_probe_up'),
        { ...sidecar('stock-0'), target: 'self' },
        ...Array.from({ length: 5 }, (): Part[] => [
          [0, '165s'],
          [1, '75s'],
        ]).flat(),
      ),
      state('prices', 'held', [1, '5m'], [0, '15s'], [1, '885s']),
      leadBy('prices', 'prices-0', 'node-1', [1, '5m'], ['failed', '15m']),
      leadBy('prices', 'prices-1', 'node-1', ['absent', '315s'], [1, '885s']),
      probed('prices-0', [1, '5m'], [0, '15m']),
      probed('prices-1', [0, '435s'], [1, '765s']),
      state('orders', 'held', [1, '5m'], [0, '15m']),
      state('orders', 'expired', [0, '5m'], [1, '15m']),
      leadBy('orders', 'orders-0', 'node-1', [1, '20m']),
      probed('orders-0', [1, '5m'], [0, '15m']),
    ],
    firing: [
      ['4m'],
      ['8m', 'LeaderLeaseExpired shop/orders election'],
      ['9m', 'LeaderLeaseExpired shop/orders election'],
      ['19m', 'LeaderLeaseExpired shop/orders election'],
    ],
  },
  {
    name: 'NodeLostWithLeaders fires after 1 min, tells leaders and connections, and ends when the node is back',
    series: [
      leasewatch('30m'),
      node('node-1', ['alive', '5m'], ['lost', '5m'], ['alive', '20m']),
      leadBy('till', 'chat-0', 'node-1', [1, '5m'], ['failed', '25m']),
      leadBy('till', 'chat-1', 'node-2', ['absent', '5m'], [1, '25m']),
      told(
        series('websocket_node_connections'),
        { ...target, node: 'node-1' },
        [12, '4m'],
        ['failed', '26m'],
      ),
    ],
    firing: [
      ['345s'],
      ['360s', 'NodeLostWithLeaders node-1'],
      ['585s', 'NodeLostWithLeaders node-1', 'NodeHeartbeatLost node-1'],
      ['600s', 'NodeHeartbeatLost node-1'],
    ],
    told: [
      {
        at: '6m',
        alert: 'NodeLostWithLeaders',
        labels: { severity, node: 'node-1' },
        annotations: {
          summary: 'A node fell silent on which leaders run or ran: their leases have to be taken by others.',
          description: 'node node-1: leaders were there: shop/till; 12 connections by its last census',
          ...links('NodeLostWithLeaders', '6m', 'leasewatch-nodes', { cluster: '', node: 'node-1' }),
        },
      },
    ],
  },
  {
    name: 'NodeHoldsAllLeaders fires when three leaders have been on one of two nodes for an hour, and no other',
    series: [
      leasewatch('3h'),
      node('node-1', ['alive', '3h']),
      node('node-2', ['alive', '3h']),
      leadBy('till', 'chat-0', 'node-1', [1, '3h']),
      leadBy('bank', 'chat-0', 'node-1', [1, '3h']),
      leadBy('stock', 'chat-0', 'node-2', [1, '1h'], ['failed', '2h']),
      leadBy('stock', 'chat-1', 'node-1', ['absent', '1h'], [1, '90m'], ['failed', '30m']),
    ],
    firing: [
      ['7185s'],
      ['2h', 'NodeHoldsAllLeaders node-1'],
      ['149m', 'NodeHoldsAllLeaders node-1'],
      ['150m'],
    ],
    told: [
      {
        at: '2h',
        alert: 'NodeHoldsAllLeaders',
        labels: { severity: 'info', node: 'node-1' },
        annotations: {
          summary:
            'All leaders whose node is known are on one node: whoever takes it away stops them all at once.',
          description: 'node node-1: 3 leaders, and none of those whose node is known elsewhere',
          ...links('NodeHoldsAllLeaders', '2h', 'leasewatch-nodes', { cluster: '', node: 'node-1' }),
        },
      },
    ],
  },
  {
    name: 'leaders of a cluster with one node have no other place',
    series: [
      leasewatch('2h'),
      node('node-1', ['alive', '2h']),
      ...['till', 'bank', 'stock'].map((name) => leadBy(name, 'chat-0', 'node-1', [1, '2h'])),
    ],
    firing: [['119m']],
  },
  {
    name: 'nodes with leaders and connections: drained, lost without any, or silent with half of the site',
    series: [
      leasewatch('20m'),
      node('node-1', ['alive', '5m'], ['terminating', '15m']),
      leadBy('till', 'chat-0', 'node-1', [1, '20m']),
      told(series('websocket_node_connections'), { ...target, node: 'node-1' }, [300, '20m']),
      node('node-2', ['alive', '5m'], ['lost', '150s'], ['alive', '750s']),
      told(series('websocket_node_connections'), { ...target, node: 'node-2' }, [3, '20m']),
      massSilence('node', [0, '9m'], [1, '11m']),
      node('node-3', ['alive', '10m'], ['lost', '10m']),
      leadBy('stock', 'chat-1', 'node-3', [1, '20m']),
      told(series('websocket_node_connections'), { ...target, node: 'node-3' }, [300, '20m']),
    ],
    firing: [['7m'], ['9m'], ['13m', 'LeasesSilentAtOnce node'], ['19m', 'LeasesSilentAtOnce node']],
  },
];
