import { counter, gauge, histogram } from './catalogue-metric.ts';

/** What the probes of WebSocket servers tell. A target that could not be probed at all has no `up`. */
export const probeMetrics = {
  websocket_probe_up: gauge(
    ['target'] as const,
    '',
    '1 when the last handshake went as expected, up to the first pong; 0 when it did not. Absent while the probe itself cannot work.',
  ),
  websocket_probe_handshakes_total: counter(
    ['target', 'status', 'failure'] as const,
    '',
    'Handshakes, by the HTTP status of the answer (none: there was no answer) and by what went wrong (none: nothing).',
  ),
  websocket_probe_phase_seconds: histogram(
    ['target', 'phase'] as const,
    'seconds',
    'How long each completed phase of a handshake took: dns, tcp, tls, upgrade, and pong for the first ping.',
    [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
  ),
  websocket_probe_ping_rtt_seconds: histogram(
    ['target'] as const,
    'seconds',
    'From a ping to its pong, over the connection that is held between two handshakes.',
    [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
  ),
  websocket_probe_closes_total: counter(
    ['target', 'code', 'initiator'] as const,
    '',
    'Held connections that ended before their time, by close code (1006: without a close frame) and by who ended them.',
  ),
  websocket_probe_sessions_total: counter(
    ['target', 'failure'] as const,
    '',
    'Sessions of Socket.IO that began by polling and were to become WebSockets, by what went wrong (none: nothing; session_lost: another backend answered, which does not know them).',
  ),
  websocket_probe_backends: gauge(
    ['target'] as const,
    '',
    'How many different backends answered the connections of the last check. Absent while none told its name.',
  ),
  websocket_probe_backend_connections_total: counter(
    ['target', 'backend'] as const,
    '',
    'Connections of such checks, by the backend that answered: at most 16 names within an hour, the others together as other.',
  ),
  websocket_probe_backend_failures_total: counter(
    ['target', 'failure'] as const,
    '',
    'Connections of such checks that no backend answered by name, by what went wrong (no_backend: they stood, and nothing told a name).',
  ),
  websocket_probe_cert_not_after_seconds: gauge(
    ['target', 'certificate'] as const,
    'seconds',
    'When a certificate that the server showed expires: its own (leaf), and the earliest of those above it (issuer).',
  ),
} as const;

/** What is told of them in lines. */
export const probeLogEvents = {
  probe_state: {
    level: 'warn',
    help: 'A probe of a WebSocket server began to fail, fails for another reason, or succeeds again.',
  },
  probe_session: {
    level: 'warn',
    help: 'Sessions of Socket.IO that begin by polling began to be lost, fail for another reason, or are kept again.',
  },
  probe_spread: {
    level: 'warn',
    help: 'The connections of a probe reach one backend instead of several, several again, or none that tells its name.',
  },
  probe_closed: { level: 'warn', help: 'The held connection of a probe ended before its time.' },
} as const;
