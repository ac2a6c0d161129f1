import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sleep } from '../exporter/clock.ts';
import { virtualClock } from './scheduler.ts';

test('timers run in order of time, and in order of setting at the same time', async () => {
  const clock = virtualClock();
  const seen: string[] = [];
  clock.after(20, () => seen.push('late'));
  clock.after(10, () => seen.push('first'));
  clock.after(10, () => seen.push('second'));
  await clock.advance(15);
  assert.deepEqual(seen, ['first', 'second']);
  await clock.advance(5);
  assert.deepEqual(seen, ['first', 'second', 'late']);
});

test('a cancelled timer never runs and leaves its neighbours alone', async () => {
  const clock = virtualClock();
  const seen: number[] = [];
  clock.after(10, () => seen.push(1));
  const cancel = clock.after(10, () => seen.push(2));
  clock.after(10, () => seen.push(3));
  cancel();
  cancel();
  await clock.advance(10);
  assert.deepEqual(seen, [1, 3]);
});

test('async code moves along with virtual time', async () => {
  const clock = virtualClock();
  const moments: number[] = [];
  const stop = new AbortController();
  async function tick(): Promise<void> {
    for (let i = 0; i < 3; i++) {
      await sleep(clock, 1000, stop.signal);
      moments.push(clock.now().mono);
    }
  }
  const done = tick();
  await clock.advance(3000);
  await done;
  assert.deepEqual(moments, [1000, 2000, 3000]);
});

test('the wall clock follows, and jumps without moving timers', async () => {
  const clock = virtualClock(1_000_000);
  let fired = false;
  clock.after(10, () => {
    fired = true;
  });
  clock.jumpWall(-500);
  assert.deepEqual(clock.now(), { mono: 0, wall: 500_000 });
  await clock.advance(9.5);
  assert.equal(fired, false);
  assert.deepEqual(clock.now(), { mono: 9.5, wall: 509_500 });
});

test('moving time from two places at once is a bug that is told', async () => {
  const clock = virtualClock();
  const first = clock.advance(1);
  await assert.rejects(clock.advance(1), /while it is moving/);
  await first;
});
