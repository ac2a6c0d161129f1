import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Bench, leaseRecord, moment } from './fixture.ts';

function renewedUntilTen(): Bench {
  const bench = new Bench();
  bench.list(0, [leaseRecord({})]);
  for (const second of [2, 4, 6, 8, 10]) bench.write(second);
  bench.time(15);
  return bench;
}

const takenAt = (second: number) => ({ holder: 'b', transitions: 1, acquireTime: moment(second).wall });

test('a takeover that waited while our own process slept may have been a steal: it is no sure expiry', () => {
  const bench = renewedUntilTen();
  bench.time(40);
  bench.write(40, { ...takenAt(12), renewTime: moment(12).wall });
  assert.equal(bench.lease().round?.uncertain, true);
});

test('a takeover a moment after the time was up is an expiry for sure, though no read has proved it', () => {
  const bench = renewedUntilTen();
  bench.time(25);
  bench.write(25.1, takenAt(25.1));
  assert.equal(bench.lease().round?.cause, 'expired');
  assert.equal(bench.lease().round?.uncertain, false);
});

test('old news of a deletion may be of before the time was up: it is no sure expiry, and no sure deletion', () => {
  const bench = renewedUntilTen();
  bench.time(40);
  bench.write(40, {}, 'deleted');
  assert.equal(bench.lease().round?.cause, 'deleted');
  assert.equal(bench.lease().round?.uncertain, true);
});
