import { series } from '../../exporter/promql.ts';
import { leasewatch, ofLease, told } from './cluster.ts';
import { links } from './messages.ts';
import type { Part, Story } from './story.ts';

const sidecar = (pod: string) => ({ job: 'chat', namespace: 'shop', instance: `${pod}:9465`, pod });
const severity = 'warning';
const accepts = (...parts: readonly Part[]) =>
  told(series('websocket_tcp_accepts_total'), sidecar('chat-0'), ...parts);
const lost = (cause: string, ...parts: readonly Part[]) =>
  told(series('lease_holder_changes_total'), { ...ofLease('till'), cause }, ...parts);
const storm = 'WebSocketReconnectStorm shop';
const afterLoss = 'WebSocketStormAfterLeaderLoss shop';
const jobBoard = { cluster: '', namespace: 'shop', port: '' };
/** One connection a second, then twenty for ten minutes. */
const stormy: readonly Part[] = [
  [0, '30m', 15],
  [2085, '10m', 300],
  [13_800, '20m', 15],
];

/** Connections that come all at once, alone and beside the loss of a leader. */
export const stormStories: readonly Story[] = [
  {
    name: 'WebSocketReconnectStorm fires after 5 min, and where a leader was lost WebSocketStormAfterLeaderLoss after one',
    series: [leasewatch('60m'), accepts(...stormy), lost('expired', [0, '30m'], [1, '30m'])],
    firing: [
      ['30m'],
      ['1860s'],
      ['1875s', afterLoss],
      ['2100s', afterLoss],
      ['2115s', afterLoss, storm],
      ['2595s', afterLoss, storm],
      ['2610s', afterLoss],
      ['2685s', afterLoss],
      ['2700s'],
    ],
    told: [
      {
        at: '36m',
        alert: 'WebSocketReconnectStorm',
        labels: { job: 'chat', namespace: 'shop', severity },
        annotations: {
          summary: 'Connections come more than three times as fast as in the hour before.',
          description:
            'job chat, namespace shop: 20 connections come every second; leaders lost in the last 10 minutes: shop/till',
          ...links('WebSocketReconnectStorm', '36m', 'leasewatch-websockets', jobBoard),
        },
      },
      {
        at: '36m',
        alert: 'WebSocketStormAfterLeaderLoss',
        labels: { job: 'chat', namespace: 'shop', severity },
        annotations: {
          summary: 'A leader was lost, and the clients of the same namespace connect again all at once.',
          description:
            'job chat, namespace shop: 20 connections come every second after leaders were lost: shop/till',
          ...links('WebSocketStormAfterLeaderLoss', '36m', 'leasewatch-websockets', jobBoard),
        },
      },
    ],
  },
  {
    name: 'a storm without the loss of a leader: releases of an upgrade, and losses in another namespace',
    series: [
      leasewatch('60m'),
      accepts(...stormy),
      lost('released', [0, '30m'], [1, '30m']),
      told(
        series('lease_holder_changes_total'),
        { ...ofLease('etcd', 'kube-system'), cause: 'expired' },
        [0, '30m'],
        [1, '30m'],
      ),
    ],
    firing: [['1890s'], ['2100s'], ['2130s', storm], ['2625s']],
  },
  {
    name: 'no storm: three minutes of an upgrade, many connections all the time, few that become many times as many',
    series: [
      leasewatch('60m'),
      accepts([0, '30m', 15], [2085, '3m', 300], [5400, '27m', 15]),
      told(series('websocket_tcp_accepts_total'), { ...sidecar('hub-0'), job: 'hub' }, [0, '60m', 1500]),
      told(
        series('websocket_tcp_accepts_total'),
        { ...sidecar('till-0'), job: 'till' },
        [0, '30m', 1],
        [180, '30m', 60],
      ),
      lost('expired', [0, '60m']),
    ],
    firing: [['1890s'], ['2100s'], ['2130s'], ['40m']],
  },
];
