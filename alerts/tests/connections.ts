import { series } from '../../exporter/promql.ts';
import { leasewatch, node, target, told } from './cluster.ts';
import { links } from './messages.ts';
import type { Part, Story } from './story.ts';

const pod = { job: 'leasewatch', namespace: 'shop', instance: 'a', pod: 'chat-0' };
const port = { ...pod, port: '8080' };
const suspects = (kind: string, ...parts: readonly Part[]) =>
  told(series('websocket_suspect_connections'), { ...port, kind }, ...parts);
const open = (...parts: readonly Part[]) => told(series('websocket_connections'), port, ...parts);
const overflows = (...parts: readonly Part[]) =>
  told(series('websocket_listen_overflows_total'), pod, ...parts);
const socketBoard = { cluster: '', namespace: 'shop', port: '8080' };
const podBoard = { cluster: '', namespace: 'shop', port: '' };
const common = { job: 'leasewatch', namespace: 'shop', severity: 'warning' };

export const connectionStories: readonly Story[] = [
  {
    name: 'WebSocketClientsUnresponsive fires when a tenth has not answered for 10 min, and ends 5 min after',
    series: [
      leasewatch('60m'),
      open([200, '60m']),
      suspects('ghost', [0, '10m'], [40, '20m'], [3, '30m']),
      suspects('stalled', [3, '60m']),
    ],
    firing: [
      ['1305s'],
      ['1320s', 'WebSocketClientsUnresponsive shop'],
      ['2085s', 'WebSocketClientsUnresponsive shop'],
      ['2100s'],
    ],
    told: [
      {
        at: '23m',
        alert: 'WebSocketClientsUnresponsive',
        labels: { ...common, port: '8080', kind: 'ghost' },
        annotations: {
          summary: 'A tenth of the clients of a port do not answer, or do not read.',
          description: 'port 8080 of leasewatch: 40 connections are ghost',
          ...links('WebSocketClientsUnresponsive', '23m', 'leasewatch-websockets', socketBoard),
        },
      },
    ],
  },
  {
    name: 'a few ghosts among many, and many that come and go, are everyday life',
    series: [
      leasewatch('60m'),
      open([1000, '60m']),
      suspects('ghost', [90, '60m']),
      suspects(
        'stalled',
        ...Array.from({ length: 30 }, (): Part[] => [
          [500, '1m'],
          [0, '1m'],
        ]).flat(),
      ),
    ],
    firing: [['20m'], ['40m'], ['59m']],
  },
  {
    name: 'WebSocketAcceptQueueOverflows fires when it goes on for 5 min, and not for a single burst',
    series: [leasewatch('60m'), overflows([0, '10m'], [1, '10m', 1], [40, '40m'])],
    firing: [
      ['885s'],
      ['900s', 'WebSocketAcceptQueueOverflows shop'],
      ['1770s', 'WebSocketAcceptQueueOverflows shop'],
      ['1785s'],
    ],
    told: [
      {
        at: '20m',
        alert: 'WebSocketAcceptQueueOverflows',
        labels: common,
        annotations: {
          summary: 'New connections are dropped because a server does not accept them quickly enough.',
          description:
            'job leasewatch, namespace shop: 19 connections to one pod found an accept queue full within 5 minutes',
          ...links('WebSocketAcceptQueueOverflows', '20m', 'leasewatch-websockets', podBoard),
        },
      },
    ],
  },
  {
    name: 'WebSocketDescriptorsNearlyUsed fires 5 min after nine tenths are in use',
    series: [
      leasewatch('60m'),
      told(series('websocket_open_fds'), pod, [500, '10m'], [1000, '20m'], [500, '30m']),
      told(series('websocket_max_fds'), pod, [1024, '60m']),
    ],
    firing: [
      ['885s'],
      ['900s', 'WebSocketDescriptorsNearlyUsed shop'],
      ['2085s', 'WebSocketDescriptorsNearlyUsed shop'],
      ['2100s'],
    ],
    told: [
      {
        at: '16m',
        alert: 'WebSocketDescriptorsNearlyUsed',
        labels: common,
        annotations: {
          summary: 'A server has nearly as many descriptors open as it may: soon it cannot accept anybody.',
          description: 'job leasewatch, namespace shop: one pod has 97.66% of its descriptors in use',
          ...links('WebSocketDescriptorsNearlyUsed', '16m', 'leasewatch-websockets', podBoard),
        },
      },
    ],
  },
  {
    name: 'WebSocketPodNotCounted fires after 15 min, and not for a Pod that was just going',
    series: [
      leasewatch('60m'),
      told(
        series('websocket_unread_pods'),
        { ...pod, reason: 'bad_annotation' },
        [1, '30m'],
        ['failed', '30m'],
      ),
      told(
        series('websocket_unread_pods'),
        { ...pod, pod: 'chat-1', reason: 'gone' },
        [1, '1m'],
        ['failed', '59m'],
      ),
    ],
    firing: [['885s'], ['900s', 'WebSocketPodNotCounted shop'], ['31m']],
    told: [
      {
        at: '16m',
        alert: 'WebSocketPodNotCounted',
        labels: { ...common, reason: 'bad_annotation' },
        annotations: {
          summary: 'The connections of a Pod cannot be counted: no alert about them can come.',
          description: 'job leasewatch, namespace shop: 1 of its pods cannot be counted, bad_annotation',
          ...links('WebSocketPodNotCounted', '16m', 'leasewatch-websockets', podBoard),
        },
      },
    ],
  },
  {
    name: 'NodeStrandsConnections tells what a node took with it, long after its own leasewatch is gone',
    series: [
      leasewatch('40m'),
      node('node-1', ['alive', '10m'], ['lost', '10m'], ['alive', '20m']),
      node('node-2', ['alive', '10m'], ['lost', '10m'], ['alive', '20m']),
      told(
        series('websocket_node_connections'),
        { ...target, node: 'node-1' },
        [300, '9m'],
        ['failed', '31m'],
      ),
      told(series('websocket_node_connections'), { ...target, node: 'node-2' }, [3, '40m']),
    ],
    firing: [
      ['645s'],
      ['660s', 'NodeStrandsConnections node-1'],
      ['19m', 'NodeHeartbeatLost node-1', 'NodeHeartbeatLost node-2', 'NodeStrandsConnections node-1'],
      ['30m'],
    ],
    told: [
      {
        at: '12m',
        alert: 'NodeStrandsConnections',
        labels: { severity: 'warning', node: 'node-1' },
        annotations: {
          summary:
            'A node fell silent with connections on it, whose clients may wait for minutes before they notice.',
          description: 'node node-1: 300 connections by its last census; leases held there: none',
          ...links('NodeStrandsConnections', '12m', 'leasewatch-nodes', { cluster: '', node: 'node-1' }),
        },
      },
    ],
  },
];
