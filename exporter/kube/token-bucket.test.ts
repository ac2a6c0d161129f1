import assert from 'node:assert/strict';
import { test } from 'node:test';
import { virtualClock } from '../../simulator/scheduler.ts';
import { TokenBucket } from './token-bucket.ts';

const forever = new AbortController().signal;

function rig(perSecond: number, burst: number) {
  const clock = virtualClock();
  const bucket = new TokenBucket(clock, { perSecond, burst });
  const gone: string[] = [];
  const take = (name: string, urgent = false, stop = forever) =>
    void bucket.take(urgent, stop).then((mine) => gone.push(mine ? name : `${name} stopped`));
  return { clock, gone, take };
}

test('a burst goes at once, the rest at the rate', async () => {
  const { clock, gone, take } = rig(2, 3);
  for (let index = 0; index < 10; index++) take(String(index));
  await clock.settle();
  assert.equal(gone.length, 3);
  await clock.advance(1000);
  assert.equal(gone.length, 5);
  await clock.advance(2500);
  assert.equal(gone.length, 10);
  await clock.advance(60_000);
  for (let index = 0; index < 10; index++) take(String(index));
  await clock.settle();
  assert.equal(gone.length, 13);
});

test('urgent ones go first, each kind in its order', async () => {
  const { clock, gone, take } = rig(1, 1);
  for (const name of ['first', 'second', 'third']) take(name);
  for (const name of ['a', 'b']) take(name, true);
  await clock.advance(10_000);
  assert.deepEqual(gone, ['first', 'a', 'b', 'second', 'third']);
});

test('whoever waits is let go when it is stopped', async () => {
  const { clock, gone, take } = rig(1, 1);
  const stopper = new AbortController();
  take('first', false, stopper.signal);
  take('second', false, stopper.signal);
  await clock.settle();
  stopper.abort();
  take('third', false, stopper.signal);
  await clock.settle();
  assert.deepEqual(gone, ['first', 'second stopped', 'third stopped']);
});
