import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seededRandom } from '../random.ts';
import { type VirtualClock, virtualClock } from '../scheduler.ts';
import { Elector, type ElectorOptions } from './elector.ts';
import { type TestServer, testServer } from './fixture.ts';
import { link } from './link.ts';

const path = '/apis/coordination.k8s.io/v1/namespaces/ns/leases/lock';
const seeds = [1, 2, 3, 4, 5, 6, 7, 8];

interface Stage {
  readonly clock: VirtualClock;
  readonly server: TestServer;
  elector(identity: string, extra?: Partial<ElectorOptions>): Elector;
}

function stage(seed: number): Stage {
  const clock = virtualClock();
  const server = testServer(clock);
  const random = seededRandom(seed);
  const base = { transport: server.transport, clock, random, namespace: 'ns', lease: 'lock' };
  return { clock, server, elector: (identity, extra) => new Elector({ ...base, identity, ...extra }) };
}

/** Starts a, b and c in this order; a leads. */
async function three(on: Stage, extra?: Partial<ElectorOptions>): Promise<[Elector, Elector, Elector]> {
  const all: [Elector, Elector, Elector] = [
    on.elector('a', extra),
    on.elector('b', extra),
    on.elector('c', extra),
  ];
  for (const each of all) {
    void each.start();
    await on.clock.advance(10);
  }
  await on.clock.advance(20_000);
  assert.equal(all[0].leading, true);
  return all;
}

async function secondsUntil(clock: VirtualClock, holds: () => boolean): Promise<number> {
  for (let ms = 0; ms <= 60_000; ms += 10) {
    if (holds()) return ms / 1000;
    await clock.advance(10);
  }
  assert.fail('did not happen within a minute');
}

test('one leads at a time, renewing every retry period', async () => {
  const on = stage(1);
  const all = await three(on);
  const before = await on.server.spec('ns', 'lock');
  for (let second = 0; second < 60; second++) {
    await on.clock.advance(1000);
    assert.deepEqual(
      all.map((each) => each.leading),
      [true, false, false],
    );
  }
  const after = await on.server.spec('ns', 'lock');
  assert.equal(before?.leaseTransitions, 0);
  assert.deepEqual({ ...after, renewTime: '' }, { ...before, renewTime: '' });
  assert.notEqual(after?.renewTime, before?.renewTime);
  assert.match(after?.renewTime ?? '', /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/);
});

test('a crash is taken over after the duration, within two waits of a candidate', async () => {
  for (const seed of seeds) {
    const on = stage(seed);
    const [a, b, c] = await three(on);
    a.crash();
    const silentSince = await on.server.spec('ns', 'lock');
    await secondsUntil(on.clock, () => b.leading || c.leading);
    const spec = await on.server.spec('ns', 'lock');
    const gap = (Date.parse(spec?.acquireTime ?? '') - Date.parse(silentSince?.renewTime ?? '')) / 1000;
    assert.ok(gap >= 15 && gap <= 15 + 2 * 2 * 2.2, `seed ${seed}: gap of ${gap} s`);
    assert.equal(b.leading && c.leading, false);
    assert.equal(spec?.leaseTransitions, 1);
    assert.equal(spec?.acquireTime !== silentSince?.acquireTime, true);
  }
});

test('a release blanks the lease for one second and is taken at the next retry', async () => {
  for (const seed of seeds) {
    const on = stage(seed);
    const stops: boolean[] = [];
    const [a, b, c] = await three(on, { releaseOnCancel: true, onStoppedLeading: (r) => stops.push(r) });
    await a.stop();
    const blank = await on.server.spec('ns', 'lock');
    assert.equal(blank?.holderIdentity, '');
    assert.equal(blank?.leaseDurationSeconds, 1);
    assert.equal(blank?.acquireTime, blank?.renewTime);
    assert.equal(blank?.leaseTransitions, 0);
    assert.deepEqual(stops, [true]);
    const seconds = await secondsUntil(on.clock, () => b.leading || c.leading);
    assert.ok(seconds <= 2 * 2.2, `seed ${seed}: ${seconds} s`);
    const spec = await on.server.spec('ns', 'lock');
    assert.equal(spec?.leaseTransitions, 1);
    assert.equal(spec?.leaseDurationSeconds, 15);
  }
});

