import { series } from '../../exporter/promql.ts';
import { leasewatch, told } from './cluster.ts';
import { links } from './messages.ts';
import type { Part, Story } from './story.ts';

const chat = (instance: string) => ({ job: 'leasewatch', instance, target: 'chat' });
const up = (instance: string, ...parts: readonly Part[]) =>
  told(series('websocket_probe_up'), chat(instance), ...parts);
const failed = (failure: string, ...parts: readonly Part[]) =>
  told(series('websocket_probe_handshakes_total'), { ...chat('a'), status: 'none', failure }, ...parts);
const sessions = (failure: string, ...parts: readonly Part[]) =>
  told(series('websocket_probe_sessions_total'), { ...chat('a'), failure }, ...parts);
/** The story begins at the epoch: an end of validity is seconds from its beginning. */
const ends = (certificate: string, ...parts: readonly Part[]) =>
  told(series('websocket_probe_cert_not_after_seconds'), { ...chat('a'), certificate }, ...parts);
const labels = { job: 'leasewatch', target: 'chat', severity: 'warning' };
const board = { cluster: '', namespace: '', port: '' };
const days = (count: number) => count * 86_400;

export const probeStories: readonly Story[] = [
  {
    name: 'WebSocketProbeFailing fires after 5 min, and says for which reason most handshakes failed',
    series: [
      leasewatch('60m'),
      up('a', [1, '10m'], [0, '20m'], [1, '30m']),
      failed('none', [0, '10m', 1], [40, '50m']),
      failed('refused', [0, '10m'], [0, '20m', 1], [80, '30m']),
      failed('timeout', [0, '20m'], [1, '40m']),
    ],
    firing: [['885s'], ['15m', 'WebSocketProbeFailing'], ['29m', 'WebSocketProbeFailing'], ['31m']],
    told: [
      {
        at: '20m',
        alert: 'WebSocketProbeFailing',
        labels,
        annotations: {
          summary: 'No new WebSocket client gets in: the handshakes of a probe fail.',
          description:
            'target chat of leasewatch: every handshake has failed for 5 minutes, mostly for the reason refused',
          ...links('WebSocketProbeFailing', '20m', 'leasewatch-websockets', board),
        },
      },
    ],
  },
  {
    name: 'a target that one of two processes reaches, one that blinks, and one that cannot be probed any more',
    series: [
      leasewatch('60m'),
      up('a', [0, '60m']),
      up('b', [1, '60m']),
      told(
        series('websocket_probe_up'),
        { ...chat('a'), target: 'edge' },
        ...Array.from({ length: 12 }, (): Part[] => [
          [0, '4m'],
          [1, '1m'],
        ]).flat(),
      ),
      told(series('websocket_probe_up'), { ...chat('a'), target: 'hub' }, [0, '2m'], ['failed', '58m']),
    ],
    firing: [['10m'], ['30m'], ['59m']],
  },
  {
    name: 'WebSocketCertificateExpiring fires a week before the end',
    series: [leasewatch('60m'), ends('leaf', [days(7) + 600, '60m']), ends('issuer', [days(8), '60m'])],
    firing: [
      ['10m'],
      ['1500s'],
      ['1515s', 'WebSocketCertificateExpiring'],
      ['59m', 'WebSocketCertificateExpiring'],
    ],
    told: [
      {
        at: '59m',
        alert: 'WebSocketCertificateExpiring',
        labels: { ...labels, certificate: 'leaf' },
        annotations: {
          summary: 'A certificate that a WebSocket server shows ends soon, or has ended.',
          description: 'target chat of leasewatch: the certificate of the leaf ends in 6d 23h 11m 0s',
          ...links('WebSocketCertificateExpiring', '59m', 'leasewatch-websockets', board),
        },
      },
    ],
  },
  {
    name: 'a handshake that fails shows no certificate: what was seen within the last hour counts on',
    series: [leasewatch('120m'), ends('leaf', [days(2), '30m'], ['failed', '90m'])],
    firing: [
      ['14m'],
      ['16m', 'WebSocketCertificateExpiring'],
      ['89m', 'WebSocketCertificateExpiring'],
      ['91m'],
    ],
  },
  {
    name: 'WebSocketSessionsLost fires 10 min after a balancer has begun not to stick, and ends with it',
    series: [
      leasewatch('40m'),
      sessions('none', [0, '10m', 0.5], [20, '15m', 0.25], [35, '15m', 0.5]),
      sessions('session_lost', [0, '10m'], [0, '15m', 0.25], [15, '15m']),
    ],
    firing: [['1440s'], ['1455s', 'WebSocketSessionsLost'], ['30m', 'WebSocketSessionsLost'], ['33m']],
    told: [
      {
        at: '25m',
        alert: 'WebSocketSessionsLost',
        labels,
        annotations: {
          summary: 'Sessions of Socket.IO are not kept from their first poll to the WebSocket.',
          description:
            'target chat of leasewatch: 50% of the sessions did not become WebSockets, mostly for the reason session_lost',
          ...links('WebSocketSessionsLost', '25m', 'leasewatch-websockets', board),
        },
      },
    ],
  },
  {
    name: 'one session in a while that is lost in a rollout is no reason to page, and no session is none',
    series: [
      leasewatch('40m'),
      sessions('none', [0, '10m', 0.5], [20, '30m', 0.5]),
      sessions('session_lost', [0, '10m'], [8, '30m']),
      told(series('websocket_probe_sessions_total'), { ...chat('a'), target: 'hub', failure: 'timeout' }, [
        7,
        '40m',
      ]),
    ],
    firing: [['12m'], ['19m'], ['21m'], ['39m']],
  },
  {
    name: 'an endpoint of a proxy that cannot be read is no blindness that pages',
    series: [
      leasewatch('60m'),
      told(series('source_up'), { job: 'leasewatch', instance: 'a:9465', source: 'endpoints/envoy' }, [
        0,
        '60m',
      ]),
      told(series('source_up'), { job: 'leasewatch', instance: 'a:9465', source: 'probes/chat' }, [0, '60m']),
    ],
    firing: [
      ['30m', 'LeasewatchInstancesBlind'],
      ['59m', 'LeasewatchInstancesBlind'],
    ],
  },
];
