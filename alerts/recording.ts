import { duration, labelsOf, promql, type Query, series } from '../exporter/promql.ts';
import { bridged, brieflyBridged } from './config.ts';
import { type RecordingRule, record } from './rule.ts';
import { leaseKey, nodeKey } from './series.ts';

/**
 * What any process says now; where none says anything, what was said last. So a scrape that fails does not
 * start the `for` of a rule again, and a process that died does not contradict one that lives.
 */
function lastKnown(now: Query, by: Query, on: Query, range = bridged): Query {
  return promql`max by (${by}) (${now})
or on (${on})
max by (${by}) (last_over_time(${now}[${range}]))`;
}

const judged = series('lease_state', { state: ['expired', 'deleted', 'unknown'] });
const silenceKey = labelsOf('mass_silence', 'cluster', 'class');
const portKey = labelsOf('websocket_connections', 'cluster', 'namespace', 'job', 'port');

export const leaseRecords: readonly RecordingRule[] = [
  record(
    'cluster_namespace_lease:leasewatch_lease_state:last',
    lastKnown(
      judged,
      labelsOf('lease_state', 'cluster', 'namespace', 'lease', 'class', 'state'),
      leaseKey,
      brieflyBridged,
    ),
  ),
];

export const silenceRecords: readonly RecordingRule[] = [
  record(
    'cluster_class:leasewatch_mass_silence:last',
    lastKnown(series('mass_silence'), silenceKey, silenceKey),
  ),
];

export const nodeRecords: readonly RecordingRule[] = [
  record(
    'cluster_node:leasewatch_node_heartbeat_state:last',
    lastKnown(
      series('node_heartbeat_state'),
      labelsOf('node_heartbeat_state', 'cluster', 'node', 'state'),
      nodeKey,
      brieflyBridged,
    ),
  ),
];

/** Longer windows are averages of this: a counter of one process does not live as long as they are. */
export const gapRecords: readonly RecordingRule[] = [
  record(
    'cluster_namespace_lease:leasewatch_lease_gap_seconds:rate5m',
    promql`max by (${leaseKey}) (rate(${series('lease_gap_seconds_total')}[${duration('5m')}]))`,
  ),
];

export const socketRecords: readonly RecordingRule[] = [
  record(
    'cluster_namespace_job_port:leasewatch_websocket_connections:sum',
    promql`sum by (${portKey}) (last_over_time(${series('websocket_connections')}[${bridged}]))`,
  ),
];
