import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Clock } from '../clock.ts';
import { Ground, type ReplicaOptions, TestReplica } from './fixture.ts';

const seeds = [1, 2, 3, 4, 5, 6, 7, 8];

async function start(ground: Ground, name: string, seed: number, more: Partial<ReplicaOptions> = {}) {
  return TestReplica.start({ ground, name, seed, ...more });
}

/** Two replicas for a while; the first one pushes. */
async function pair(seed: number, more: Partial<ReplicaOptions> = {}) {
  const ground = new Ground();
  const first = await start(ground, 'first', seed);
  await ground.clock.advance(10);
  const second = await start(ground, 'second', seed + 100, more);
  await ground.clock.advance(20_000 + 217 * seed);
  assert.deepEqual([first.pushes, second.pushes], [true, false]);
  return { ground, first, second };
}

test('the only replica holds the lease at once, and renews it every retry period', async () => {
  const ground = new Ground();
  const only = await start(ground, 'only', 1);
  await ground.clock.advance(10);
  assert.equal(only.pushes, true);
  const before = await ground.lease();
  assert.deepEqual(
    [before.holderIdentity, before.leaseDurationSeconds, before.leaseTransitions],
    ['only_1', 15, 0],
  );
  assert.match(before.renewTime ?? '', /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/);
  for (let second = 0; second < 60; second++) {
    await ground.clock.advance(1000);
    const { renewTime } = await ground.lease();
    const age = ground.clock.now().wall / 1000 - Date.parse(renewTime ?? '');
    assert.ok(age <= 2001, `renewed ${age} ms ago`);
    assert.equal(only.pushes, true);
  }
  assert.deepEqual({ ...(await ground.lease()), renewTime: '' }, { ...before, renewTime: '' });
});

test('after a SIGKILL another one pushes within 20 s, and not before the lease is out of time', async () => {
  for (const seed of seeds) {
    const { ground, first, second } = await pair(seed);
    first.kill();
    const before = await ground.lease();
    const took = await ground.until(() => second.pushes);
    const after = await ground.lease();
    const gap = Date.parse(after.acquireTime ?? '') - Date.parse(before.renewTime ?? '');
    assert.ok(took <= 20_000 && gap >= 15_000, `seed ${seed}: took ${took} ms, gap ${gap} ms`);
    assert.equal(after.leaseTransitions, 1);
  }
});

test('one that watches the lease tries at the moment of its expiry', async () => {
  for (const seed of seeds) {
    const { ground, first, second } = await pair(seed);
    second.watch();
    await ground.clock.advance(6000);
    first.kill();
    const before = await ground.lease();
    await ground.until(() => second.pushes);
    const gap = Date.parse((await ground.lease()).acquireTime ?? '') - Date.parse(before.renewTime ?? '');
    assert.ok(gap >= 15_000 && gap <= 15_200, `seed ${seed}: gap ${gap} ms`);
  }
});

test('at its stop a replica gives the lease up as client-go does, and one that watches takes it at once', async () => {
  const { ground, first, second } = await pair(3);
  second.watch();
  await first.stop();
  const blank = await ground.lease();
  assert.deepEqual([blank.holderIdentity, blank.leaseDurationSeconds], ['', 1]);
  assert.equal(blank.acquireTime, blank.renewTime);
  const took = await ground.until(() => second.pushes);
  assert.ok(took <= 500, `took ${took} ms`);
});

test('one that hung never pushes beside its successor, not even when it wakes', async () => {
  for (const seed of seeds) {
    const { ground, first, second } = await pair(seed);
    first.hang();
    void first.enqueue('from the sleeper');
    await ground.until(() => second.pushes);
    await ground.clock.advance(45_000);
    first.resume();
    for (let ms = 0; ms < 30_000; ms += 10) {
      assert.deepEqual([first.pushes, second.pushes], [false, true], `seed ${seed}, ${ms} ms after it woke`);
      await ground.clock.advance(10);
    }
    assert.deepEqual(
      ground.sent.filter(({ by }) => by === 'first'),
      [],
    );
  }
});

