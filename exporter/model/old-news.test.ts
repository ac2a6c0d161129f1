import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Bench, closed, held, leaseRecord, moment } from './fixture.ts';

test('a read that the watch has overtaken does not delete a lease that was created again', () => {
  const bench = held();
  bench.time(19);
  bench.write(20, {}, 'deleted');
  bench.write(21, { uid: 'uid-2', holder: 'b' }, 'added');
  bench.answer(22, { absent: true }, 19);
  assert.equal(bench.lease().state, 'held');
  assert.equal(bench.lease().holder, 'b');
});

test('a store that was set back is not read without a pause', () => {
  const bench = held();
  const older = { ...bench.lease().record, resourceVersion: '1', renewTime: moment(1).wall };
  bench.time(19);
  bench.answer(19.1, { found: older });
  assert.equal(bench.model.nextDeadline(), moment(21.1).mono);
});

test('a read that is answered while the source is blind proves nothing', () => {
  const bench = held();
  bench.list(5, [bench.lease().record]);
  bench.time(19);
  bench.sight(19.05, 'blind');
  bench.write(19.06, {});
  bench.time(34.1);
  bench.answer(34.2);
  assert.equal(bench.lease().state, 'unknown');
});

test('a round after an abandoned one has a name of its own', () => {
  const bench = held();
  bench.write(5, {}, 'deleted');
  bench.time(700);
  bench.answer(700.1, { absent: true });
  const abandoned = closed(bench).traceId;
  bench.write(800, { uid: 'uid-2', holder: 'b' }, 'added');
  assert.notEqual(bench.lease().round?.traceId, abandoned);
});

test('who led in between is no recreation', () => {
  const bench = held();
  bench.write(5, {}, 'deleted');
  bench.write(6, { uid: 'uid-2', holder: 'b' }, 'added');
  bench.write(7, { uid: 'uid-2', holder: 'b' }, 'deleted');
  bench.write(8, { uid: 'uid-3', holder: 'a' }, 'added');
  bench.write(9, { uid: 'uid-3', holder: 'a' });
  assert.notEqual(closed(bench).outcome, 'recreated');
});

test('a holder that released and came back before anybody else is one change, not two', () => {
  const bench = held();
  bench.release(5);
  bench.write(6, { holder: 'b', durationSeconds: 15 });
  bench.release(7);
  bench.write(8, { holder: 'b', durationSeconds: 15 });
  assert.equal(bench.lease().holderChanges.released, 1);
});

test('a clock that was set back an hour makes no gap of an hour', () => {
  const bench = held();
  bench.write(16, { renewTime: moment(16 - 3600).wall });
  bench.write(18, { renewTime: moment(18 - 3600).wall });
  bench.write(19, { holder: '', durationSeconds: 1, renewTime: moment(19 - 3600).wall });
  bench.write(20, { holder: 'b', durationSeconds: 15 });
  bench.write(22, { holder: 'b', durationSeconds: 15 });
  assert.equal(bench.lease().gapSeconds, 2);
});

test('a lease that is created again is classified again', () => {
  const bench = held();
  bench.write(5, { identityLabel: 'kube-apiserver', uid: 'uid-2' }, 'added');
  assert.equal(bench.lease().class, 'apiserver');
});

test('a holder without a duration is not overlapped for ever', () => {
  const bench = new Bench();
  bench.list(0, [leaseRecord({ holder: '', strategy: 'OldestEmulationVersion' })]);
  bench.write(1, { holder: 'b', durationSeconds: undefined });
  bench.write(2);
  bench.write(3, {}, 'deleted');
  bench.write(4, { uid: 'uid-2', holder: 'c', durationSeconds: 15 }, 'added');
  assert.ok(bench.events.every(({ kind }) => kind !== 'overlap'));
});

test('a read that shows the next lease, before the watch tells of the deletion, proves its holder alive then', () => {
  const bench = held();
  bench.time(19);
  const next = { ...bench.lease().record, uid: 'uid-2', resourceVersion: '9', renewTime: moment(18.9).wall };
  bench.answer(19.1, { found: next });
  bench.write(25, { resourceVersion: '8' }, 'deleted');
  bench.put(25, next, 'added');
  assert.equal(bench.model.nextDeadline(), moment(34.1).mono);
});

test('a write that a read has shown is dated where others wrote just before it', () => {
  const other = leaseRecord({ name: 'other', uid: 'uid-o', holder: 'o', durationSeconds: 60 });
  const beat = (seconds: number) => ({
    ...other,
    resourceVersion: String(100 + seconds * 10),
    renewTime: moment(seconds).wall,
  });
  const undated = [18, 18.7].map((heard) => {
    const bench = held();
    for (const seconds of [5, 6, 7, 8])
      bench.put(seconds, beat(seconds), seconds === 5 ? 'added' : 'modified');
    bench.time(19);
    const next = { ...bench.lease().record, holder: 'b', resourceVersion: '290', transitions: 4 };
    const taken = { ...next, acquireTime: moment(7218.8).wall, renewTime: moment(7218.8).wall };
    bench.answer(19.1, { found: taken });
    bench.put(19.9, beat(heard));
    bench.put(19.9, taken);
    return bench.lease().undated;
  });
  assert.deepEqual(undated, [true, false]);
});
