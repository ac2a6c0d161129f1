import assert from 'node:assert/strict';
import { test } from 'node:test';
import { slices, Unhurried } from './slices.ts';

/** A clock that goes on when work is done. */
function workClock() {
  let ms = 0;
  return {
    now: () => ms,
    work(more: number) {
      ms += more;
    },
  };
}

test('long work gives way, and short work is not interrupted', async () => {
  const clock = workClock();
  const turn = slices(clock.now);
  clock.work(1.5);
  assert.equal(turn(), undefined);
  let others = 0;
  setImmediate(() => {
    others += 1;
  });
  clock.work(1.5);
  const pause = turn();
  assert.ok(pause instanceof Promise);
  await pause;
  assert.equal(others, 1);
  assert.equal(turn(), undefined);
});

test('a few things are handed on at once', () => {
  const seen: number[] = [];
  const unhurried = new Unhurried<number>((item) => seen.push(item), workClock().now);
  for (const item of [1, 2, 3]) unhurried.push(item);
  assert.deepEqual(seen, [1, 2, 3]);
});

test('a flood is handed on in its order, over several turns, with others between', async () => {
  const clock = workClock();
  const seen: number[] = [];
  const unhurried = new Unhurried<number>((item) => {
    clock.work(0.5);
    seen.push(item);
  }, clock.now);
  const all = Array.from({ length: 30 }, (_, index) => index);
  for (const item of all) unhurried.push(item);
  assert.equal(seen.length, 4);
  const told: number[] = [];
  while (seen.length < all.length) {
    await new Promise(setImmediate);
    told.push(seen.length);
  }
  assert.deepEqual(seen, all);
  assert.deepEqual(told.slice(0, 3), [8, 12, 16]);
});

test('what comes while others wait comes behind them, and nothing is left at the end', () => {
  const clock = workClock();
  const seen: number[] = [];
  const unhurried = new Unhurried<number>((item) => {
    clock.work(3);
    seen.push(item);
  }, clock.now);
  for (const item of [1, 2, 3]) unhurried.push(item);
  assert.deepEqual(seen, [1]);
  unhurried.flush();
  assert.deepEqual(seen, [1, 2, 3]);
});
