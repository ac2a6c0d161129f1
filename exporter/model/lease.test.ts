import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Bench, closed, epoch, held, leaseRecord, moment } from './fixture.ts';

describe('first sight', () => {
  test('is unknown until a write', () => {
    const bench = new Bench();
    bench.list(0, [leaseRecord({})]);
    assert.equal(bench.lease().state, 'unknown');
    bench.write(2);
    assert.equal(bench.lease().state, 'held');
  });

  test('of a leftover becomes orphaned after one duration and a read, without a round', () => {
    const bench = new Bench();
    bench.list(0, [leaseRecord({ renewTime: epoch - 2 * 365 * 86_400 * 1e6 })]);
    bench.time(14.9);
    assert.equal(bench.asks.length, 0);
    bench.time(15);
    assert.equal(bench.asks.length, 1);
    bench.answer(15.1);
    assert.equal(bench.lease().state, 'orphaned');
    assert.deepEqual(bench.rounds(), []);
  });

  test('of a lease restored from a backup is no creation by its holder', () => {
    const bench = new Bench();
    bench.list(0);
    bench.write(5, { renewTime: epoch - 2 * 86_400 * 1e6 }, 'added');
    assert.equal(bench.lease().state, 'unknown');
    assert.deepEqual(bench.rounds(), []);
  });

  test('of a young unrenewed lease becomes expired, uncertain, from the renewal that the record tells', () => {
    const bench = new Bench();
    bench.list(0, [leaseRecord({ renewTime: epoch - 60e6 })]);
    bench.time(15);
    bench.answer(15.1);
    assert.equal(bench.lease().state, 'expired');
    assert.equal(bench.lease().round?.uncertain, true);
    assert.equal(bench.lease().round?.lastRenewal, epoch - 60e6);
  });

  test('of an empty holder is released when there were transitions, else vacant', () => {
    for (const [transitions, state] of [
      [3, 'released'],
      [0, 'vacant'],
    ] as const) {
      const bench = new Bench();
      bench.list(0, [leaseRecord({ holder: '', durationSeconds: 1, transitions })]);
      assert.equal(bench.lease().state, state);
    }
  });

  test('of a leftover that is deleted, released or taken measures nothing of the time before', () => {
    const old = leaseRecord({ renewTime: epoch - 2 * 86_400 * 1e6 });
    const ends: readonly ((bench: Bench) => void)[] = [
      (bench) => bench.put(5, { ...old, resourceVersion: '2' }, 'deleted'),
      (bench) => void bench.release(5),
      (bench) => void bench.write(14.95, { holder: 'b', acquireTime: moment(14.95).wall }),
    ];
    for (const end of ends) {
      const bench = new Bench();
      bench.list(0, [old]);
      end(bench);
      assert.equal(bench.lease().round?.uncertain, true);
    }
  });

  test('of a lease that nobody ever held stays vacant when it is written without a holder', () => {
    const bench = new Bench();
    bench.list(0, [leaseRecord({ holder: '', transitions: 0 })]);
    bench.write(5, { holder: '' });
    assert.deepEqual(bench.states(), ['vacant']);
    bench.sight(6, 'blind');
    bench.list(20, [
      { ...bench.lease().record, resourceVersion: '50', transitions: 1, renewTime: moment(15).wall },
    ]);
    assert.equal(bench.lease().state, 'released');
  });

  test('of a lock is held for ever', () => {
    const bench = new Bench();
    bench.list(0, [leaseRecord({ durationSeconds: undefined })]);
    assert.equal(bench.lease().state, 'held');
    assert.equal(bench.model.nextDeadline(), Number.POSITIVE_INFINITY);
  });
});

describe('an edit that leaves the renewTime as it was', () => {
  test('is no renewal, neither in time nor late, but starts the time of the record anew', () => {
    const bench = held();
    const { renewals } = bench.lease();
    bench.write(17, { durationSeconds: 20, renewTime: moment(4).wall });
    assert.equal(bench.lease().renewals, renewals);
    assert.equal(bench.lease().lateRenewals, 0);
    bench.time(36.9);
    assert.deepEqual(bench.asks, []);
    bench.time(37);
    assert.equal(bench.asks.length, 1);
  });
});

