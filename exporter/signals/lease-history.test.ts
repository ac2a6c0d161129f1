import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RoundEvent } from '../model/event.ts';
import { at, type closedRound, leaseView, modelView, roundEvent, traceId } from './fixtures.ts';
import { leaseJson } from './json.ts';
import { leasesJson } from './json-leases.ts';
import { createLeaseHistory } from './lease-history.ts';

function closedAt(seconds: number, part: Parameters<typeof closedRound>[0] = {}): RoundEvent {
  return { ...roundEvent('closed', part), at: at(seconds) };
}

const day = 24 * 3600;

test('changes of the last 24 hours are counted, those of other leases and other rounds are not', () => {
  const history = createLeaseHistory();
  for (const seconds of [10, 20, 3600, day]) history.observe(closedAt(seconds));
  history.observe(closedAt(30, { outcome: 'resumed' }));
  history.observe(closedAt(40, { cause: 'created' }));
  history.observe(closedAt(50, { lease: 'another' }));
  history.observe({ ...closedAt(60), step: 'opened' });
  assert.equal(history.of('kube-system', 'scheduler', at(day + 15)).changes, 3);
  assert.equal(history.of('kube-system', 'scheduler', at(3 * day)).changes, 0);
  assert.deepEqual(history.of('kube-system', 'none', at(0)), {
    changes: 0,
    changesCut: false,
    last: undefined,
  });
});

test('a lease that flaps says that it changed at least so often', () => {
  const history = createLeaseHistory();
  for (let seconds = 0; seconds < 100; seconds++) history.observe(closedAt(seconds));
  const { changes, changesCut } = history.of('kube-system', 'scheduler', at(100));
  assert.deepEqual([changes, changesCut], [64, true]);
});

test('the last round is told without its writes, and its fate when that turns out', () => {
  const history = createLeaseHistory();
  history.observe(closedAt(20, { fate: 'unknown' }));
  const fate = {
    fate: 'node_lost',
    outageTraceId: 'o',
    predecessorAt: { pod: 'a-0', node: 'n1\u001b' },
  } as const;
  const about = { at: at(25), namespace: 'kube-system', lease: 'scheduler', predecessor: 'scheduler-a' };
  history.observe({ kind: 'round-fate', traceId: 'another', ...about, ...fate, fate: 'rolled' });
  history.observe({ kind: 'round-fate', traceId, ...about, ...fate });
  const told = leaseJson(leaseView(), at(30), history.of('kube-system', 'scheduler', at(30)));
  assert.deepEqual([told.changesLastDay, told.changesLastDayCut], [1, false]);
  const { predecessorFate, predecessorNode, outageTraceId, gapSeconds, closedSecondsAgo } =
    told.lastRound ?? {};
  assert.deepEqual([predecessorFate, predecessorNode, outageTraceId], ['node_lost', 'n1\ufffd', 'o']);
  assert.deepEqual([gapSeconds, closedSecondsAgo], [17.25, 10]);
  assert.equal(JSON.stringify(told.lastRound).includes('writes'), false);
});

test('only so many leases are remembered, those whose rounds closed last', () => {
  const history = createLeaseHistory(2);
  for (const lease of ['a', 'b', 'a', 'c']) history.observe(closedAt(1, { lease }));
  const known = ['a', 'b', 'c'].map((lease) => history.of('kube-system', lease, at(2)).changes);
  assert.deepEqual(known, [2, 0, 1]);
});

test('the answer says since when changes are counted', () => {
  const told = leasesJson(modelView({ leases: [leaseView()] }), createLeaseHistory(), at(5), at(30));
  assert.deepEqual([told.watchedSeconds, told.asOf?.iso], [25, '2023-11-14T22:13:50.000000Z']);
  assert.deepEqual(
    [told.leases[0]?.changesLastDay, told.leases[0]?.lastRound, told.leases[0]?.absent],
    [0, null, null],
  );
});
