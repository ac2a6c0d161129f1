import assert from 'node:assert/strict';
import { test } from 'node:test';
import { metrics as catalogue, type Metric, prefix } from '../catalogue.ts';
import type { RouteStats } from '../delivery/outbox.ts';
import type { ReceiverStats } from '../delivery/receiver-stats.ts';
import { bornCounted } from '../promql.ts';
import type { DoorStats } from '../web/door-stats.ts';
import {
  at,
  countsView,
  incidentEvent,
  leaseView,
  modelView,
  nodeView,
  outageEvent,
  placeView,
  probeView,
  roundEvent,
  sourceView,
} from './fixtures.ts';
import { createMetrics } from './metrics.ts';

const clock = { now: () => at(30), after: () => () => undefined };
const stats: RouteStats = {
  ...{ route: 'traces', enqueued: 0, delivered: 0, pending: 0, bytes: 0, oldest: undefined },
  ...{ dead: 0, deadBytes: 0, refused: 0 },
  dropped: { rejected: 0, full: 0, damaged: 0, by_leader: 0, folded: 0 },
};
const receiver: ReceiverStats = {
  ...{ route: 'traces', refusesCredentials: false, sentBytes: 0 },
  requests: { accepted: 0, retry: 0, rejected: 0 },
  unsent: { too_old: 0, in_future: 0 },
};

const web: DoorStats = {
  ...{ connections: 0, configGood: undefined, cut: { full: 0, handshake: 0, ahead: 0 } },
  refused: { unauthorized: 0, busy: 0, rate_limit: 0, host: 0, origin: 0, malformed: 0, too_large: 0 },
};

function make(view = modelView({})) {
  return createMetrics({
    ...{ mode: 'cluster', version: '0', view, clock, processMetrics: false },
    ...{ outboxStats: async () => [stats], receivers: () => [receiver], web: () => web },
  });
}

const peopled = () =>
  modelView({
    leases: [leaseView(), leaseView({ name: 'other', class: 'coordinated' })],
    nodes: [nodeView()],
    sources: [sourceView()],
    connections: {
      places: () => [placeView()],
      node: () => 'node-1',
      unread: () => [],
      probes: () => [probeView()],
      counts: () => [countsView()],
    },
  });

test('every counter has its series before anything is counted, but those that are named', async () => {
  const text = await make(peopled()).render('text');
  const declared: readonly (readonly [string, Metric])[] = Object.entries(catalogue);
  const named: readonly string[] = bornCounted;
  for (const [name, { type }] of declared) {
    if (type === 'gauge' || named.includes(name)) continue;
    assert.match(text, new RegExp(`^${prefix}${name}(_count)?[{ ]`, 'm'), name);
  }
});

test('a series for every cause, outcome and end, at 0', async () => {
  const text = await make(peopled()).render('text');
  const count = (pattern: RegExp) => text.match(pattern)?.length;
  assert.equal(count(/^leasewatch_election_rounds_total\{class="election",.* 0$/gm), 5 * 4);
  assert.equal(count(/^leasewatch_election_rounds_total\{class="coordinated",.* 0$/gm), 6 * 4);
  assert.equal(count(/^leasewatch_election_gap_duration_seconds_count\{.* 0$/gm), 4 + 5);
  assert.equal(count(/^leasewatch_node_heartbeat_outage_duration_seconds_count\{.* 0$/gm), 3);
  assert.equal(count(/^leasewatch_websocket_failover_recovery_seconds_count\{.* 0$/gm), 7);
});

test('nothing is told of what is not there', async () => {
  const text = await make().render('text');
  assert.doesNotMatch(text, /^leasewatch_(election|node_heartbeat_outage|websocket_failover)/m);
});

test('what was counted before the first scrape is not forgotten by it', async () => {
  const metrics = make(peopled());
  metrics.observe(roundEvent('closed'));
  metrics.observe(outageEvent());
  metrics.observe(incidentEvent());
  for (const text of [await metrics.render('text'), await metrics.render('text')]) {
    assert.match(text, /election_rounds_total\{class="election",cause="expired",outcome="elected"\} 1\n/);
    assert.match(text, /election_gap_duration_seconds_count\{class="election",cause="expired"\} 1\n/);
    assert.match(text, /outage_duration_seconds_count\{end="rebooted"\} 1\n/);
    assert.match(text, /failover_recovery_seconds_count\{cause="expired"\} 1\n/);
  }
});
