import { duration, labelsOf, promql, series } from '../exporter/promql.ts';
import {
  connectionsOfNode,
  holder,
  leaseLinks,
  leaseName,
  leasesOfNode,
  lostLeaders,
  nodeLinks,
  policySeverity,
  socketLinks,
  teamLabel,
} from './annotations.ts';
import { leaderClasses, unlessManyAreSilent, unlessNodesAreSilent } from './guards.ts';
import type { AlertRule } from './rule.ts';
import { leaseKey, nodeKey, recorded } from './series.ts';

/** The guard is recorded in another group and may come 15 s late: `for` is longer than that. */
const stranded: AlertRule = {
  alert: 'ExpiredLeaderStrandsConnections',
  expr: unlessManyAreSilent(
    promql`max by (${leaseKey}) (${recorded('cluster_namespace_lease:leasewatch_stranded_connections:last')}) >= 20`,
  ),
  for: '1m',
  keepFiringFor: '5m',
  severity: 'warning',
  labels: teamLabel,
  summary: 'A leader fell silent with connections open to its Pod, and nobody took its lease.',
  description: `lease ${leaseName}: ran out, and {{ $value | printf "%.0f" }} connections are or were open to the Pod of ${holder}`,
  annotations: leaseLinks,
};

const servesNobody: AlertRule = {
  alert: 'LeaderServesNobody',
  expr: promql`max by (${leaseKey}) (${recorded('cluster_namespace_lease:leasewatch_holder_serves:min')}) == 0`,
  for: '3m',
  keepFiringFor: '2m',
  severity: 'warning',
  labels: { severity: policySeverity('warning'), ...teamLabel },
  summary: 'A leader renews its lease, and no new client gets in: it holds, and does nothing.',
  description: `lease ${leaseName}: held by ${holder}, into which no probe has got for 3 minutes`,
  annotations: leaseLinks,
};

const jobKey = labelsOf('websocket_tcp_accepts_total', 'cluster', 'namespace', 'job');
const accepts = recorded('cluster_namespace_job:leasewatch_websocket_accepts:rate2m');
/** Without the last ten minutes: a storm shall not become its own measure. */
const usual = promql`avg_over_time(${accepts}[${duration('1h')}] offset ${duration('10m')})`;
const storm = promql`max by (${jobKey}) (${accepts}) > 5
and on (${jobKey})
${accepts} > 3 * ${usual}`;

const reconnectStorm: AlertRule = {
  alert: 'WebSocketReconnectStorm',
  expr: storm,
  for: '5m',
  keepFiringFor: '2m',
  severity: 'warning',
  summary: 'Connections come more than three times as fast as in the hour before.',
  description: `job {{ $labels.job }}, namespace {{ $labels.namespace }}: {{ $value | printf "%.0f" }} connections come every second; leaders lost in the last 10 minutes:${lostLeaders}`,
  annotations: socketLinks,
};

/** Releases and planned changes are left out: of an upgrade it is known that clients connect again. */
const afterElection: AlertRule = {
  alert: 'WebSocketStormAfterLeaderLoss',
  expr: promql`${storm}
and on (${labelsOf('websocket_tcp_accepts_total', 'cluster', 'namespace')})
max by (${labelsOf('websocket_tcp_accepts_total', 'cluster', 'namespace')}) (${recorded('cluster_namespace:leasewatch_lost_leaders:increase10m')}) > 0`,
  for: '1m',
  keepFiringFor: '5m',
  severity: 'warning',
  summary: 'A leader was lost, and the clients of the same namespace connect again all at once.',
  description: `job {{ $labels.job }}, namespace {{ $labels.namespace }}: {{ $value | printf "%.0f" }} connections come every second after leaders were lost:${lostLeaders}`,
  annotations: socketLinks,
};

const nodeWithLeaders: AlertRule = {
  alert: 'NodeLostWithLeaders',
  expr: unlessNodesAreSilent(
    promql`max by (${nodeKey}) (${recorded('cluster_node:leasewatch_lost_node_leases:count')}) > 0`,
  ),
  for: '1m',
  severity: 'warning',
  summary: 'A node fell silent on which leaders run or ran: their leases have to be taken by others.',
  description: `node {{ $labels.node }}: leaders were there:${leasesOfNode}; ${connectionsOfNode} connections by its last census`,
  annotations: nodeLinks,
};

const leaderOn = series('lease_info', { class: leaderClasses, holder_node: { not: '' } });
/** Leaders whose node is known, by that node. */
const leaders = promql`count by (${nodeKey}) (label_replace(max by (${leaseKey}, holder_node) (${leaderOn}), "node", "$1", "holder_node", "(.+)"))`;
const aliveNodes = promql`count by (cluster) (max by (${nodeKey}) (${series('node_heartbeat_state', { state: 'alive' })}))`;

/** Two can be on one node by chance; and where there is one node only, they have no other place. */
const onOneNode: AlertRule = {
  alert: 'NodeHoldsAllLeaders',
  expr: promql`${leaders} >= 3
and on (cluster) count by (cluster) (${leaders}) == 1
and on (cluster) ${aliveNodes} > 1`,
  for: '1h',
  severity: 'info',
  summary: 'All leaders whose node is known are on one node: whoever takes it away stops them all at once.',
  description:
    'node {{ $labels.node }}: {{ $value | printf "%.0f" }} leaders, and none of those whose node is known elsewhere',
  annotations: nodeLinks,
};

export const joinAlerts: readonly AlertRule[] = [
  nodeWithLeaders,
  onOneNode,
  stranded,
  servesNobody,
  reconnectStorm,
  afterElection,
];
