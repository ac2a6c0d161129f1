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

test('a list may make a time be up that was over long before: nobody slept, and the next read proves it', () => {
  const bench = renewedUntilTen();
  bench.time(25);
  const ahead = { ...bench.lease().record, resourceVersion: '99', renewTime: moment(24).wall };
  bench.answer(25.01, { found: ahead });
  bench.time(40.02);
  bench.answer(40.03, { found: ahead });
  bench.time(42.03);
  const reads = readsOf(bench, 42.03);
  bench.list(42.038, [ahead]);
  bench.time(42.038);
  reads.push(...readsOf(bench, 42.038));
  // Two reads are under way from here on, the one of before the list and the one after it.
  for (let read = reads.shift(); read !== undefined && read.sentAt < 43; read = reads.shift()) {
    const at = read.sentAt + 0.01;
    const times = { sentAt: moment(read.sentAt), at: moment(at) };
    bench.see({ kind: 'answer', ask: read.ask, ...times, result: { found: ahead } });
    bench.time(at);
    reads.push(...readsOf(bench, at));
  }
  assert.equal(bench.lease().state, 'expired');
});

/** What was asked since the last time. */
function readsOf({ asks }: Bench, sentAt: number) {
  return asks.splice(0).flatMap((ask) => (ask.kind === 'read-lease' ? [{ ask, sentAt }] : []));
}