describe('an expiry', () => {
  test('needs a read that was sent after the time was up', () => {
    const bench = held();
    bench.time(19);
    assert.equal(bench.lease().state, 'held');
    bench.answer(19.2);
    assert.equal(bench.lease().state, 'expired');
    assert.equal(bench.lease().round?.vacated, moment(19).wall);
    assert.deepEqual(bench.rounds(), ['opened expired']);
  });

  test('is not called when the read was sent too early', () => {
    const bench = held();
    bench.time(19);
    bench.answer(19.2, undefined, 18.9);
    assert.equal(bench.lease().state, 'held');
  });

  test('is not called when the read shows a renewal that the watch had not brought', () => {
    const bench = held();
    bench.time(19);
    bench.answer(19.2, {
      found: leaseRecord({ transitions: 3, resourceVersion: '99', renewTime: moment(18).wall }),
    });
    assert.equal(bench.lease().state, 'held');
    bench.time(34);
    assert.deepEqual(bench.asks, [{ kind: 'restart-watch', source: 'leases', relist: false }]);
    bench.time(34.3);
    assert.equal(bench.asks.at(-1)?.kind, 'read-lease');
  });

  test('is unknown when the read fails, and is tried again', () => {
    const bench = held();
    bench.time(19);
    bench.answer(19.2, { failed: 'connection refused' });
    assert.equal(bench.lease().state, 'unknown');
    bench.time(21.2);
    bench.answer(21.3);
    assert.equal(bench.lease().state, 'expired');
  });

  test('ends in an election with gap and leaderless time', () => {
    const bench = held();
    bench.time(19);
    bench.answer(19.1);
    bench.write(21, { holder: 'b', transitions: 4 });
    bench.write(23, { holder: 'b', transitions: 4 });
    assert.deepEqual(bench.rounds(), ['opened expired', 'acquired expired', 'closed expired elected']);
    const round = closed(bench);
    assert.equal(round.lastRenewal, moment(4).wall);
    assert.equal(round.acquired, moment(21).wall);
    assert.equal(round.closed, moment(23).wall);
    assert.equal(bench.lease().gapSeconds, 17);
    assert.equal(bench.lease().leaderlessSeconds, 2);
    assert.equal(bench.lease().holderChanges.expired, 1);
  });

  test('that the same holder comes back from is resumed and no change of holder', () => {
    const bench = held();
    bench.time(19);
    bench.answer(19.1);
    bench.write(25);
    assert.deepEqual(bench.rounds().at(-1), 'closed expired resumed');
    assert.equal(bench.lease().holderChanges.expired, 0);
    assert.equal(bench.lease().state, 'held');
  });

  test('with a takeover that arrives before the read counts as expired', () => {
    const bench = held();
    bench.write(19.5, { holder: 'b', transitions: 4 });
    assert.deepEqual(bench.rounds(), ['opened expired', 'acquired expired']);
  });
});

describe('a release', () => {
  test('keeps the duration and closes with the first renewal of the next holder', () => {
    const bench = held();
    bench.release(5);
    assert.equal(bench.lease().durationSeconds, 15);
    assert.equal(bench.lease().state, 'released');
    bench.write(6, { holder: 'b', durationSeconds: 15, transitions: 4 });
    bench.write(8, { holder: 'b' });
    assert.deepEqual(bench.rounds().at(-1), 'closed released elected');
    assert.equal(bench.lease().leaderlessSeconds, 1);
    assert.equal(bench.lease().gapSeconds, 2);
  });

  test('after a late renewal counts as expired', () => {
    const bench = held();
    bench.release(16);
    assert.deepEqual(bench.rounds(), ['opened expired']);
  });

  test('never becomes stale', () => {
    const bench = held();
    bench.release(5);
    bench.time(5000);
    assert.equal(bench.lease().state, 'released');
    assert.equal(bench.asks.length, 0);
  });

  test('right after another release is an attempt within the round, and as sure', () => {
    const bench = held();
    bench.release(5);
    bench.write(6, { holder: 'b', durationSeconds: 15, transitions: 4 });
    bench.release(7);
    bench.write(8, { holder: 'c', durationSeconds: 15, transitions: 5 });
    bench.write(10, { holder: 'c' });
    const round = closed(bench);
    assert.equal(round.attempts, 2);
    assert.equal(round.uncertain, false);
    assert.equal(round.leaderlessSeconds, 2);
    assert.equal(bench.lease().leaderlessSeconds, 2);
  });

  test('right after a takeover from one that has not given it up is uncertain', () => {
    const bench = held();
    bench.write(5, { holder: 'b', transitions: 4, acquireTime: moment(5).wall });
    bench.release(7);
    bench.write(8, { holder: 'c', durationSeconds: 15, transitions: 5 });
    bench.write(10, { holder: 'c' });
    assert.equal(closed(bench).cause, 'taken');
    assert.equal(closed(bench).uncertain, true);
    assert.equal(bench.lease().leaderlessSeconds, 0);
  });
});

