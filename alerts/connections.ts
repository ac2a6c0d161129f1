import { duration, labelsOf, promql, series } from '../exporter/promql.ts';
import { leasesOfNode, nodeLinks, socketLinks } from './annotations.ts';
import { unlessNodesAreSilent } from './guards.ts';
import type { AlertRule } from './rule.ts';
import { nodeKey, recorded } from './series.ts';

const portKey = labelsOf('websocket_connections', 'cluster', 'namespace', 'job', 'port');
const kindKey = labelsOf('websocket_suspect_connections', 'cluster', 'namespace', 'job', 'port', 'kind');
const jobKey = labelsOf('websocket_listen_overflows_total', 'cluster', 'namespace', 'job');
const unreadKey = labelsOf('websocket_unread_pods', 'cluster', 'namespace', 'job', 'reason');

const suspects = promql`sum by (${kindKey}) (min_over_time(${series('websocket_suspect_connections')}[${duration('2m')}]))`;
const connections = promql`sum by (${portKey}) (${series('websocket_connections')})`;

const unresponsive: AlertRule = {
  alert: 'WebSocketClientsUnresponsive',
  expr: promql`${suspects} >= 20
and on (${portKey})
${suspects} > on (${portKey}) group_left () (0.1 * ${connections})`,
  for: '10m',
  keepFiringFor: '5m',
  severity: 'warning',
  summary: 'A tenth of the clients of a port do not answer, or do not read.',
  description:
    'port {{ $labels.port }} of {{ $labels.job }}: {{ $value | printf "%.0f" }} connections are {{ $labels.kind }}',
  annotations: socketLinks,
};

const overflows: AlertRule = {
  alert: 'WebSocketAcceptQueueOverflows',
  expr: promql`max by (${jobKey}) (increase(${series('websocket_listen_overflows_total')}[${duration('5m')}])) > 0`,
  for: '5m',
  keepFiringFor: '5m',
  severity: 'warning',
  summary: 'New connections are dropped because a server does not accept them quickly enough.',
  description:
    'job {{ $labels.job }}, namespace {{ $labels.namespace }}: {{ $value | printf "%.0f" }} connections to one pod found an accept queue full within 5 minutes',
  annotations: socketLinks,
};

const descriptors: AlertRule = {
  alert: 'WebSocketDescriptorsNearlyUsed',
  expr: promql`max by (${jobKey}) (${series('websocket_open_fds')} / ${series('websocket_max_fds')}) > 0.9`,
  for: '5m',
  keepFiringFor: '5m',
  severity: 'warning',
  summary: 'A server has nearly as many descriptors open as it may: soon it cannot accept anybody.',
  description:
    'job {{ $labels.job }}, namespace {{ $labels.namespace }}: one pod has {{ $value | humanizePercentage }} of its descriptors in use',
  annotations: socketLinks,
};

const notCounted: AlertRule = {
  alert: 'WebSocketPodNotCounted',
  expr: promql`count by (${unreadKey}) (${series('websocket_unread_pods')} == 1) > 0`,
  for: '15m',
  severity: 'warning',
  summary: 'The connections of a Pod cannot be counted: no alert about them can come.',
  description:
    'job {{ $labels.job }}, namespace {{ $labels.namespace }}: {{ $value | printf "%.0f" }} of its pods cannot be counted, {{ $labels.reason }}',
  annotations: socketLinks,
};

/** A node that is gone tells nothing any more: what it told last is what it has taken with it. */
const stranded: AlertRule = {
  alert: 'NodeStrandsConnections',
  expr: unlessNodesAreSilent(
    promql`max by (${nodeKey}) (${recorded('cluster_node:leasewatch_lost_node_connections:last')}) >= 20`,
  ),
  for: '1m',
  severity: 'warning',
  summary:
    'A node fell silent with connections on it, whose clients may wait for minutes before they notice.',
  description:
    'node {{ $labels.node }}: {{ $value | printf "%.0f" }} connections by its last census; leases held there:'.concat(
      leasesOfNode,
    ),
  annotations: nodeLinks,
};

export const connectionAlerts: readonly AlertRule[] = [
  unresponsive,
  overflows,
  descriptors,
  notCounted,
  stranded,
];
