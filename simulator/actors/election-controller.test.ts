import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createApiServer, inProcessTransport } from '../apiserver/api.ts';
import { type CandidateVersion, leaseCandidates, leases } from '../apiserver/resources.ts';
import { seededRandom } from '../random.ts';
import { virtualClock } from '../scheduler.ts';
import { Candidacy } from './candidacy.ts';
import { ElectionController } from './election-controller.ts';
import { Elector } from './elector.ts';

const namespace = 'kube-system';
const lease = 'scheduler';

function stage(served: Exclude<CandidateVersion, 'none'> = 'v1beta1') {
  const clock = virtualClock();
  const api = createApiServer({ clock, candidates: served });
  const common = { transport: inProcessTransport(api), clock, random: seededRandom(1), namespace };
  const newController = () => new ElectionController({ ...common, served });
  const controller = newController();
  api.faults.watchLag(20);
  controller.start();
  const replica = (identity: string, emulationVersion = '1.35.0', releaseOnCancel = false) => {
    const elector = new Elector({ ...common, lease, identity, coordinated: true, releaseOnCancel });
    const versions = { binaryVersion: '1.35.0', emulationVersion };
    const candidacy = new Candidacy({ ...common, lease, identity, served, ...versions });
    candidacy.start();
    void elector.start();
    const crash = () => {
      elector.crash();
      return candidacy.end();
    };
    return { elector, candidacy, crash };
  };
  const spec = () => {
    const found = api.store.get(leases, namespace, lease)?.spec;
    return typeof found === 'object' && found !== null ? { ...found } : {};
  };
  return { clock, api, controller, newController, replica, spec };
}

async function secondsUntil(clock: ReturnType<typeof virtualClock>, holds: () => boolean): Promise<number> {
  for (let ms = 0; ms <= 600_000; ms += 100) {
    if (holds()) return ms / 1000;
    await clock.advance(100);
  }
  assert.fail('did not happen within ten minutes');
}

for (const served of ['v1beta1', 'v1alpha2'] as const) {
  test(`the controller names a holder, which leads with its own first write (${served})`, async () => {
    const { clock, replica, spec } = stage(served);
    const a = replica('a_1');
    await secondsUntil(clock, () => 'holderIdentity' in spec());
    const { renewTime: _, ...named } = { renewTime: '', ...spec() };
    assert.deepEqual(named, {
      holderIdentity: 'a_1',
      leaseDurationSeconds: 5,
      strategy: 'OldestEmulationVersion',
    });
    assert.equal(a.elector.leading, false);
    await secondsUntil(clock, () => a.elector.leading);
    const { renewTime: _renewed, ...held } = { renewTime: '', ...spec() };
    assert.deepEqual(held, {
      holderIdentity: 'a_1',
      leaseDurationSeconds: 15,
      leaseTransitions: 0,
      strategy: 'OldestEmulationVersion',
    });
  });
}

test('who crashed is replaced when its own time is up and it has not answered a ping for 5 s', async () => {
  const { clock, replica } = stage();
  const a = replica('a');
  await secondsUntil(clock, () => a.elector.leading);
  const b = replica('b');
  await clock.advance(60_000);
  assert.deepEqual([a.elector.leading, b.elector.leading], [true, false]);
  await a.crash();
  const seconds = await secondsUntil(clock, () => b.elector.leading);
  assert.ok(seconds > 13 + 5 && seconds < 15 + 3 * 5 + 5, `${seconds} s`);
});

test('a candidate that emulates an older version is preferred, and the holder lets its time pass', async () => {
  const { clock, replica, spec } = stage();
  const a = replica('a');
  await secondsUntil(clock, () => a.elector.leading);
  const b = replica('b', '1.34.0');
  await secondsUntil(clock, () => 'preferredHolder' in spec());
  assert.deepEqual([a.elector.leading, b.elector.leading], [true, false]);
  const asked = spec();
  await clock.advance(5000);
  assert.deepEqual(spec(), asked, 'a does not renew any more');
  const seconds = await secondsUntil(clock, () => b.elector.leading);
  assert.equal(a.elector.leading, false);
  assert.ok(seconds > 5, `${seconds} s`);
  assert.equal('preferredHolder' in spec(), false);
});

test('a holder that is asked to step down and releases is replaced at once', async () => {
  const { clock, replica, spec } = stage();
  const a = replica('a', '1.35.0', true);
  await secondsUntil(clock, () => a.elector.leading);
  const b = replica('b', '1.34.0');
  await secondsUntil(clock, () => 'preferredHolder' in spec());
  const until = await secondsUntil(clock, () => !a.elector.leading);
  assert.ok(until <= 12, `${until} s`);
  assert.ok((await secondsUntil(clock, () => b.elector.leading)) < 8);
});

test('without a controller nobody is named, and without candidates neither', async () => {
  const { clock, api, controller, newController, replica, spec } = stage();
  const a = replica('a');
  await secondsUntil(clock, () => a.elector.leading);
  const b = replica('b');
  await clock.advance(10_000);
  await controller.end();
  await a.crash();
  await clock.advance(120_000);
  assert.equal(b.elector.leading, false);
  for (const candidate of api.store.list(leaseCandidates)) {
    if (typeof candidate !== 'string') api.store.remove(leaseCandidates, candidate);
  }
  newController().start();
  await clock.advance(60_000);
  assert.equal(b.elector.leading, false);
  // It makes its object again when it looks the next time, within five minutes.
  await secondsUntil(clock, () => b.elector.leading);
  assert.deepEqual('holderIdentity' in spec() && Object.entries(spec())[0], ['holderIdentity', 'b']);
});

test('a candidate renews its object every five minutes and when it is pinged, not else', async () => {
  const { clock, api, replica } = stage();
  let writes = 0;
  api.store.subscribe(({ resource }) => {
    if (resource === leaseCandidates) writes += 1;
  });
  replica('a');
  await clock.advance(10 * 60_000);
  // Made; renewed at 5 and 10 min.
  assert.equal(writes, 3);
});
