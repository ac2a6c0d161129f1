import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Bench, leaseRecord, moment } from './fixture.ts';

test('a round does not begin before the last one closed, whatever the record says', () => {
  const bench = new Bench();
  bench.list(0);
  bench.write(2, {}, 'added');
  bench.sight(16, 'blind');
  const found = leaseRecord({ resourceVersion: '5', renewTime: moment(16).wall });
  bench.list(18, [found]);
  bench.time(33);
  bench.answer(33.1, { found });
  const rounds = bench.events.flatMap((event) => (event.kind === 'round' ? [event] : []));
  const ends = rounds.map(({ step, round }) => `${step} ${round.cause} ${round.closed ?? ''}`);
  assert.deepEqual(ends.slice(2), [`closed created ${moment(18).wall}`, 'opened expired ']);
  assert.equal(rounds.at(-1)?.round.lastRenewal, moment(18).wall);
});

test('nobody renewed a lease before it was created', () => {
  const bench = new Bench();
  bench.list(0);
  const twoYears = 2 * 365 * 24 * 3600;
  bench.write(5, { renewTime: moment(-twoYears).wall }, 'added');
  bench.release(6);
  const opened = bench.events.find((event) => event.kind === 'round');
  assert.equal(opened?.round.lastRenewal, moment(5).wall);
});

test('a round of a lease that nobody has renewed since its creation has a name of its own', () => {
  const bench = new Bench();
  bench.list(0, [leaseRecord({ holder: '' })]);
  bench.list(10, [
    leaseRecord({
      uid: 'uid-2',
      resourceVersion: '7',
      renewTime: moment(9).wall,
      acquireTime: moment(5).wall,
    }),
  ]);
  bench.time(25);
  bench.answer(25.1);
  const opened = bench.events.flatMap((event) =>
    event.kind === 'round' && event.step === 'opened' ? [event.round] : [],
  );
  assert.deepEqual(
    opened.map(({ cause }) => cause),
    ['created', 'expired'],
  );
  assert.equal(new Set(opened.map(({ traceId }) => traceId)).size, 2);
});

test('a lease whose record was copied from another is acquired when it is created', () => {
  const bench = new Bench();
  bench.list(0);
  bench.write(2, {}, 'added');
  bench.write(16);
  bench.write(30, {}, 'deleted');
  const acquireTime = moment(44).wall;
  bench.write(44, { uid: 'uid-2', holder: 'b', acquireTime, renewTime: acquireTime + 3600e6 }, 'added');
  assert.ok(bench.events.every(({ kind }) => kind !== 'overlap'));
});
