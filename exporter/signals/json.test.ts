import assert from 'node:assert/strict';
import { test } from 'node:test';
import { states } from '../model/fixture.ts';
import {
  at,
  closedRound,
  leaseView,
  modelView,
  nodeView,
  placeView,
  portView,
  roundEvent,
  traceId,
} from './fixtures.ts';
import { connectionsJson, leaseJson, nodeJson, roundJson, timeJson } from './json.ts';
import { createRecentRounds } from './recent.ts';

test('a round tells its times twice and its durations in seconds', () => {
  const told = roundJson(closedRound());
  assert.deepEqual(told.lastRenewal, { iso: '2023-11-14T22:13:20.000001Z', unix: 1_700_000_000.000001 });
  assert.deepEqual(
    [told.gapSeconds, told.leaderlessSeconds, told.durationSeconds, told.open],
    [17.25, 2.25, 19.25, false],
  );
  assert.equal(told.writes[0]?.what, 'acquired');
});

test('an open round has nulls for what is still to come', () => {
  const told = roundJson(closedRound({ acquired: undefined, closed: undefined, outcome: undefined }));
  assert.deepEqual(
    [told.open, told.outcome, told.acquired, told.closed, told.gapSeconds, told.durationSeconds],
    [true, null, null, null, null, null],
  );
});

test('a lease and a node tell how long ago on the monotonic clock', () => {
  const lease = leaseJson(leaseView({ since: 1000, renewTime: 9e18, acquireTime: undefined }), at(30));
  assert.deepEqual([lease.stateSeconds, lease.observedSecondsAgo, lease.expiredSeconds], [29, 28.4, 30]);
  assert.deepEqual([lease.renewed, lease.acquired], [null, null]);
  const node = nodeJson(nodeView({ observedWall: 0 }), at(30));
  assert.deepEqual([node.observed, node.observedSecondsAgo, node.disagreement], [null, null, null]);
});

test('absurd times do no harm', () => {
  for (const micros of [
    -62_135_596_800e6,
    253_402_300_799e6,
    253_402_300_800e6,
    8.64e18,
    Number.NaN,
    Infinity,
  ]) {
    assert.doesNotThrow(() => JSON.stringify(timeJson(micros)));
  }
  assert.equal(timeJson(-62_135_596_800e6)?.iso, '0001-01-01T00:00:00.000000Z');
  assert.equal(timeJson(253_402_300_800e6), null);
  assert.equal(timeJson(Number.NaN), null);
});

test('connections are told a port, and null where nothing is known', () => {
  const unknown = { namespace: '', pod: '', counters: undefined };
  const bare = portView({
    idleTimeout: undefined,
    incident: undefined,
    census: { ...portView().census, ages: undefined },
  });
  const told = connectionsJson([placeView(), placeView({ ...unknown, ports: () => [bare] })]);
  assert.deepEqual(told[0], {
    ...{ namespace: 'shop', pod: 'chat-0', workload: 'chat' },
    ...{ port: 8080, origin: 'configured', listening: true },
    tcpStates: states({ established: 46, close_wait: 5, time_wait: 8, listen: 1 }),
    ...{ established: 40, loopback: 4, unaccepted: 6, closing: 5, acceptQueue: 7 },
    suspect: { ghost: 3, stalled: 2, deadStalled: 1 },
    ...{ sendQueueBytes: 8192, longestSendQueueBytes: 4096 },
    ageSeconds: { min: 0, p50: 90.5, p90: 300, max: 7200 },
    lifetimes: { count: 30, sumSeconds: 1800 },
    idleTimeoutSeconds: 60.25,
    openIncident: {
      ...{ traceId: 'ccf7651916cd43dd8448eb211c80319c', change: 'fall', before: 100, extreme: 20 },
      began: timeJson(portView().incident?.began),
      beside: { what: 'round', traceId, name: 'shop/chat', cause: 'expired' },
    },
    namespaceCounters: { accepts: 900, resets: 12, timeouts: 3, listenOverflows: 1 },
    openStorm: null,
    descriptors: [
      { container: 'server', open: 900, most: 1024 },
      { container: 'helper', unread: 'denied' },
    ],
  });
  const { namespace, pod, ageSeconds, idleTimeoutSeconds, namespaceCounters, openIncident } = told[1] ?? {};
  const absent = [namespace, pod, ageSeconds, idleTimeoutSeconds, namespaceCounters, openIncident];
  assert.deepEqual(absent, Array(6).fill(null));
});

test('who held it, where, and what became of it is told, and null where nobody knows', () => {
  const places = { predecessorAt: { pod: 'a-0', node: 'n1\u001b' }, successorAt: { pod: '', node: '' } };
  const told = roundJson(closedRound({ ...places, fate: 'drained' }));
  assert.deepEqual(
    [told.predecessorPod, told.predecessorNode, told.successorPod, told.successorNode],
    ['a-0', 'n1\ufffd', null, null],
  );
  assert.deepEqual([told.predecessorFate, told.outageTraceId], ['drained', null]);
  assert.equal(roundJson(closedRound()).predecessorFate, null);
  const lease = leaseJson(leaseView({ holderPod: '', candidates: undefined }), at(30));
  assert.deepEqual([lease.holderPod, lease.holderNode, lease.candidates], [null, 'node-1', null]);
});

test('a fate that turns out later is told on the closed round', () => {
  const recent = createRecentRounds(modelView({}));
  recent.observe(roundEvent('closed', { fate: 'unknown' }));
  recent.observe({
    ...{ kind: 'round-fate', at: at(90), traceId, namespace: 'kube-system', lease: 'scheduler' },
    ...{ predecessor: 'scheduler-a', predecessorAt: { pod: 'a-0', node: 'n1' } },
    ...{ fate: 'node_lost', outageTraceId: 'o' },
  });
  const [round] = recent.rounds();
  assert.deepEqual([round?.predecessorFate, round?.outageTraceId], ['node_lost', 'o']);
});

test('the ring keeps the latest closed rounds, behind the open ones', () => {
  const open = closedRound({ lease: 'open', closed: undefined });
  const recent = createRecentRounds(modelView({ openRounds: [open] }), 2);
  for (const lease of ['a', 'b', 'c']) recent.observe(roundEvent('closed', { lease }));
  recent.observe(roundEvent('acquired', { lease: 'd' }));
  assert.deepEqual(
    recent.rounds().map((round) => round.lease),
    ['open', 'c', 'b'],
  );
  assert.equal(recent.rounds()[0]?.traceId, traceId);
});
