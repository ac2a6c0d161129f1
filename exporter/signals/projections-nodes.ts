import type { NodeView } from '../model/view.ts';
import type { RowFamilies } from './row-family.ts';
import { inMilliseconds } from './steady-clock.ts';

export const nodeFamilies = {
  node_heartbeat_state: { labels: { state: (node) => node.state }, value: () => 1 },
  node_heartbeat_observed_timestamp_seconds: {
    labels: {},
    value: (node) => (node.observedWall > 0 ? node.observedWall / 1e6 : undefined),
  },
  node_heartbeat_missed_total: { labels: {}, value: (node) => node.missed },
  node_heartbeat_lost_seconds_total: { labels: {}, value: (node, { now }) => node.lostSeconds(now.mono) },
  node_heartbeat_unknown_seconds_total: {
    labels: {},
    value: (node, { now }) => node.unknownSeconds(now.mono),
  },
  node_heartbeat_clock_skew_seconds: {
    labels: {},
    value: (node, { now }) => inMilliseconds(node.clockSkewSeconds(now)),
  },
  node_heartbeat_disagreement: {
    labels: { kind: (node) => node.disagreement ?? '' },
    value: (node) => (node.disagreement === undefined ? undefined : 1),
  },
} as const satisfies RowFamilies<NodeView, 'node'>;

/** The most series that one node can have. */
export const seriesPerNode = Object.keys(nodeFamilies).length;
