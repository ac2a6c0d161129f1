import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Bench, closed, held, leaseRecord, moment } from './fixture.ts';

describe('blindness', () => {
  test('makes the state unknown, and a write after it makes it held again', () => {
    const bench = held();
    bench.sight(5, 'blind');
    assert.equal(bench.lease().state, 'unknown');
    bench.time(100);
    assert.equal(bench.asks.length, 0);
    bench.sight(100, 'sighted');
    assert.equal(bench.lease().state, 'unknown');
    bench.write(101);
    assert.equal(bench.lease().state, 'held');
  });

  test('is counted in seconds while it lasts, each gap once', () => {
    const bench = held();
    const seconds = (at: number) => bench.source().blindSeconds(moment(at).mono);
    assert.equal(seconds(5), 0);
    bench.sight(5, 'blind');
    bench.sight(8, 'forbidden');
    assert.equal(seconds(10), 5);
    bench.sight(100, 'sighted');
    bench.sight(200, 'blind');
    bench.sight(205, 'sighted');
    assert.equal(seconds(1000), 100);
  });

  test('waits one duration after it before anything is suspected', () => {
    const bench = held();
    bench.sight(5, 'blind');
    bench.sight(100, 'sighted');
    bench.time(114.9);
    assert.equal(bench.asks.length, 0);
    bench.time(115);
    bench.answer(115.1);
    assert.equal(bench.lease().state, 'expired');
    assert.equal(bench.lease().round?.vacated, moment(19).wall);
  });

  test('does not end an outage that nobody ended', () => {
    const bench = held();
    bench.time(19);
    bench.answer(19.1);
    bench.sight(30, 'blind');
    bench.list(60, [{ ...bench.lease().record }]);
    assert.equal(bench.lease().state, 'expired');
    assert.deepEqual(bench.rounds(), ['opened expired']);
  });

  test('hides a change of holder, which the list shows as uncertain', () => {
    const bench = held();
    bench.sight(5, 'blind');
    const record = { ...bench.lease().record, holder: 'b', transitions: 6, resourceVersion: '50' };
    bench.list(60, [record]);
    assert.equal(bench.lease().round?.uncertain, true);
    assert.equal(bench.lease().missedRounds, 2);
    assert.equal(bench.lease().state, 'unknown');
  });
});

describe('what happened while blind is uncertain', () => {
  test('a release is no expiry for having been unseen', () => {
    const bench = held();
    bench.sight(5, 'blind');
    bench.list(60, [{ ...bench.lease().record, holder: '', durationSeconds: 1, resourceVersion: '50' }]);
    assert.deepEqual(bench.rounds(), ['opened released']);
    assert.equal(bench.lease().round?.uncertain, true);
  });

  test('a deletion', () => {
    const bench = held();
    bench.sight(5, 'blind');
    bench.list(60);
    assert.equal(bench.lease().round?.uncertain, true);
  });

  test('the return of a holder that was lost before our eyes', () => {
    const bench = held();
    bench.time(19);
    bench.answer(19.1);
    bench.sight(30, 'blind');
    bench.list(60, [{ ...bench.lease().record, renewTime: moment(40).wall, resourceVersion: '50' }]);
    assert.equal(closed(bench).outcome, 'resumed');
    assert.equal(closed(bench).uncertain, true);
  });

  test('a lease that nobody held is unknown, and what it was when nothing was written', () => {
    const bench = held();
    bench.release(5);
    bench.sight(6, 'blind');
    assert.equal(bench.lease().state, 'unknown');
    bench.list(60, [{ ...bench.lease().record }]);
    assert.equal(bench.lease().state, 'released');
    assert.equal(bench.model.nextDeadline(), Number.POSITIVE_INFINITY);
  });

  test('a lease that was never held is created, whoever takes it', () => {
    const bench = new Bench();
    bench.list(0, [leaseRecord({ holder: '' })]);
    bench.sight(6, 'blind');
    bench.list(60, [leaseRecord({ resourceVersion: '50', transitions: 1 })]);
    assert.deepEqual(bench.rounds(), ['opened created', 'acquired created']);
  });
});
