import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Bench, closed, held, leaseRecord, moment } from './fixture.ts';

/** Renewed until 20 s, with many writes of others: the store is at revision 900. */
function longHeld(): Bench {
  const bench = held();
  bench.write(10, { resourceVersion: '500' });
  bench.write(20, { resourceVersion: '900' });
  return bench;
}

const restored = leaseRecord({ resourceVersion: '400', renewTime: moment(3).wall, transitions: 3 });
const relist = { kind: 'restart-watch', source: 'leases', relist: true };

describe('a store that was restored from a backup', () => {
  test('is found out by the read that shows an older record, and all is listed anew', () => {
    const bench = longHeld();
    bench.time(35);
    bench.answer(35.1, { found: { ...restored, renewTime: moment(34).wall } });
    assert.deepEqual(bench.asks, [relist]);
    assert.equal(bench.lease().state, 'held');
    bench.time(37.1);
    bench.answer(37.2, { found: { ...restored, renewTime: moment(36).wall } });
    assert.deepEqual(bench.asks, [relist], 'it is asked for once');
  });

  test('makes nobody silent whom the deaf watch does not tell', () => {
    const bench = new Bench();
    const leases = Array.from({ length: 9 }, (_, index) =>
      leaseRecord({ name: `l-${index}`, uid: `u-${index}`, resourceVersion: `${900 + index}` }),
    );
    bench.list(0, leases);
    for (const [index, lease] of leases.entries())
      bench.put(1, { ...lease, resourceVersion: `${920 + index}`, renewTime: moment(1).wall });
    bench.time(16);
    bench.revision(16.1, '410');
    assert.ok(!bench.states().includes('expired'));
    assert.deepEqual(bench.asks.at(-1), relist);
  });

  test('shows older records, which are taken for the present ones, and renewals count again', () => {
    const bench = longHeld();
    bench.sight(21, 'blind');
    bench.list(22, [restored]);
    assert.equal(bench.lease().state, 'unknown');
    bench.put(23, { ...restored, resourceVersion: '401', renewTime: moment(23).wall });
    assert.equal(bench.lease().state, 'held');
    assert.equal(bench.lease().record.resourceVersion, '401');
    assert.deepEqual(bench.rounds(), []);
  });

  test('ends no open round and opens no second one', () => {
    const bench = longHeld();
    bench.time(35);
    bench.answer(35.1);
    bench.sight(36, 'blind');
    bench.list(37, [restored]);
    bench.put(40, { ...restored, resourceVersion: '401', holder: 'b', renewTime: moment(40).wall });
    bench.put(42, { ...restored, resourceVersion: '402', holder: 'b', renewTime: moment(42).wall });
    assert.deepEqual(bench.rounds(), ['opened expired', 'acquired expired', 'closed expired elected']);
    assert.ok(closed(bench).uncertain);
  });

  test('takes an acquisition back that it knows nothing of', () => {
    const bench = longHeld();
    bench.time(35);
    bench.answer(35.1);
    bench.write(36, { holder: 'b' });
    bench.sight(37, 'blind');
    bench.list(38, [restored]);
    bench.put(39, { ...restored, resourceVersion: '401', renewTime: moment(39).wall });
    const steps = ['opened expired', 'acquired expired', 'lost expired', 'acquired expired'];
    assert.deepEqual(bench.rounds(), [...steps, 'closed expired resumed']);
  });

  test('dates no round back before the last write that was seen', () => {
    const bench = longHeld();
    bench.list(22, [restored]);
    bench.time(37);
    bench.answer(37.1, { found: restored });
    const [opened] = bench.events.filter((event) => event.kind === 'round');
    assert.equal(opened?.round.lastRenewal, moment(20).wall);
    assert.ok(opened?.round.uncertain);
  });

  test('lets revisions come again, and no two rounds bear one name', () => {
    const bench = held();
    bench.time(19);
    bench.answer(19.1);
    bench.write(20, { holder: 'b' });
    bench.write(22, { holder: 'b' });
    const first = closed(bench).traceId;
    bench.list(23, [leaseRecord({ resourceVersion: '1', holder: 'a', transitions: 3 })]);
    bench.put(24, leaseRecord({ resourceVersion: '3', renewTime: moment(24).wall, transitions: 3 }));
    bench.time(39);
    bench.answer(39.1, { found: bench.lease().record });
    assert.equal(bench.lease().record.resourceVersion, '3');
    assert.notEqual(bench.lease().round?.traceId, first);
  });

  test('has come as far again when it is listed', () => {
    const bench = longHeld();
    bench.time(35);
    bench.answer(35.1);
    bench.list(36, [{ ...bench.lease().record, holder: 'b', renewTime: moment(34).wall, transitions: 4 }]);
    assert.deepEqual(bench.rounds(), ['opened expired']);
    assert.equal(bench.lease().state, 'unknown');
  });

  test('shows a deleted lease again', () => {
    const bench = longHeld();
    bench.write(21, { resourceVersion: '950' }, 'deleted');
    bench.list(23, [restored]);
    bench.put(24, { ...restored, resourceVersion: '401', renewTime: moment(24).wall });
    assert.equal(bench.lease().state, 'held');
    assert.deepEqual(bench.rounds().at(-1), 'closed deleted resumed');
  });

  test('may tell of a deleted lease before anything is listed', () => {
    const bench = longHeld();
    bench.write(21, { resourceVersion: '950' }, 'deleted');
    bench.put(24, { ...restored, resourceVersion: '960', renewTime: moment(24).wall });
    assert.deepEqual(bench.asks, [relist]);
    bench.put(26, { ...restored, resourceVersion: '961', renewTime: moment(26).wall });
    assert.deepEqual(bench.rounds(), ['opened deleted', 'acquired deleted', 'closed deleted resumed']);
  });

  test('does not make a node silent, nor has it read without a pause', () => {
    const bench = new Bench();
    const node = leaseRecord({ namespace: 'kube-node-lease', name: 'node-1', durationSeconds: 40 });
    bench.list(0, [{ ...node, resourceVersion: '900' }]);
    bench.put(10, { ...node, resourceVersion: '950', renewTime: moment(10).wall });
    bench.time(60);
    bench.answer(60.1, { found: { ...node, resourceVersion: '410', renewTime: moment(59).wall } });
    assert.deepEqual(bench.asks, [relist]);
    assert.equal(bench.model.nextDeadline(), moment(62.1).mono);
    bench.list(61, [{ ...node, resourceVersion: '410', renewTime: moment(59).wall }]);
    bench.put(69, { ...node, resourceVersion: '420', renewTime: moment(69).wall });
    assert.equal(bench.node().state, 'alive');
    assert.ok(!bench.states().includes('lost'));
  });
});
