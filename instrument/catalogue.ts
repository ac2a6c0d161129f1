/** The metrics that an application tells of itself. They are not the exporter's: they are scraped from the application. */
import { counter, gauge, histogram } from '../exporter/catalogue-metric.ts';

export const appMetrics = {
  websocket_app_connections: gauge(
    ['port', 'transport'] as const,
    '',
    'Open connections, as the server itself counts them.',
  ),
  websocket_app_handshakes_total: counter(
    ['port', 'outcome'] as const,
    '',
    'Handshakes: accepted; refused; unknown_session: a request of Socket.IO for a session of another server, which a load balancer that sticks does not send.',
  ),
  websocket_app_closes_total: counter(
    ['port', 'code', 'initiator'] as const,
    '',
    'Ended connections, by close code (1006: without a close frame; 3xxx, 4xxx and other stand for many; Socket.IO has reasons instead) and by who ended them.',
  ),
  websocket_app_ghosts_terminated_total: counter(
    ['port'] as const,
    '',
    'Connections that the server gave up because a ping had no answer.',
  ),
  websocket_app_ping_rtt_seconds: histogram(
    ['port'] as const,
    'seconds',
    'From a ping of the server to the pong of the client.',
    [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
  ),
  websocket_app_messages_total: counter(['port', 'direction'] as const, '', 'Messages received and sent.'),
  websocket_app_message_bytes_total: counter(
    ['port', 'direction'] as const,
    'bytes',
    'Bytes of these messages, before compression and without the framing.',
  ),
  websocket_app_buffered_bytes: gauge(
    ['port', 'stat'] as const,
    'bytes',
    'Bytes that the server has sent and the kernel has not taken: of all connections (sum), and of the worst (max).',
  ),
} as const;

export type AppMetricName = keyof typeof appMetrics;
