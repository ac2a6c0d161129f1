import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Bench, leaseRecord, moment } from './fixture.ts';

/** `count` leases that were renewed before our eyes, last at 2 s; and one that lives on. */
function many(count: number): Bench {
  const bench = new Bench();
  const names = Array.from({ length: count }, (_, index) => `lease-${index}`);
  bench.list(0, [...names, 'alive'].map(fresh));
  for (const [index, name] of names.entries()) {
    bench.put(
      2,
      leaseRecord({ name, uid: name, resourceVersion: String(10 + index), renewTime: moment(2).wall }),
    );
  }
  alive(bench, 10, 4000);
  return bench;
}

const fresh = (name: string) => leaseRecord({ name, uid: name, transitions: 1 });

function alive(bench: Bench, seconds: number, revision: number): void {
  const resourceVersion = String(revision);
  bench.put(
    seconds,
    leaseRecord({ name: 'alive', uid: 'alive', resourceVersion, renewTime: moment(seconds).wall }),
  );
}

const states = (bench: Bench) =>
  [...bench.model.leases()].filter(({ state }) => state === 'expired').map(({ name }) => name);

test('a few suspects are read one by one', () => {
  const bench = many(3);
  bench.time(17);
  assert.deepEqual(bench.asks.map((ask) => (ask.kind === 'read-lease' ? ask.name : ask.kind)).sort(), [
    'lease-0',
    'lease-1',
    'lease-2',
  ]);
});

test('a thousand suspects cost one read, once the watch has come as far', () => {
  const bench = many(1000);
  alive(bench, 16, 5000);
  bench.time(17);
  assert.deepEqual(bench.asks, [{ kind: 'read-revision', source: 'leases' }]);
  bench.revision(17.01, '5010');
  assert.equal(states(bench).length, 0, 'the watch may still have something to tell');
  alive(bench, 17.05, 5009);
  assert.equal(states(bench).length, 0);
  alive(bench, 17.1, 5011);
  assert.equal(states(bench).length, 1000);
  assert.equal(bench.asks.length, 0);
});

test('a bookmark shows as well how far the watch has come', () => {
  const bench = many(20);
  bench.time(17);
  bench.revision(17.01, '5010');
  bench.see({ kind: 'progress', source: 'leases', at: moment(17.1), resourceVersion: '5010' });
  assert.equal(states(bench).length, 20);
});

test('who renewed meanwhile is no suspect any more', () => {
  const bench = many(20);
  bench.time(17);
  bench.revision(17.01, '5010');
  bench.put(17.02, leaseRecord({ name: 'lease-7', uid: 'lease-7', resourceVersion: '5008', renewTime: 1 }));
  alive(bench, 17.1, 5011);
  assert.equal(states(bench).length, 19);
  assert.ok(!states(bench).includes('lease-7'));
});

test('where the watch says nothing, one list answers for all', () => {
  const bench = many(20);
  bench.time(17);
  bench.revision(17.01, '5010');
  bench.time(17.4);
  assert.deepEqual(bench.asks, [{ kind: 'list-leases', source: 'leases' }]);
  const listed = [...bench.model.leases()].map(({ record }) => record);
  const renewed = { ...leaseRecord({}), ...listed[3], resourceVersion: '5009', renewTime: 1 };
  bench.leases(17.5, [...listed.slice(0, 2), renewed, ...listed.slice(4)]);
  assert.equal(states(bench).length, 18);
  // What the list shows of these two the watch has yet to tell.
  assert.notEqual(bench.lease('lease-2').state, 'expired');
  assert.equal(bench.lease('lease-3').state, 'held');
});

test('whose time is up after the read was sent waits for the next one', () => {
  const bench = many(20);
  bench.put(
    5,
    leaseRecord({ name: 'later', uid: 'later', resourceVersion: '50', renewTime: moment(5).wall }),
    'added',
  );
  bench.time(17);
  bench.time(20);
  assert.equal(bench.asks.length, 1);
  bench.revision(20.1, '60', 17);
  alive(bench, 20.2, 61);
  assert.equal(states(bench).length, 20);
  assert.deepEqual(bench.asks, [{ kind: 'read-lease', namespace: 'ns', name: 'later' }]);
});

test('a read that fails makes all of them unknown, and is tried again', () => {
  const bench = many(20);
  bench.time(17);
  bench.revision(17.1, undefined);
  assert.equal(states(bench).length, 0);
  assert.equal(bench.lease('lease-0').state, 'unknown');
  bench.time(19.2);
  assert.deepEqual(bench.asks, [{ kind: 'read-revision', source: 'leases' }]);
});

test('what was asked before a source went blind proves nothing after it', () => {
  const bench = many(20);
  bench.time(17);
  bench.sight(17.05, 'blind');
  bench.revision(17.1, '5');
  bench.sight(18, 'sighted');
  alive(bench, 18.1, 6000);
  assert.equal(states(bench).length, 0);
});

test('revisions that are no numbers cannot be compared: a list answers', () => {
  const bench = many(20);
  bench.time(17);
  bench.revision(17.1, 'opaque');
  bench.see({ kind: 'progress', source: 'leases', at: moment(17.2), resourceVersion: 'opaque' });
  assert.equal(states(bench).length, 0);
  bench.time(17.5);
  assert.deepEqual(bench.asks, [{ kind: 'list-leases', source: 'leases' }]);
});
