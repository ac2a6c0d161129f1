import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Bench, closed, held, leaseRecord, moment } from './fixture.ts';

test('who was blanked by hand has not given the lease up, and may blank its successor', () => {
  for (const writer of ['kubectl-edit', undefined]) {
    const bench = held();
    bench.write(5, { holder: '', writer });
    bench.write(6, { holder: 'b', acquireTime: moment(6).wall, transitions: 4, writer: undefined });
    bench.write(8, {});
    bench.release(10);
    assert.equal(bench.lease().round?.uncertain, writer !== undefined);
  }
});

test('a lease that its controller made again and that counts transitions was held by others meanwhile', () => {
  for (const [transitions, outcome] of [
    [undefined, 'recreated'],
    [0, 'resumed'],
  ] as const) {
    const bench = new Bench();
    const own = leaseRecord({ strategy: 'OldestEmulationVersion', transitions: 3 });
    bench.list(0, [own]);
    bench.write(2);
    bench.write(4);
    bench.write(5, {}, 'deleted');
    bench.sight(6, 'blind');
    const named = {
      uid: 'uid-2',
      resourceVersion: '20',
      durationSeconds: 5,
      acquireTime: undefined,
      transitions,
    };
    bench.list(20, [{ ...own, ...named, renewTime: moment(19).wall }]);
    bench.write(21, { durationSeconds: 15, acquireTime: moment(21).wall, transitions: 0 });
    bench.write(23, {});
    assert.equal(closed(bench).outcome, outcome);
    assert.equal(closed(bench).uncertain, true);
  }
});

test('what a watch tells all at once after a gap does not show whether a holder was asked in time', () => {
  const asked = (gap: boolean): boolean | undefined => {
    const bench = new Bench();
    bench.list(0, [leaseRecord({ strategy: 'OldestEmulationVersion', transitions: 3 })]);
    bench.write(2);
    if (gap) bench.sight(4, 'blind');
    if (gap) bench.sight(80, 'sighted');
    const at = gap ? 80 : 4;
    bench.write(at, {
      holder: 'c',
      acquireTime: moment(20).wall,
      renewTime: moment(20).wall,
      transitions: 4,
    });
    bench.write(at, { preferredHolder: 'd', renewTime: moment(20).wall });
    return bench.lease().asksInTime;
  };
  assert.equal(asked(false), true);
  assert.equal(asked(true), undefined);
});