test('a takeover long before the time was up is taken', () => {
  const bench = held();
  bench.write(6, { holder: 'b', transitions: 4 });
  bench.write(8, { holder: 'b' });
  assert.deepEqual(bench.rounds().at(-1), 'closed taken elected');
  assert.equal(bench.lease().leaderlessSeconds, 0);
});

describe('a deletion', () => {
  test('opens a round that a recreation by the same holder closes without leaderless time', () => {
    const bench = held();
    bench.write(5, {}, 'deleted');
    assert.equal(bench.lease().state, 'deleted');
    bench.write(6, { uid: 'uid-2' }, 'added');
    assert.deepEqual(bench.rounds(), ['opened deleted', 'closed deleted recreated']);
    assert.equal(bench.lease().leaderlessSeconds, 0);
  });

  test('and a recreation by another holder is a change', () => {
    const bench = held();
    bench.write(5, {}, 'deleted');
    bench.write(9, { uid: 'uid-2', holder: 'b', transitions: 0 }, 'added');
    bench.write(11, { uid: 'uid-2', holder: 'b' });
    assert.deepEqual(bench.rounds().at(-1), 'closed deleted elected');
    assert.equal(bench.lease().holderChanges.deleted, 1);
    assert.equal(bench.lease().leaderlessSeconds, 4);
  });

  test('that nobody answers is abandoned after ten minutes and forgotten after an hour', () => {
    const bench = held();
    bench.write(5, {}, 'deleted');
    bench.time(605);
    bench.answer(605.1, { absent: true });
    assert.deepEqual(bench.rounds().at(-1), 'closed deleted abandoned');
    bench.time(3605);
    assert.deepEqual([...bench.model.leases()], []);
  });

  test('is not abandoned while a read fails, or shows what the watch has not told yet', () => {
    const bench = held();
    bench.write(5, {}, 'deleted');
    bench.time(605);
    bench.answer(605.1, { failed: 'timeout' });
    bench.time(608);
    bench.answer(608.1, { found: leaseRecord({ uid: 'uid-2', holder: 'b' }) });
    assert.deepEqual(bench.rounds().at(-1), 'opened deleted');
    bench.write(608.5, { uid: 'uid-2', holder: 'b' }, 'added');
    assert.deepEqual(bench.rounds().at(-1), 'acquired deleted');
  });

  test('that was missed is found by the next list', () => {
    const bench = held();
    bench.sight(5, 'blind');
    bench.list(7);
    assert.equal(bench.lease().state, 'deleted');
  });
});

test('a new holder that is lost before its first renewal is told as soon as its time is up', () => {
  const bench = held();
  bench.release(5);
  bench.write(6, { holder: 'b', durationSeconds: 15, transitions: 4 });
  bench.time(21);
  bench.answer(21.1);
  assert.equal(bench.rounds().at(-1), 'lost released');
});

test('old news is no news: a record older than the known one is ignored', () => {
  const bench = held();
  bench.write(5, { holder: 'b', resourceVersion: '2', transitions: 4 });
  assert.equal(bench.lease().holder, 'a');
});

test('an edit of labels is no renewal', () => {
  const bench = held();
  bench.write(10, { renewTime: moment(4).wall });
  assert.equal(bench.lease().renewals, 2);
  bench.time(19);
  assert.equal(bench.asks.length, 1);
});

test('a renewal after two thirds of the duration is late', () => {
  const bench = held();
  bench.write(15);
  assert.equal(bench.lease().lateRenewals, 1);
});
