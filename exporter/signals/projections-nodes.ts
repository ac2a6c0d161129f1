import type { NodeView } from '../model/view.ts';
import type { Projections, ScrapeContext } from './projections.ts';

function* each(
  context: ScrapeContext,
  value: (node: NodeView) => number | undefined,
): Iterable<{ labels: { node: string }; value: number }> {
  for (const node of context.view.nodes()) {
    const number = value(node);
    if (number !== undefined) yield { labels: { node: context.text(node.name) }, value: number };
  }
}

export const nodeProjections = {
  *node_heartbeat_state(context) {
    for (const node of context.view.nodes()) {
      yield { labels: { node: context.text(node.name), state: node.state }, value: 1 };
    }
  },
  node_heartbeat_observed_timestamp_seconds: (context) =>
    each(context, (node) => (node.observedWall > 0 ? node.observedWall / 1e6 : undefined)),
  node_heartbeat_missed_total: (context) => each(context, (node) => node.missed),
  node_heartbeat_lost_seconds_total: (context) => each(context, (node) => node.lostSeconds(context.now.mono)),
  node_heartbeat_unknown_seconds_total: (context) =>
    each(context, (node) => node.unknownSeconds(context.now.mono)),
  node_heartbeat_clock_skew_seconds: (context) => each(context, (node) => node.clockSkewSeconds(context.now)),
  *node_heartbeat_disagreement(context) {
    for (const node of context.view.nodes()) {
      if (node.disagreement === undefined) continue;
      yield { labels: { node: context.text(node.name), kind: node.disagreement }, value: 1 };
    }
  },
} satisfies Partial<Projections>;

/** The most series that one node can have. */
export const seriesPerNode = Object.keys(nodeProjections).length;
