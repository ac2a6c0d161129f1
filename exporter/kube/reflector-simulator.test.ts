import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createApiServer, inProcessTransport } from '../../simulator/apiserver/api.ts';
import { virtualClock } from '../../simulator/scheduler.ts';
import type { Observation } from '../model/observation.ts';
import { leaseSource } from '../sources/leases.ts';
import type { ReflectorLimits } from './reflection.ts';
import { readText } from './transport.ts';

const forever = new AbortController().signal;
const leases = '/apis/coordination.k8s.io/v1/namespaces/default/leases';

function start(limits: Partial<ReflectorLimits> = {}) {
  const clock = virtualClock();
  const api = createApiServer({ clock });
  const transport = inProcessTransport(api);
  const stopper = new AbortController();
  const seen: Observation[] = [];
  const source = leaseSource({ transport, clock, random: () => 0.5, limits });
  let running: Promise<void> = Promise.resolve();
  async function write(method: 'POST' | 'PATCH' | 'DELETE', name: string, holder = ''): Promise<void> {
    const body = JSON.stringify({ metadata: { name }, spec: { holderIdentity: holder } });
    const path = method === 'POST' ? leases : `${leases}/${name}`;
    const answer = await transport.request({
      method,
      path,
      signal: forever,
      headers: { 'content-type': method === 'PATCH' ? 'application/merge-patch+json' : 'application/json' },
      ...(method === 'DELETE' ? {} : { body }),
    });
    assert.ok(answer.status < 300, await readText(answer.body));
  }
  return {
    clock,
    api,
    seen,
    create: (name: string, holder = 'h') => write('POST', name, holder),
    update: (name: string, holder: string) => write('PATCH', name, holder),
    remove: (name: string) => write('DELETE', name),
    restart: (relist: boolean) => source.restart(relist),
    begin() {
      running = source.run((observation) => seen.push(observation), stopper.signal);
      return clock.settle();
    },
    async stop() {
      stopper.abort();
      await running;
      assert.equal(api.watchCount(), 0, 'no watch is left open');
    },
    /** What is known at the end: a name and a holder each, as a model would fold it. */
    known: () => fold(seen),
    sights: () => seen.flatMap((o) => (o.kind === 'sight' ? [`${o.sight} ${o.restart ?? ''}`.trim()] : [])),
  };
}

function fold(seen: readonly Observation[]): string[] {
  const known = new Map<string, string>();
  for (const observation of seen) {
    if (observation.kind === 'list' && observation.phase === 'begin') known.clear();
    if (observation.kind !== 'lease') continue;
    const { name, holder = '' } = observation.lease;
    if (observation.change === 'deleted') known.delete(name);
    else known.set(name, holder);
  }
  return [...known].map(([name, holder]) => `${name} ${holder}`.trim()).sort();
}

test('reads a list of several pages and follows what happens then', async () => {
  const rig = start({ pageSize: 3 });
  for (let i = 0; i < 10; i++) await rig.create(`l${i}`);
  await rig.begin();
  assert.equal(rig.known().length, 10);
  await rig.update('l3', 'other');
  await rig.remove('l4');
  await rig.create('l10');
  await rig.clock.advance(1000);
  assert.equal(rig.known().length, 10);
  assert.ok(rig.known().includes('l3 other'));
  assert.deepEqual(rig.sights(), []);
  await rig.stop();
});

test('an hour of quiet is one list and a few watches, without a gap', async () => {
  const rig = start();
  await rig.create('a');
  await rig.begin();
  await rig.clock.advance(3_600_000);
  assert.deepEqual(new Set(rig.seen.slice(3).map(({ kind }) => kind)), new Set(['progress']));
  await rig.stop();
});

test('a broken watch loses nothing', async () => {
  const rig = start();
  await rig.create('a');
  await rig.begin();
  rig.api.faults.breakWatches();
  await rig.update('a', 'while away');
  await rig.clock.advance(5000);
  assert.deepEqual(rig.known(), ['a while away']);
  assert.deepEqual(rig.sights(), ['blind reset', 'sighted']);
  await rig.stop();
});

test('a half-open watch is noticed', async () => {
  const rig = start();
  await rig.create('a');
  await rig.begin();
  rig.api.faults.freezeWatches();
  await rig.update('a', 'unheard');
  await rig.clock.advance(89_000);
  assert.deepEqual(rig.known(), ['a h']);
  await rig.clock.advance(5000);
  assert.deepEqual(rig.known(), ['a unheard']);
  assert.deepEqual(rig.sights(), ['blind idle', 'sighted']);
  await rig.stop();
});