test('without release on cancel a stopped leader keeps the lease until it runs out', async () => {
  const on = stage(1);
  const [a, b, c] = await three(on);
  await a.stop();
  assert.equal((await on.server.spec('ns', 'lock'))?.holderIdentity, 'a');
  const seconds = await secondsUntil(on.clock, () => b.leading || c.leading);
  assert.ok(seconds >= 12, `${seconds} s`);
});

test('the same identity comes back at once and keeps acquireTime and transitions', async () => {
  const on = stage(2);
  const first = on.elector('a');
  void first.start();
  await on.clock.advance(10_000);
  const before = await on.server.spec('ns', 'lock');
  first.crash();
  const second = on.elector('a');
  void second.start();
  await on.clock.advance(0);
  assert.equal(second.leading, true);
  const after = await on.server.spec('ns', 'lock');
  assert.equal(after?.acquireTime, before?.acquireTime);
  assert.equal(after?.leaseTransitions, 0);
});

test('a leader that makes its deleted lease anew keeps acquireTime and transitions', async () => {
  const on = stage(3);
  const a = on.elector('a');
  void a.start();
  await on.clock.advance(5000);
  const before = await on.server.spec('ns', 'lock');
  on.server.objects.delete(path);
  await on.clock.advance(3000);
  const after = await on.server.spec('ns', 'lock');
  assert.equal(a.leading, true);
  assert.equal(after?.acquireTime, before?.acquireTime);
});

test('a newcomer waits a full duration before it takes a lease left behind for years', async () => {
  const on = stage(4);
  const old = '2024-01-01T00:00:00.000000Z';
  const spec = { holderIdentity: 'gone', leaseDurationSeconds: 15, renewTime: old, leaseTransitions: 7 };
  on.server.objects.set(path, { metadata: { namespace: 'ns', name: 'lock', resourceVersion: '1' }, spec });
  const a = on.elector('a');
  void a.start();
  const seconds = await secondsUntil(on.clock, () => a.leading);
  assert.ok(seconds >= 15 && seconds <= 15 + 4.4, `${seconds} s`);
  assert.equal((await on.server.spec('ns', 'lock'))?.leaseTransitions, 8);
});

test('a hung leader loses the lease, believes on, and stops a renew deadline after it wakes', async () => {
  const on = stage(5);
  const [a, b, c] = await three(on);
  a.hang();
  await secondsUntil(on.clock, () => b.leading || c.leading);
  await on.clock.advance(5000);
  assert.equal(a.leading, true);
  a.resume();
  const seconds = await secondsUntil(on.clock, () => !a.leading);
  assert.ok(seconds >= 9.9 && seconds <= 10.1, `${seconds} s`);
  assert.notEqual((await on.server.spec('ns', 'lock'))?.holderIdentity, 'a');
});

test('a leader cut off stops before its lease runs out for the others', async () => {
  const on = stage(6);
  const cable = link(on.server.transport);
  const a = on.elector('a', { transport: cable });
  const b = on.elector('b');
  void a.start();
  await on.clock.advance(10);
  void b.start();
  await on.clock.advance(20_000);
  cable.cut();
  const lost = await secondsUntil(on.clock, () => !a.leading);
  assert.ok(lost >= 10 && lost <= 12, `${lost} s`);
  assert.equal(b.leading, false);
  assert.ok((await secondsUntil(on.clock, () => b.leading)) > 0);
});

test('a skewed wall clock changes what is written, not who leads', async () => {
  const on = stage(7);
  const all = await three(on, { clockSkewMs: 3_600_000 });
  await on.clock.advance(60_000);
  assert.equal(all[0].leading, true);
  const spec = await on.server.spec('ns', 'lock');
  const ahead = Date.parse(spec?.renewTime ?? '') - on.clock.now().wall / 1000;
  assert.ok(ahead > 3_590_000 && ahead <= 3_600_000, `${ahead} ms`);
});

test('a crashed elector writes nothing and calls nobody back', async () => {
  const on = stage(8);
  let stopped = 0;
  const a = on.elector('a', { releaseOnCancel: true, onStoppedLeading: () => stopped++ });
  const over = a.start();
  await on.clock.advance(5000);
  a.hang();
  a.crash();
  await over;
  const before = await on.server.spec('ns', 'lock');
  await on.clock.advance(60_000);
  assert.deepEqual(await on.server.spec('ns', 'lock'), before);
  assert.equal(stopped, 0);
});
