import { labelsOf, type Query, seriesOf } from '../exporter/promql.ts';

/** Series of Prometheus itself that the rules read. */
export const foreignLabels = {
  up: [],
  ALERTS: ['alertname', 'alertstate', 'lease', 'node', 'class'],
} as const;
export const foreign = seriesOf(foreignLabels);

/** What the recording rules record, with its labels beside those of the scrape. */
export const recordedLabels = {
  'cluster_namespace_lease:leasewatch_lease_state:last': ['lease', 'class', 'state'],
  'cluster_node:leasewatch_node_heartbeat_state:last': ['node', 'state'],
  'cluster_class:leasewatch_mass_silence:last': ['class'],
  'cluster_namespace_lease:leasewatch_lease_gap_seconds:rate5m': ['lease'],
  'cluster_namespace_job_port:leasewatch_websocket_connections:sum': ['port'],
  'cluster_namespace_lease:leasewatch_stranded_connections:last': ['lease'],
  'cluster_namespace_lease:leasewatch_holder_serves:min': ['lease'],
  'cluster_node:leasewatch_lost_node_leases:count': ['node'],
  'cluster_node:leasewatch_lost_node_connections:last': ['node'],
  'cluster_namespace:leasewatch_lost_leaders:increase10m': [],
  'cluster_namespace_job:leasewatch_websocket_accepts:rate2m': [],
} as const;
export const recorded = seriesOf(recordedLabels);
export type RecordedName = keyof typeof recordedLabels;

/** Which lease, which node: in every cluster, whichever replica told it. */
export const leaseKey: Query = labelsOf('lease_state', 'cluster', 'namespace', 'lease');
export const leaseClassKey: Query = labelsOf('lease_state', 'cluster', 'namespace', 'lease', 'class');
export const nodeKey: Query = labelsOf('node_heartbeat_state', 'cluster', 'node');
/** Which process: only to bring together what one process tells, before it is aggregated away. */
export const processKey: Query = labelsOf('build_info', 'cluster', 'job', 'instance');
export const jobKey: Query = labelsOf('build_info', 'cluster', 'job');
export const clusterKey: Query = labelsOf('build_info', 'cluster');
