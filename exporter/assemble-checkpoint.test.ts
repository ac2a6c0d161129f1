import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ManualClock } from '../test/manual-clock.ts';
import { createRemembrance } from './assemble-checkpoint.ts';
import { memoryTable } from './delivery/memory-table.ts';
import { StoreKeeper } from './delivery/store-keeper.ts';
import { leaseRecord, nodeRecord } from './model/fixture.ts';
import { Model } from './model/model.ts';
import type { Change, LeaseRecord, Observation } from './model/observation.ts';
import type { LeasePolicy } from './model/policy.ts';

const sources = ['leases', 'nodes'];

const expected: LeasePolicy = {
  ...{ about: 'leases', path: 'policies[0]', match: { namespace: 'ns', name: 'lease', labels: {} } },
  ...{ expect: 'held', graceMs: 60_000, severity: undefined, team: undefined, lateAfterMs: undefined },
  ...{ leftoverAfterMs: undefined, ignore: false, class: undefined },
};

/** A disk, and processes that come and go over it. */
class Machine {
  readonly #keeper = new StoreKeeper({ path: ':memory:', maxBytes: 1_000_000 }, assert.fail);
  readonly table = memoryTable({ call: async (call) => this.#keeper.answer(call), end: async () => {} });
  readonly clock = new ManualClock();
  readonly warnings: string[] = [];

  process(watched: readonly string[] = sources, policies: readonly LeasePolicy[] = []) {
    const { table, clock } = this;
    const model = new Model({ sources: watched, nodes: { graceMs: 50_000 }, policies });
    const warn = (message: string) => void this.warnings.push(message);
    const remembrance = createRemembrance({
      ...{ table, clock, warn },
      recollection: model.recollection,
      sources: watched,
    });
    const emit = (observation: Observation) => {
      remembrance.onObservation(observation);
      model.see([observation], { event: remembrance.onEvent, ask: () => {} });
    };
    const lease = (change: Change, fields: Partial<LeaseRecord>) =>
      emit({ kind: 'lease', source: 'leases', at: clock.now(), change, lease: leaseRecord(fields) });
    return { model, emit, lease, remembrance, recall: () => remembrance.recall(emit) };
  }

  async pass(ms: number): Promise<void> {
    this.clock.advance(ms);
    await new Promise(setImmediate);
  }

  async keys(): Promise<string[]> {
    const keys: string[] = [];
    for await (const page of this.table.recall()) {
      if (page.kind === 'memories') keys.push(...page.memories.map(({ key }) => key));
    }
    return keys;
  }
}

test('checkpoint: an absence is on disk at once, and gone when it is over', async () => {
  const machine = new Machine();
  const { lease, emit } = machine.process(sources, [expected]);
  const list = (phase: 'begin' | 'end') => {
    const at = machine.clock.now();
    emit({ kind: 'list', source: 'leases', at, phase, sentAt: at });
  };
  list('begin');
  list('end');
  await machine.pass(61_000);
  emit({ kind: 'time', at: machine.clock.now() });
  await machine.pass(200);
  assert.deepEqual(await machine.keys(), ['absence/ns/lease']);
  const next = machine.process(sources, [expected]);
  await next.recall();
  assert.deepEqual(
    [...next.model.policies().expected].map(({ absent }) => absent),
    [true],
  );
  lease('added', { renewTime: machine.clock.now().wall });
  await machine.pass(200);
  assert.ok(!(await machine.keys()).includes('absence/ns/lease'));
});

test('checkpoint: a release is on disk at once, a renewal of another lease half a minute later', async () => {
  const machine = new Machine();
  const { lease } = machine.process();
  lease('listed', { name: 'quiet', transitions: 1 });
  lease('listed', { name: 'busy', transitions: 1 });
  lease('modified', { name: 'busy', transitions: 1, holder: '', resourceVersion: '2' });
  await machine.pass(200);
  assert.deepEqual(await machine.keys(), ['lease/ns/busy']);
  await machine.pass(30_000);
  assert.deepEqual(await machine.keys(), ['lease/ns/busy', 'lease/ns/quiet']);
});

test('checkpoint: a lease of a node, its Node, and the cluster have keys of their own', async () => {
  const machine = new Machine();
  const { emit, lease, remembrance } = machine.process();
  const at = machine.clock.now();
  lease('listed', { namespace: 'kube-node-lease', name: 'node-1' });
  emit({ kind: 'node', source: 'nodes', at, change: 'listed', node: nodeRecord({ name: 'node-2' }) });
  emit({ kind: 'cluster', at, uid: 'c1' });
  await remembrance.close();
  assert.deepEqual(await machine.keys(), ['cluster', 'node/node-1', 'node/node-2']);
});

test('checkpoint: a node that beats is written again and again, though no beat says so', async () => {
  const machine = new Machine();
  const { lease } = machine.process();
  const node = { namespace: 'kube-node-lease', name: 'node-1', uid: 'n' };
  lease('listed', { ...node, resourceVersion: '1', renewTime: 1 });
  for (let beat = 2; beat <= 12; beat++) {
    await machine.pass(10_000);
    lease('modified', { ...node, resourceVersion: String(beat), renewTime: beat });
  }
  const after = machine.process();
  await after.recall();
  const [row] = after.model.nodes();
  assert.ok(Number(row?.lease?.resourceVersion) >= 6, `remembered is ${row?.lease?.resourceVersion} of 12`);
});

test('checkpoint: the next process knows it, and is told once what cannot be read', async () => {
  const machine = new Machine();
  const before = machine.process();
  for (const name of ['a', 'b', 'c']) before.lease('listed', { name, holder: `holder of ${name}` });
  await before.remembrance.close();
  await machine.table.remember(['a', 'b'].map((name) => ({ key: `lease/ns/${name}`, text: '{}' })));
  const after = machine.process();
  await after.recall();
  assert.deepEqual(
    Array.from(after.model.leases(), ({ holder }) => holder),
    ['holder of c'],
  );
  assert.deepEqual(machine.warnings, [
    'checkpoint: lease/ns/a: version: Invalid input: expected 1, and 1 more; what cannot be read is ignored',
  ]);
});

test('checkpoint: what no source lists any more is not taken over', async () => {
  const machine = new Machine();
  const before = machine.process();
  before.lease('listed', { name: 'a' });
  before.lease('listed', { namespace: 'kube-node-lease', name: 'node-1' });
  await before.remembrance.close();
  const after = machine.process(['leases/shop', 'sockets']);
  await after.recall();
  assert.deepEqual([...after.model.leases(), ...after.model.nodes()], []);
});

test('checkpoint: that of another cluster is told and forgotten', async () => {
  const machine = new Machine();
  const before = machine.process();
  before.emit({ kind: 'cluster', at: machine.clock.now(), uid: 'c1' });
  before.lease('listed', { name: 'a' });
  await before.remembrance.close();

  const same = machine.process();
  assert.equal(await same.recall(), true);
  same.emit({ kind: 'cluster', at: machine.clock.now(), uid: 'c1' });
  assert.equal([...same.model.leases()].length, 1);
  assert.deepEqual(machine.warnings, []);

  const other = machine.process();
  assert.equal(await other.recall(), true);
  other.emit({ kind: 'cluster', at: machine.clock.now(), uid: 'c2' });
  assert.equal([...other.model.leases()].length, 0);
  assert.deepEqual(machine.warnings, ['checkpoint: it is of the cluster c1, and this is c2: it is ignored']);
  await machine.pass(200);
  assert.deepEqual(await machine.keys(), ['cluster']);
});

test('checkpoint: without a table nothing is kept and nothing fails', async () => {
  const clock = new ManualClock();
  const model = new Model({ sources, nodes: { graceMs: 50_000 } });
  const remembrance = createRemembrance({
    ...{ table: undefined, clock, sources, warn: assert.fail },
    recollection: model.recollection,
  });
  assert.equal(await remembrance.recall(() => assert.fail('remembered')), false);
  remembrance.onObservation({ kind: 'cluster', at: clock.now(), uid: 'c1' });
  await remembrance.close();
  assert.deepEqual(clock.waiting, []);
});
