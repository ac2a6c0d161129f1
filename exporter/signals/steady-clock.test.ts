import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inMilliseconds, steadyClock } from './steady-clock.ts';

function readings(...all: readonly (readonly [mono: number, wallMs: number])[]): number[] {
  const left = [...all];
  const now = steadyClock({
    now: () => {
      const [mono, wallMs] = left.shift() ?? [0, 0];
      return { mono, wall: wallMs * 1000 };
    },
    after: () => () => undefined,
  });
  return all.map(() => {
    const { mono, wall } = now();
    return wall / 1000 - mono;
  });
}

test('the wall clock goes on with the monotonic one through the steps in which it counts', () => {
  assert.deepEqual(readings([0.25, 1000], [0.75, 1000], [1.5, 1001], [3.125, 1002]), [
    ...[999.75, 999.75, 999.75, 999.75],
  ]);
});

test('a wall clock that was set is followed, and one that drifts in steps of two milliseconds', () => {
  assert.deepEqual(readings([0, 1000], [10, 4010], [20, 4021], [30, 4032.5]), [1000, 4000, 4000, 4002.5]);
});

test('a skew is told in milliseconds', () => {
  assert.deepEqual([0.0123456, -0.0004, undefined].map(inMilliseconds), [0.012, -0, undefined]);
});
