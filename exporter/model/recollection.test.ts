import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Moment } from '../clock.ts';
import type { Event } from './event.ts';
import { Bench, epoch, held, leaseRecord, moment, nodeRecord } from './fixture.ts';
import { type Memory, memoryKey } from './memory.ts';
import { Model } from './model.ts';

/** Another process: its monotonic clock starts elsewhere. */
function elsewhere(seconds: number): Moment {
  return { mono: 777_000_000 + seconds * 1000, wall: epoch + seconds * 1e6 };
}

function expired(): Bench {
  const bench = held();
  bench.time(19);
  bench.answer(19.1);
  return bench;
}

function lostNode(): Bench {
  const bench = new Bench();
  const at = moment(0);
  bench.see({ kind: 'node', source: 'nodes', at, change: 'listed', node: nodeRecord({}) });
  bench.list(0, [leaseRecord({ namespace: 'kube-node-lease', name: 'node-1', durationSeconds: 40 })]);
  bench.write(10);
  bench.time(36.7);
  bench.time(60);
  bench.answer(60.1);
  return bench;
}

const benches: Readonly<Record<string, () => Bench>> = {
  'a lease that renews': held,
  'an open round': expired,
  'a round whose new holder has not renewed yet': () => {
    const bench = expired();
    bench.write(21, { holder: 'b' });
    return bench;
  },
  'a released lease': () => {
    const bench = held();
    bench.release(6);
    return bench;
  },
  'a deleted lease': () => {
    const bench = held();
    bench.write(6, {}, 'deleted');
    return bench;
  },
  'a lease out of sight, its round uncertain': () => {
    const bench = held();
    bench.sight(5, 'blind');
    bench.list(30, [{ ...bench.lease().record, holder: 'b', resourceVersion: '50' }]);
    bench.sight(40, 'blind');
    return bench;
  },
  'an outage of a node': lostNode,
  'a silence of many': () => {
    const bench = new Bench();
    const names = ['node-1', 'node-2', 'node-3', 'node-4'];
    const leases = names.map((name) =>
      leaseRecord({ namespace: 'kube-node-lease', name, uid: name, durationSeconds: 40 }),
    );
    bench.list(0, leases);
    for (const [index, lease] of leases.entries())
      bench.write(10, { ...lease, resourceVersion: `${index + 2}`, renewTime: moment(10).wall });
    bench.time(60);
    for (const lease of leases) bench.answer(60.1, { found: { ...lease, renewTime: moment(10).wall } });
    assert.ok(bench.events.some(({ kind }) => kind === 'mass-silence'));
    return bench;
  },
  'an outage of a node that was heard once again': () => {
    const bench = lostNode();
    bench.write(70);
    return bench;
  },
};

function asJson(memories: Iterable<Memory>): Memory[] {
  return JSON.parse(JSON.stringify([...memories]));
}

/** Another process that starts `awayMs` after the memories were written down. */
function recalled(memories: readonly Memory[], at: Moment, awayMs: number) {
  const events: Event[] = [];
  const model = new Model({ sources: ['leases', 'nodes'], nodes: { graceMs: 50_000 } });
  model.see(
    memories.map((memory) => ({ kind: 'remembered', at, awayMs, sameClock: true, memory })),
    { event: (event) => events.push(event), ask: () => assert.fail('asked without having seen anything') },
  );
  return { model, events };
}

/** Every age is older by `ms`: with that undone, two memories of one state are the same. */
function younger(value: unknown, ms: number): unknown {
  if (Array.isArray(value)) return value.map((each) => younger(each, ms));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([name]) => name !== 'at' || !('of' in value));
  return Object.fromEntries(
    entries.map(([name, each]) => [
      name,
      (name.endsWith('Age') || name === 'until') && typeof each === 'number'
        ? Math.round((each - ms) * 1000) / 1000
        : younger(each, ms),
    ]),
  );
}

for (const [name, bench] of Object.entries(benches)) {
  test(`remembered: ${name} is the same in another process, older by the time away`, () => {
    const before = asJson(bench().model.recollection.memories(moment(80)));
    assert.ok(before.length > 0);
    const { model, events } = recalled(before, elsewhere(100), 20_000);
    assert.deepEqual(events, [], 'nothing of it is told again');
    assert.deepEqual(
      younger(asJson(model.recollection.memories(elsewhere(103))), 23_000),
      younger(before, 0),
    );
  });
}

test('remembered: a round tells the same times on its time line as before', () => {
  const bench = expired();
  const told = [...bench.model.openRounds()].map(({ traceId, lastRenewal, vacated, writes }) => ({
    ...{ traceId, lastRenewal, vacated, writes: [...writes] },
  }));
  const { model } = recalled(asJson(bench.model.recollection.memories(moment(30))), elsewhere(40), 10_000);
  const again = [...model.openRounds()].map(({ traceId, lastRenewal, vacated, writes }) => ({
    ...{ traceId, lastRenewal, vacated, writes: [...writes] },
  }));
  assert.deepEqual(again, told);
});

test('remembered: time alone changes nothing before the first list', () => {
  for (const bench of Object.values(benches)) {
    const { model, events } = recalled(
      asJson(bench().model.recollection.memories(moment(80))),
      elsewhere(100),
      20_000,
    );
    const at = elsewhere(100_000);
    model.see([{ kind: 'time', at }], {
      event: (event) => events.push(event),
      ask: () => assert.fail('asked'),
    });
    assert.deepEqual(events, []);
  }
});

test('remembered: each memory is found by its key, and nothing else is', () => {
  const bench = expired();
  bench.see({ kind: 'cluster', at: moment(20), uid: 'c1' });
  const at = moment(30);
  const all = [...bench.model.recollection.memories(at)];
  assert.deepEqual(all.map(memoryKey), ['cluster', 'lease/ns/lease']);
  for (const memory of all) assert.deepEqual(bench.model.recollection.memory(memoryKey(memory), at), memory);
  for (const key of [
    '',
    'lease',
    'lease/ns',
    'lease/ns/lease/x',
    'node/ns/lease',
    'ns/lease',
    'node/node-1',
  ]) {
    assert.equal(bench.model.recollection.memory(key, at), undefined, key);
  }
});

test('remembered: what was seen already is younger than any memory', () => {
  const old = asJson(expired().model.recollection.memories(moment(30)));
  const bench = held();
  for (const memory of old)
    bench.see({ kind: 'remembered', at: moment(5), awayMs: 0, sameClock: true, memory });
  assert.equal(bench.lease().state, 'held');
  assert.equal(bench.lease().round, undefined);
});

test('remembered: a time away that is negative is none', () => {
  const memories = asJson(held().model.recollection.memories(moment(4)));
  const { model } = recalled(memories, elsewhere(100), -5000);
  for (const row of model.leases()) assert.equal(row.observedMono, elsewhere(100).mono);
});
