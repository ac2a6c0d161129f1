import { duration, labelsOf, promql, type Query, series } from '../exporter/promql.ts';
import { bridged } from './config.ts';
import { leaderClasses } from './guards.ts';
import { type RecordingRule, record } from './rule.ts';
import { leaseKey, nodeKey, recorded } from './series.ts';

/**
 * What one process cannot tell alone: leases are seen by one, the connections of a Pod or a node by another,
 * which may be gone with it. So each side is what was last known.
 */
const podKey = labelsOf('websocket_connections', 'cluster', 'namespace', 'pod');
const podPortKey = labelsOf('websocket_connections', 'cluster', 'namespace', 'pod', 'port');
const probedPodKey = labelsOf('websocket_probe_up', 'cluster', 'namespace', 'pod', 'target');
const targetKey = labelsOf('websocket_probe_up', 'cluster', 'target');

const lastState = 'cluster_namespace_lease:leasewatch_lease_state:last';
const isExpired = promql`${recorded(lastState, { class: leaderClasses, state: 'expired' })} == 1`;
const isLost = promql`${recorded('cluster_node:leasewatch_node_heartbeat_state:last', { state: 'lost' })} == 1`;
const isHeld = promql`${series('lease_state', { class: leaderClasses, state: 'held' })} == 1`;

/** What an election or a drain takes away is told for so long. */
const recently = duration('10m');

/**
 * Each lease once for every Pod that held it, with that in the label `pod`. Aggregated before it is renamed: what two
 * processes tell may differ in nothing but their own `pod`, and series that become the same are an error.
 */
function byHolder(info: Query): Query {
  return promql`label_replace(max by (${leaseKey}, holder_pod) (${info}), "pod", "$1", "holder_pod", "(.+)")`;
}

const led = series('lease_info', { class: leaderClasses, holder_pod: { not: '' } });

/** A sidecar and a DaemonSet may count the same port: the higher of them, not both. */
const openInPod = promql`sum by (${podKey}) (max by (${podPortKey}) (last_over_time(${series('websocket_connections')}[${recently}])))`;

/** A new client gets into a Pod when it does by any of its probes. */
const reachesPod = promql`max by (${podKey}) (max by (${probedPodKey}) (last_over_time(${series('websocket_probe_up')}[${bridged}])))`;

/** A probe that is named like a lease, `NAMESPACE.LEASE`, asks whoever leads by it. */
const named = promql`label_join(max by (${leaseKey}) (${isHeld}), "target", ".", "namespace", "lease")`;
const reachesTarget = promql`max by (${targetKey}) (last_over_time(${series('websocket_probe_up')}[${bridged}]))`;

/** Held now, by somebody whose Pod is known now: a new leader is not judged by the Pod of the one before. */
const servesByPod = promql`${byHolder(promql`${led} and on (${leaseKey}) (${isHeld})`)}
* on (${podKey}) group_left ()
${reachesPod}`;
const servesByName = promql`${named}
* on (${targetKey}) group_left ()
${reachesTarget}`;

const onNodes = promql`label_replace(max by (${leaseKey}, holder_node) (last_over_time(${series('lease_info', { class: leaderClasses, holder_node: { not: '' } })}[${recently}])), "node", "$1", "holder_node", "(.+)")`;

export const joinRecords: readonly RecordingRule[] = [
  record(
    'cluster_namespace_lease:leasewatch_stranded_connections:last',
    promql`max by (${leaseKey}) (
${byHolder(promql`last_over_time(${led}[${recently}])`)}
* on (${podKey}) group_left ()
${openInPod}
)
and on (${leaseKey}) ${isExpired}`,
  ),
  record(
    'cluster_namespace_lease:leasewatch_holder_serves:min',
    promql`min by (${leaseKey}) (
${servesByPod}
or
${servesByName}
)`,
  ),
  record(
    'cluster_node:leasewatch_lost_node_leases:count',
    promql`count by (${nodeKey}) (${onNodes})
and on (${nodeKey}) ${isLost}`,
  ),
  record(
    'cluster_node:leasewatch_lost_node_connections:last',
    promql`max by (${nodeKey}) (last_over_time(${series('websocket_node_connections')}[${duration('1h')}]))
and on (${nodeKey}) ${isLost}`,
  ),
  record(
    'cluster_namespace:leasewatch_lost_leaders:increase10m',
    promql`sum by (${labelsOf('lease_holder_changes_total', 'cluster', 'namespace')}) (
max by (${leaseKey}, cause) (increase(${series('lease_holder_changes_total', { cause: ['expired', 'taken', 'deleted'] })}[${recently}]))
)`,
  ),
  record(
    'cluster_namespace_job:leasewatch_websocket_accepts:rate2m',
    promql`sum by (${labelsOf('websocket_tcp_accepts_total', 'cluster', 'namespace', 'job')}) (rate(${series('websocket_tcp_accepts_total')}[${duration('2m')}]))`,
  ),
];
