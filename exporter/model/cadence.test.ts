import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Cadence } from './cadence.ts';

function learned(...intervals: readonly number[]): Cadence {
  const cadence = new Cadence();
  for (const interval of intervals) cadence.see(interval);
  return cadence;
}

const every = (ms: number, times = 10) => Array.from({ length: times }, () => ms);

test('until the rhythm is known, two thirds of the duration are late', () => {
  assert.equal(learned().lateAfter(15_000), 10_000);
  assert.equal(learned(...every(10_000, 3)).lateAfter(3_600_000), 2_400_000);
});

test('a long lease that is renewed often is late after six intervals', () => {
  assert.equal(learned(...every(10_000)).lateAfter(3_600_000), 60_000);
});

test('a short one after two thirds of its duration', () => {
  assert.equal(learned(...every(2_000)).lateAfter(15_000), 10_000);
  assert.equal(learned(...every(26_000)).lateAfter(137_000), (137_000 * 2) / 3);
});

test('the renewal right after an acquisition is no rhythm', () => {
  assert.equal(learned(1, ...every(2_000)).lateAfter(15_000), 10_000);
  assert.equal(learned(1, 2_000, 2, 2_000, 2_000).lateAfter(3_600_000), 12_000);
});

test('one late renewal does not teach to be late, and a new rhythm is learned', () => {
  const cadence = learned(...every(10_000), 600_000);
  assert.ok(cadence.lateAfter(3_600_000) <= 75_000);
  for (const interval of every(60_000, 20)) cadence.see(interval);
  assert.ok(cadence.lateAfter(3_600_000) > 340_000);
});

test('writes in quick succession are no rhythm either', () => {
  assert.equal(learned(...every(2)).lateAfter(3_600_000), 6_000);
});
