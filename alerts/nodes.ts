import { duration, labelsOf, promql, series } from '../exporter/promql.ts';
import { connectionsOfNode, leasesOfNode, nodeAge, nodeLinks } from './annotations.ts';
import { keptWhileUnseen, unlessNodesAreSilent } from './guards.ts';
import type { AlertRule } from './rule.ts';
import { nodeKey, processKey, recorded } from './series.ts';

const lastState = 'cluster_node:leasewatch_node_heartbeat_state:last';
const lost = recorded(lastState, { state: 'lost' });
const sight = {
  key: nodeKey,
  verdicts: recorded(lastState),
  unknown: recorded(lastState, { state: 'unknown' }),
};

const nodeLost: AlertRule = {
  alert: 'NodeHeartbeatLost',
  expr: unlessNodesAreSilent(promql`max by (${nodeKey}) (${lost} == 1)
or
${keptWhileUnseen('NodeHeartbeatLost', nodeKey, sight)}`),
  for: '3m',
  keepFiringFor: '5m',
  severity: 'warning',
  summary: 'A node has sent no heartbeat for longer than the grace period of the node controller.',
  description: `node {{ $labels.node }}: no heartbeat for ${nodeAge}; ${connectionsOfNode} connections by its last census; leases held there:${leasesOfNode}`,
  annotations: nodeLinks,
};

const disagreement: AlertRule = {
  alert: 'NodeStoriesDisagree',
  expr: unlessNodesAreSilent(
    promql`max by (${labelsOf('node_heartbeat_disagreement', 'cluster', 'node', 'kind')}) (${series('node_heartbeat_disagreement')}) == 1`,
  ),
  for: '15m',
  keepFiringFor: '5m',
  severity: 'warning',
  summary: 'The lease of a node and its Ready condition tell different stories.',
  description: 'node {{ $labels.node }}: {{ $labels.kind }}, last heartbeat '.concat(nodeAge, ' ago'),
  annotations: nodeLinks,
};

/** Three separate interruptions: the one of a reboot, however long, is none of this. */
const unsteady: AlertRule = {
  alert: 'NodeHeartbeatUnsteady',
  expr: unlessNodesAreSilent(
    promql`max by (${nodeKey}) (changes(${series('node_heartbeat_missed_total')}[${duration('30m')}])) >= 3`,
  ),
  keepFiringFor: '15m',
  severity: 'warning',
  summary: 'A node misses heartbeats again and again: it may be lost soon.',
  description:
    'node {{ $labels.node }}: heartbeats were missing {{ $value | printf "%.0f" }} times within 30 minutes',
  annotations: nodeLinks,
};

const ofNode = series('node_heartbeat_clock_skew_seconds');

const nodeClock: AlertRule = {
  alert: 'NodeClockSkew',
  expr: promql`max by (${nodeKey}) (abs(
${ofNode} + on (${processKey}) group_left () ${series('clock_skew_seconds')}
or
${ofNode}
)) > 5`,
  for: '10m',
  keepFiringFor: '5m',
  severity: 'warning',
  summary: 'The clock of a node is wrong by more than five seconds.',
  description: 'node {{ $labels.node }}: its clock is off by {{ $value | humanizeDuration }}',
  annotations: nodeLinks,
};

export const nodeAlerts: readonly AlertRule[] = [nodeLost, disagreement, unsteady, nodeClock];
