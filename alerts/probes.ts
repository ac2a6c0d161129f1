import { duration, labelsOf, promql, type Query, series } from '../exporter/promql.ts';
import { asked, placed, socketLinks } from './annotations.ts';
import { bridged, config } from './config.ts';
import type { AlertRule } from './rule.ts';

const targetKey = labelsOf('websocket_probe_up', 'cluster', 'job', 'target');
const up = series('websocket_probe_up');

/** Why most of what a counter counts failed in the last ten minutes. */
function mostlyFor(metric: 'websocket_probe_handshakes_total' | 'websocket_probe_sessions_total') {
  return asked(
    promql`topk(1, sum by (${labelsOf(metric, 'failure')}) (increase(${placed(
      series(metric),
      ['cluster', 'job', 'target'],
      'failure!="none"',
    )}[${duration('10m')}])))`,
    ['cluster', 'job', 'target'],
    { label: 'failure' },
    'unknown',
  );
}

/** Several processes may probe one target: it fails when it does for all of them. */
const failing: AlertRule = {
  alert: 'WebSocketProbeFailing',
  expr: promql`max by (${targetKey}) (last_over_time(${up}[${bridged}])) == 0`,
  for: '5m',
  severity: 'warning',
  summary: 'No new WebSocket client gets in: the handshakes of a probe fail.',
  description: `target {{ $labels.target }} of {{ $labels.job }}: every handshake has failed for 5 minutes, mostly for the reason ${mostlyFor('websocket_probe_handshakes_total')}`,
  annotations: socketLinks,
};

const notAfter = series('websocket_probe_cert_not_after_seconds');
const certificateKey = labelsOf(
  'websocket_probe_cert_not_after_seconds',
  'cluster',
  'job',
  'target',
  'certificate',
);

/** A handshake that fails shows no certificate, and makes none younger. */
const expiring: AlertRule = {
  alert: 'WebSocketCertificateExpiring',
  expr: promql`min by (${certificateKey}) (last_over_time(${notAfter}[${duration('1h')}])) - time() < ${config.certificateDays} * 86400`,
  for: '15m',
  severity: 'warning',
  summary: 'A certificate that a WebSocket server shows ends soon, or has ended.',
  description:
    'target {{ $labels.target }} of {{ $labels.job }}: the certificate of the {{ $labels.certificate }} ends in {{ $value | humanizeDuration }}',
  annotations: socketLinks,
};

const sessions = (which: Query): Query =>
  promql`sum by (${targetKey}) (increase(${which}[${duration('10m')}]))`;
const allSessions = sessions(series('websocket_probe_sessions_total'));
const failedSessions = sessions(series('websocket_probe_sessions_total', { failure: { not: 'none' } }));

/** One that fails is forgotten before the time is up; of a balancer that does not stick, half of them fail. */
const sessionsLost: AlertRule = {
  alert: 'WebSocketSessionsLost',
  expr: promql`${failedSessions} / ${allSessions} > 0.2`,
  for: '10m',
  severity: 'warning',
  summary: 'Sessions of Socket.IO are not kept from their first poll to the WebSocket.',
  description: `target {{ $labels.target }} of {{ $labels.job }}: {{ $value | humanizePercentage }} of the sessions did not become WebSockets, mostly for the reason ${mostlyFor('websocket_probe_sessions_total')}`,
  annotations: socketLinks,
};

export const probeAlerts: readonly AlertRule[] = [failing, expiring, sessionsLost];
