import { duration, labelsOf, promql, series } from '../exporter/promql.ts';
import { recentElections, socketLinks } from './annotations.ts';
import type { AlertRule } from './rule.ts';
import { recorded } from './series.ts';

const connections = recorded('cluster_namespace_job_port:leasewatch_websocket_connections:sum');
const portKey = labelsOf('websocket_unaccepted_connections', 'cluster', 'namespace', 'job', 'port');

const fell: AlertRule = {
  alert: 'WebSocketConnectionsFell',
  expr: promql`${connections} < 0.5 * max_over_time(${connections}[${duration('30m')}])
and
max_over_time(${connections}[${duration('30m')}]) >= 20`,
  for: '5m',
  severity: 'warning',
  summary: 'More than half of the WebSocket connections of a port were lost within half an hour.',
  description: `port {{ $labels.port }} of {{ $labels.job }}: {{ $value | printf "%.0f" }} connections are left; leaders changed in the last 10 minutes:${recentElections}`,
  annotations: socketLinks,
};

const notAccepted: AlertRule = {
  alert: 'WebSocketsNotAccepted',
  expr: promql`max by (${portKey}) (min_over_time(${series('websocket_unaccepted_connections')}[${duration('2m')}])) > 0`,
  for: '2m',
  severity: 'warning',
  summary: 'A server does not accept the connections that its kernel has completed.',
  description:
    'port {{ $labels.port }} of {{ $labels.job }}: up to {{ $value | printf "%.0f" }} connections wait to be accepted, for minutes',
  annotations: socketLinks,
};

export const socketAlerts: readonly AlertRule[] = [fell, notAccepted];
