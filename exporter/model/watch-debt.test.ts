import assert from 'node:assert/strict';
import { test } from 'node:test';
import { moment } from './fixture.ts';
import type { Ask } from './observation.ts';
import type { Now } from './sink.ts';
import { WatchDebt } from './watch-debt.ts';

function bench() {
  const debt = new WatchDebt();
  const asks: Ask[] = [];
  const sink = { event: () => {}, ask: (ask: Ask) => asks.push(ask) };
  return {
    debt,
    asks,
    wake: (seconds: number) => debt.wake({ at: moment(seconds), sink } satisfies Pick<Now, 'at' | 'sink'>),
    owes: (seconds: number) => debt.owes('leases', moment(seconds).mono),
  };
}

test('a watch that says nothing for a second after a read has shown news begins anew', () => {
  const it = bench();
  it.owes(10);
  assert.equal(it.debt.next(), moment(11).mono);
  it.wake(10.9);
  assert.deepEqual(it.asks, []);
  it.wake(11);
  assert.deepEqual(it.asks, [{ kind: 'restart-watch', source: 'leases', relist: false }]);
  assert.equal(it.debt.next(), Number.POSITIVE_INFINITY);
});

test('a watch that goes on to tell of others is not dead', () => {
  const it = bench();
  it.owes(10);
  it.debt.spoke('leases');
  it.wake(12);
  assert.deepEqual(it.asks, []);
});

test('a watch that is late all the same is not restarted over and over', () => {
  const it = bench();
  it.owes(10);
  it.wake(11);
  it.owes(12);
  it.wake(40);
  assert.equal(it.asks.length, 1);
  it.wake(41);
  assert.equal(it.asks.length, 2);
});
