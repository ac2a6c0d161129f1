import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  at,
  closedRound,
  countsView,
  leaseView,
  missingLease,
  modelView,
  nodeView,
  placeView,
  policiesView,
  probeView,
  roundEvent,
  sourceView,
} from '../signals/fixtures.ts';
import { connectionsJson, leaseJson, nodeJson } from '../signals/json.ts';
import { allConnectionsJson } from '../signals/json-connections.ts';
import { createLeaseHistory } from '../signals/lease-history.ts';
import { createRecentRounds } from '../signals/recent.ts';
import {
  absenceRows,
  countRow,
  leaseRow,
  nodeRow,
  portRows,
  probeRow,
  roundRow,
  sourceRow,
  unreadRows,
} from './project.ts';

const now = at(30);
const hostile = 'a\u001b[31m<img src=x onerror=alert(1)>\u202e';

test('page: a lease is told as the API tells it', () => {
  const view = leaseView({ candidates: undefined });
  const history = createLeaseHistory();
  history.observe(roundEvent('closed'));
  const past = history.of(view.namespace, view.name, now);
  const [row, told] = [leaseRow(view, now, history), leaseJson(view, now, past)];
  assert.equal(row.id, `${told.namespace}/${told.lease}`);
  assert.equal((now.mono - row.observed) / 1000, told.observedSecondsAgo);
  assert.equal((now.mono - row.since) / 1000, told.stateSeconds);
  assert.deepEqual([row.changes, row.lastRoundAt], [1, told.lastRound?.closed?.unix]);
  assert.deepEqual(
    [row.state, row.class, row.holder, row.pod, row.node, row.candidates, row.durationSeconds, row.renewedAt],
    [
      ...[told.state, told.class, told.holder, told.holderPod, told.holderNode, told.candidates],
      ...[told.leaseDurationSeconds, told.renewed?.unix],
    ],
  );
});

test('page: text of the cluster is harmless before it leaves', () => {
  const row = leaseRow(leaseView({ namespace: hostile, holder: hostile }), now, createLeaseHistory());
  // Angles are as good as any letter: the page writes text, and never markup.
  assert.equal(row.holder, 'a\ufffd[31m<img src=x onerror=alert(1)>\ufffd');
  assert.equal(row.id, `${row.holder}/scheduler`);
  assert.equal(nodeRow(nodeView({ name: hostile }), now).id, row.holder);
  assert.equal(sourceRow(sourceView({ why: hostile })).why, row.holder);
  const connections = modelView({}).connections();
  const unread = () => [{ namespace: hostile, pod: 'x', reason: 'denied', why: hostile } as const];
  const [told] = unreadRows(modelView({ connections: { ...connections, unread } }));
  assert.deepEqual(told, { id: `${row.holder}/x`, why: row.holder });
});

test('page: a round is told as the API tells it, with a possible overlap', () => {
  const round = closedRound({ cause: 'taken' });
  const recent = createRecentRounds(modelView({ openRounds: [round] }));
  const [quiet] = recent.rounds();
  assert.equal(quiet?.possibleOverlap, null);
  recent.observe({
    ...{ kind: 'overlap', at: now, round, first: 'a', second: hostile, firstWrite: '41', secondWrite: '42' },
    ...{ from: round.vacated, until: round.vacated + 5_000_000 },
  });
  recent.observe({ kind: 'round', step: 'closed', at: now, round });
  const told = createRecentRounds(modelView({}));
  assert.deepEqual(told.rounds(), []);
  const [, closed] = recent.rounds();
  assert.deepEqual(closed?.possibleOverlap?.second, 'a\ufffd[31m<img src=x onerror=alert(1)>\ufffd');
  assert.ok(closed !== undefined);
  const row = roundRow(closed);
  assert.deepEqual(
    [row?.id, row?.cause, row?.gapSeconds, row?.leaderlessSeconds, row?.closedAt, row?.overlap],
    [
      ...[closed.traceId, 'taken', closed.gapSeconds, closed.leaderlessSeconds, closed.closed?.unix],
      { fromAt: round.vacated / 1e6, untilAt: round.vacated / 1e6 + 5 },
    ],
  );
});

test('page: a round beyond the calendar is left out', () => {
  const recent = createRecentRounds(modelView({ openRounds: [closedRound({ vacated: Number.NaN })] }));
  assert.deepEqual(recent.rounds().map(roundRow), [undefined]);
});

test('page: a node is told as the API tells it; one that was never heard has no last heartbeat', () => {
  const told = nodeJson(nodeView(), now);
  const row = nodeRow(nodeView(), now);
  assert.deepEqual(
    [row.state, row.missed, row.clockSkewSeconds],
    [told.state, told.missedHeartbeats, told.clockSkewSeconds],
  );
  assert.equal((now.mono - (row.observed ?? 0)) / 1000, told.observedSecondsAgo);
  assert.equal(nodeRow(nodeView({ observedWall: 0 }), now).observed, null);
});

test('page: connections, probes and counts are told as the API tells them', () => {
  const places = [placeView()];
  const [told] = connectionsJson(places);
  const [row] = portRows(places);
  assert.equal(row?.id, 'shop/chat-0:8080');
  assert.deepEqual(
    [row?.established, row?.ghost, row?.stalled, row?.unaccepted],
    [told?.established, told?.suspect.ghost, told?.suspect.stalled, told?.unaccepted],
  );
  assert.deepEqual([row?.incident?.change, row?.incident?.beside], ['fall', 'round of shop/chat']);
  const last = probeView().last;
  assert.ok(last !== undefined);
  const probing = probeView({ last: { ...last, phases: { tcp: 0.25, pong: 0.5 } } });
  const connections = {
    ...modelView({}).connections(),
    probes: () => [probing, probeView({ target: 'new', last: undefined })],
    counts: () => [countsView()],
  };
  const all = allConnectionsJson(connections);
  const [probe, unprobed] = all.probes.map(probeRow);
  assert.deepEqual([probe?.id, probe?.up, probe?.seconds, probe?.backends], ['chat', true, 0.75, 2]);
  assert.deepEqual([unprobed?.up, unprobed?.seconds], [null, null]);
  assert.deepEqual(all.endpoints.map(countRow), [
    { id: 'proxy:envoy', target: 'envoy', side: 'proxy', connections: 31 },
  ]);
});

test('page: of what is expected only what is missed is told', () => {
  const expected = [missingLease(), missingLease({ name: 'there', absent: false })];
  const rows = absenceRows(modelView({ policies: policiesView({ expected }) }));
  assert.deepEqual(rows, [
    { id: 'shop/till', state: 'missing', since: 1000, severity: 'critical', team: 'tills' },
  ]);
});

test('page: a source tells whole seconds and the sum of its restarts', () => {
  const row = sourceRow(sourceView({ lastEvent: 1_700_000_000_900_000 }));
  assert.deepEqual([row.lastEventAt, row.restarts], [1_700_000_000, 1]);
  assert.equal(sourceRow(sourceView({ lastEvent: 0 })).lastEventAt, null);
});