test('one that hung for longer than it may push without news does not push when it wakes', async () => {
  const { ground, first, second } = await pair(4);
  first.hang();
  await ground.clock.advance(11_000);
  assert.equal(second.pushes, false);
  first.resume();
  assert.equal(first.pushes, false);
  await ground.until(() => first.pushes);
  assert.equal((await ground.lease()).leaseTransitions, 0);
});

test('while the API server is away nobody pushes; back again, the holder goes on', async () => {
  const { ground, first, second } = await pair(5);
  const before = await ground.lease();
  ground.api.faults.stop();
  const lost = await ground.until(() => !first.pushes);
  assert.ok(lost > 8000 && lost <= 10_000, `lost after ${lost} ms`);
  for (let second = 0; second < 120; second++) {
    await ground.clock.advance(1000);
    assert.equal(first.pushes, false);
  }
  assert.equal(second.pushes, false);
  ground.api.faults.start();
  await ground.until(() => first.pushes || second.pushes);
  await ground.clock.advance(10_000);
  assert.deepEqual([first.pushes, second.pushes], [true, false]);
  assert.equal((await ground.lease()).acquireTime, before.acquireTime);
});

test('replicas that may not write the lease all push, and say so; allowed again, one does', async () => {
  const { ground, first, second } = await pair(6);
  ground.api.faults.forbid('leases');
  await ground.until(() => first.pushes && second.pushes);
  await ground.clock.advance(60_000);
  assert.deepEqual([first.pushes, second.pushes], [true, true]);
  for (const { observed } of [first, second]) {
    const told = observed.filter(({ kind }) => kind === 'sight').map((each) => 'sight' in each && each.sight);
    assert.deepEqual(told, ['sighted', 'forbidden']);
    const last = observed.at(-1);
    assert.ok(last?.kind === 'replica' && last.pushes && /cannot be written/.test(last.why));
  }
  ground.api.faults.allow('leases');
  await ground.until(() => first.pushes !== second.pushes);
  for (let ms = 0; ms < 30_000; ms += 100) {
    await ground.clock.advance(100);
    assert.notEqual(first.pushes, second.pushes);
  }
});

test('a namespace that does not exist keeps nobody from pushing', async () => {
  const ground = new Ground();
  const only = await start(ground, 'only', 1, { namespace: 'nowhere' });
  await ground.clock.advance(1000);
  assert.equal(only.pushes, true);
  const last = only.observed.at(-1);
  assert.ok(last?.kind === 'replica' && /cannot be written/.test(last.why), JSON.stringify(only.observed));
});

test('wall clocks that are an hour apart change nothing', async () => {
  for (const skewMs of [-3_600_000, 3_600_000]) {
    const ground = new Ground();
    const first = await start(ground, 'first', 1, { clock: skewed(ground, skewMs) });
    const second = await start(ground, 'second', 2);
    await ground.clock.advance(60_000);
    assert.deepEqual([first.pushes, second.pushes], [true, false]);
    first.kill();
    assert.ok((await ground.until(() => second.pushes)) <= 20_000);
  }
});

function skewed({ clock }: Ground, ms: number): Clock {
  return { ...clock, now: () => ({ ...clock.now(), wall: clock.now().wall + ms * 1000 }) };
}

test('of many candidates one wins', async () => {
  for (const seed of seeds.slice(0, 3)) {
    const ground = new Ground();
    const replicas = await Promise.all([0, 1, 2, 3, 4].map((n) => start(ground, `r${n}`, seed * 10 + n)));
    for (const replica of replicas) replica.watch();
    const pushing = () => replicas.filter(({ pushes }) => pushes);
    for (let round = 0; round < 4; round++) {
      await ground.until(() => pushing().length > 0);
      for (let ms = 0; ms < 5000; ms += 50) {
        await ground.clock.advance(50);
        assert.equal(pushing().length, 1);
      }
      pushing()[0]?.kill();
    }
  }
});

test('it is told once who pushes, and every time that this changes', async () => {
  const { ground, first, second } = await pair(7);
  first.kill();
  await ground.until(() => second.pushes);
  await ground.clock.advance(30_000);
  const told = second.observed.flatMap((each) => (each.kind === 'replica' ? [[each.pushes, each.why]] : []));
  assert.deepEqual(told, [
    [false, 'first_7 holds the lease default/leasewatch'],
    [true, 'it holds the lease default/leasewatch'],
  ]);
});
