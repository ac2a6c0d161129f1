import { series } from '../../exporter/promql.ts';
import { leasewatch, ofLease, told } from './cluster.ts';
import { links } from './messages.ts';
import type { Part, Story } from './story.ts';

const pod = (instance: string) => ({ job: 'leasewatch', namespace: 'shop', instance, port: '8080' });
const open = (instance: string, ...parts: readonly Part[]) =>
  told(series('websocket_connections'), pod(instance), ...parts);
const unaccepted = (instance: string, ...parts: readonly Part[]) =>
  told(series('websocket_unaccepted_connections'), pod(instance), ...parts);
const labels = { job: 'leasewatch', namespace: 'shop', port: '8080', severity: 'warning' };
const board = { cluster: '', namespace: 'shop', port: '8080' };

export const socketStories: readonly Story[] = [
  {
    name: 'WebSocketConnectionsFell fires 5 min after more than half were lost, and names the election beside it',
    series: [
      leasewatch('60m'),
      open('a', [60, '30m'], [20, '30m']),
      open('b', [40, '30m'], [20, '30m']),
      told(
        series('lease_holder_changes_total'),
        { ...ofLease('till'), cause: 'expired' },
        [0, '30m'],
        [1, '30m'],
      ),
    ],
    firing: [['2085s'], ['2100s', 'WebSocketConnectionsFell shop'], ['59m', 'WebSocketConnectionsFell shop']],
    told: [
      {
        at: '2100s',
        alert: 'WebSocketConnectionsFell',
        labels,
        annotations: {
          summary: 'More than half of the WebSocket connections of a port were lost within half an hour.',
          description:
            'port 8080 of leasewatch: 40 connections are left; leaders changed in the last 10 minutes: shop/till',
          ...links('WebSocketConnectionsFell', '2100s', 'leasewatch-websockets', board),
        },
      },
    ],
  },
  {
    name: 'half of the connections is not yet a fall, and a few are none at all',
    series: [
      leasewatch('60m'),
      open('a', [100, '30m'], [50, '30m']),
      told(series('websocket_connections'), { ...pod('b'), port: '8081' }, [19, '30m'], [0, '30m']),
    ],
    firing: [['40m'], ['59m']],
  },
  {
    name: 'a rolling upgrade of the servers: the connections come back to other pods',
    series: [
      leasewatch('60m'),
      open('a', [50, '30m'], [0, '15s'], ['failed', '15s']),
      open('b', [50, '30m'], [55, '1m'], [0, '15s'], ['failed', '15s']),
      open('c', ['absent', '30m'], [30, '1m'], [60, '1m'], [100, '20m']),
    ],
    firing: [['35m'], ['40m'], ['50m']],
  },
  {
    name: 'scrapes of half of the pods fail for a minute',
    series: [
      leasewatch('60m'),
      open('a', [60, '30m'], ['failed', '1m'], [60, '29m']),
      open('b', [40, '60m']),
    ],
    firing: [['31m'], ['37m']],
  },
  {
    name: 'WebSocketsNotAccepted fires where connections wait for 4 min, and not where they come and go',
    series: [
      leasewatch('60m'),
      unaccepted('a', [0, '10m'], [3, '10m'], [0, '40m']),
      told(
        series('websocket_unaccepted_connections'),
        { ...pod('b'), port: '8081' },
        ...Array.from({ length: 30 }, (): Part[] => [
          [5, '1m'],
          [0, '1m'],
        ]).flat(),
      ),
    ],
    firing: [
      ['825s'],
      ['840s', 'WebSocketsNotAccepted shop'],
      ['19m', 'WebSocketsNotAccepted shop'],
      ['21m'],
    ],
    told: [
      {
        at: '14m',
        alert: 'WebSocketsNotAccepted',
        labels,
        annotations: {
          summary: 'A server does not accept the connections that its kernel has completed.',
          description: 'port 8080 of leasewatch: up to 3 connections wait to be accepted, for minutes',
          ...links('WebSocketsNotAccepted', '14m', 'leasewatch-websockets', board),
        },
      },
    ],
  },
];
