import { metrics } from '../exporter/catalogue.ts';
import { seriesOf } from '../exporter/promql.ts';
import { appMetrics } from '../instrument/catalogue.ts';
import { chosenCluster, chosenTarget } from './variables.ts';

/** The exporter tells it too, of an application that it reads. */
const appConnections = [
  ...metrics.websocket_app_connections.labels,
  ...appMetrics.websocket_app_connections.labels,
] as const;

/** Series of others that dashboards show beside ours. */
export const foreignLabels = {
  up: [],
  ALERTS: ['alertname', 'alertstate', 'severity', 'lease', 'node', 'class', 'port'],
  leader_election_master_status: ['name'],
  process_cpu_seconds_total: [],
  process_resident_memory_bytes: [],
  nodejs_eventloop_lag_p99_seconds: [],
  leasewatch_websocket_app_connections: appConnections,
  leasewatch_websocket_app_handshakes_total: appMetrics.websocket_app_handshakes_total.labels,
  leasewatch_websocket_app_closes_total: appMetrics.websocket_app_closes_total.labels,
  leasewatch_websocket_app_ghosts_terminated_total: appMetrics.websocket_app_ghosts_terminated_total.labels,
  leasewatch_websocket_app_ping_rtt_seconds_bucket: [
    'le',
    ...appMetrics.websocket_app_ping_rtt_seconds.labels,
  ],
  leasewatch_websocket_app_messages_total: appMetrics.websocket_app_messages_total.labels,
  leasewatch_websocket_app_message_bytes_total: appMetrics.websocket_app_message_bytes_total.labels,
  leasewatch_websocket_app_buffered_bytes: appMetrics.websocket_app_buffered_bytes.labels,
} as const;

const foreign = seriesOf(foreignLabels);

/** What client-go tells in a process that stands for election. */
export const believed = foreign('leader_election_master_status', {
  ...chosenCluster,
  name: { like: '$lease' },
});

export const ofProcess = {
  up: foreign('up', chosenTarget),
  cpu: foreign('process_cpu_seconds_total', chosenTarget),
  memory: foreign('process_resident_memory_bytes', chosenTarget),
  loopLag: foreign('nodejs_eventloop_lag_p99_seconds', chosenTarget),
} as const;

const ofPort = { ...chosenCluster, namespace: { like: '$namespace' }, port: { like: '$port' } } as const;

/** What `leasewatch/instrument` tells from within an application: it is scraped there, under a job of its own. */
export const ofApplication = {
  running: foreign('up', chosenCluster),
  connections: foreign('leasewatch_websocket_app_connections', { ...ofPort, transport: { not: '' } }),
  handshakes: foreign('leasewatch_websocket_app_handshakes_total', ofPort),
  closes: foreign('leasewatch_websocket_app_closes_total', ofPort),
  ghosts: foreign('leasewatch_websocket_app_ghosts_terminated_total', ofPort),
  messages: foreign('leasewatch_websocket_app_messages_total', ofPort),
  bytes: foreign('leasewatch_websocket_app_message_bytes_total', ofPort),
  buffered: foreign('leasewatch_websocket_app_buffered_bytes', ofPort),
  pingBuckets: foreign('leasewatch_websocket_app_ping_rtt_seconds_bucket', ofPort),
} as const;

/** Alerts that fire, of these names. */
export function firing(names: readonly string[]) {
  return foreign('ALERTS', { ...chosenCluster, alertname: names, alertstate: 'firing' });
}
