import assert from 'node:assert/strict';
import { test } from 'node:test';
import { virtualClock } from '../../simulator/scheduler.ts';
import { Tenure } from './tenure.ts';

test('a permission is over by the clock, even where no timer has fired yet', () => {
  let mono = 1000;
  const clock = { now: () => ({ mono, wall: 0 }), after: () => () => undefined };
  const tenure = new Tenure(clock);
  tenure.extend(11_000);
  const term = tenure.current();
  assert.equal(term?.aborted, false);
  mono = 11_000;
  assert.equal(tenure.current(), undefined);
  assert.equal(term?.aborted, true);
});

test('a renewal carries the same permission on; its end is told once, and another one is another', async () => {
  const clock = virtualClock();
  const tenure = new Tenure(clock);
  let changes = 0;
  tenure.onChange(() => changes++);
  tenure.extend(10_000);
  const first = tenure.current();
  await clock.advance(5000);
  tenure.extend(15_000);
  assert.equal(tenure.current(), first);
  await clock.advance(9999);
  assert.equal(first?.aborted, false);
  await clock.advance(1);
  assert.deepEqual([first?.aborted, changes], [true, 2]);
  tenure.end();
  tenure.extend(clock.now().mono + 1000);
  assert.notEqual(tenure.current(), first);
  assert.equal(changes, 3);
});

test('who waits for a permission is woken by it, or by the stop', async () => {
  const clock = virtualClock();
  const tenure = new Tenure(clock);
  const stop = new AbortController();
  const waiting = [tenure.granted(stop.signal), tenure.granted(new AbortController().signal)];
  stop.abort();
  await waiting[0];
  tenure.extend(Number.POSITIVE_INFINITY);
  await waiting[1];
  await tenure.granted(new AbortController().signal);
  tenure.extend(clock.now().mono);
  assert.equal(tenure.current(), undefined);
});