for (const how of ['stream', 'status'] as const) {
  test(`an expired window (${how}) leads to a new list that tells what is gone`, async () => {
    const rig = start();
    await rig.create('a');
    await rig.create('b');
    await rig.begin();
    rig.api.faults.stop();
    await rig.clock.advance(10_000);
    rig.api.faults.start();
    await rig.remove('a');
    rig.api.faults.expireWatches(how);
    await rig.clock.advance(60_000);
    assert.deepEqual(rig.known(), ['b h']);
    assert.equal(rig.sights().at(-1), 'blind expired');
    assert.equal(rig.seen.at(-1)?.kind, 'list');
    await rig.stop();
  });
}

test('a server that is gone for ten minutes', async () => {
  const rig = start();
  await rig.create('a');
  await rig.begin();
  rig.api.faults.stop();
  await rig.clock.advance(600_000);
  assert.equal(rig.sights()[0], 'blind reset');
  rig.api.faults.start();
  await rig.update('a', 'later');
  await rig.clock.advance(60_000);
  assert.deepEqual(rig.known(), ['a later']);
  await rig.stop();
});

test('a resource that may not be read, and then may', async () => {
  const rig = start();
  await rig.create('a');
  rig.api.faults.forbid('leases');
  await rig.begin();
  await rig.clock.advance(600_000);
  assert.deepEqual(rig.sights(), ['forbidden']);
  const [first] = rig.seen;
  assert.ok(first?.kind === 'sight');
  assert.match(first.why, /^HTTP 403: leases/);
  rig.api.faults.allow('leases');
  await rig.clock.advance(60_000);
  assert.deepEqual(rig.known(), ['a h']);
  await rig.stop();
});

test('a server that answers slowly, and one that answers too slowly', async () => {
  const rig = start();
  await rig.create('a');
  rig.api.faults.respondSlow(29_000);
  await rig.begin();
  await rig.clock.advance(60_000);
  assert.deepEqual(rig.known(), ['a h']);
  assert.deepEqual(rig.sights(), []);
  rig.api.faults.respondSlow(31_000);
  rig.api.faults.breakWatches();
  await rig.clock.advance(120_000);
  assert.deepEqual(rig.sights(), ['blind reset', 'blind']);
  rig.api.faults.respondSlow(0);
  await rig.clock.advance(60_000);
  assert.deepEqual(rig.sights(), ['blind reset', 'blind', 'sighted']);
  await rig.stop();
});

test('after an outage of a minute that cost our place, we see again ten seconds after the server is back', async () => {
  const rig = start();
  await rig.create('a');
  await rig.begin();
  await rig.clock.advance(20_000);
  rig.api.faults.stop();
  await rig.clock.advance(60_000);
  rig.api.faults.start();
  await rig.clock.advance(10_100);
  assert.deepEqual(
    rig.seen.flatMap((seen) => (seen.kind === 'list' ? [seen.phase] : [])),
    ['begin', 'end', 'begin', 'end'],
  );
  assert.deepEqual(rig.sights(), ['blind reset', 'blind expired']);
  await rig.stop();
});

test('a bookmark tells how far the watch is', async () => {
  const rig = start();
  await rig.create('a');
  await rig.begin();
  await rig.update('a', 'b');
  await rig.clock.advance(70_000);
  const [told] = rig.seen.filter((seen) => seen.kind === 'progress');
  const changed = rig.seen.findLast((seen) => seen.kind === 'lease');
  assert.ok(told?.kind === 'progress' && changed?.kind === 'lease');
  assert.ok(Number(told.resourceVersion) >= Number(changed.lease.resourceVersion));
  await rig.stop();
});

test('a half open watch that is interrupted goes on from its place, and tells everything in its order', async () => {
  const it = start();
  await it.create('a');
  await it.begin();
  it.api.faults.freezeWatches();
  await it.update('a', 'second');
  await it.update('a', 'third');
  await it.clock.advance(20_000);
  assert.deepEqual(it.known(), ['a h']);
  it.restart(false);
  await it.clock.advance(5000);
  const holders = it.seen.flatMap((o) =>
    o.kind === 'lease' && o.change === 'modified' ? [o.lease.holder] : [],
  );
  assert.deepEqual(holders, ['second', 'third']);
  assert.deepEqual(it.sights(), ['blind behind', 'sighted']);
  await it.stop();
});

test('an interruption may ask for a list, and disturbs none that is under way', async () => {
  const it = start();
  await it.create('a');
  it.restart(true);
  await it.begin();
  it.restart(true);
  await it.clock.advance(5000);
  const lists = it.seen.filter((o) => o.kind === 'list' && o.phase === 'end');
  assert.equal(lists.length, 2);
  assert.deepEqual(it.sights(), ['blind behind']);
  await it.stop();
});
