import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pick, seededRandom } from '../../simulator/random.ts';
import type { ExpectationEvent } from './event.ts';
import { leaseRecord, moment } from './fixture.ts';
import { Model } from './model.ts';
import type { Observation } from './observation.ts';
import type { LeasePolicy } from './policy.ts';

const base: LeasePolicy = {
  about: 'leases',
  path: 'policies[0]',
  match: { namespace: 'ns', name: 'lease', labels: {} },
  expect: 'held',
  graceMs: 30_000,
  severity: undefined,
  team: undefined,
  lateAfterMs: undefined,
  leftoverAfterMs: undefined,
  ignore: false,
  class: undefined,
};

function bench(...policies: LeasePolicy[]) {
  const model = new Model({ sources: ['leases'], nodes: { graceMs: 50_000 }, policies });
  const told: ExpectationEvent[] = [];
  const sink = {
    event: (event: { kind: string }) => void (isExpectation(event) && told.push(event)),
    ask: () => {},
  };
  const see = (observation: Observation) => model.see([observation], sink);
  const list = (seconds: number, leases: ReturnType<typeof leaseRecord>[]) => {
    const common = { source: 'leases', at: moment(seconds) };
    see({ kind: 'list', ...common, phase: 'begin', sentAt: common.at });
    for (const lease of leases) see({ kind: 'lease', ...common, change: 'listed', lease });
    see({ kind: 'list', ...common, phase: 'end', sentAt: common.at });
  };
  const expected = () => [...model.policies().expected];
  return { model, told, see, list, expected };
}

function isExpectation(event: { kind: string }): event is ExpectationEvent {
  return event.kind === 'expectation';
}

test('policies: an absent lease is missed by its own policy, also where an earlier one would take it', () => {
  const earlier = { ...base, match: { ...base.match, labels: { x: 'y' } }, ignore: true, expect: undefined };
  const { told, see, list, expected } = bench(
    { ...earlier, path: 'policies[0]' },
    { ...base, path: 'policies[1]' },
  );
  const lease = leaseRecord({ labels: { x: 'y' } });
  list(0, [lease]);
  assert.deepEqual(expected(), []);
  see({ kind: 'lease', source: 'leases', at: moment(100), change: 'deleted', lease });
  see({ kind: 'time', at: moment(131) });
  assert.deepEqual(
    told.map(({ to, policy }) => [to, policy]),
    [['absent', 'policies[1]']],
  );
});

test('policies: what came while our own process slept is heard before anybody is missed', () => {
  for (const isBack of [true, false]) {
    const { told, see, list } = bench(base);
    const lease = leaseRecord({});
    const source = 'leases';
    list(0, [lease, leaseRecord({ name: 'other', uid: 'uid-2' })]);
    see({ kind: 'lease', source, at: moment(10), change: 'deleted', lease });
    const again = leaseRecord({ uid: 'uid-3', resourceVersion: '9', renewTime: moment(44).wall });
    see({ kind: 'time', at: moment(45) });
    if (isBack) see({ kind: 'lease', source, at: moment(45), change: 'added', lease: again });
    see({ kind: 'time', at: moment(47) });
    assert.deepEqual(
      told.map(({ to }) => to),
      isBack ? [] : ['absent'],
    );
  }
});

test('policies: a lease that is not watched here is never absent', () => {
  const { told, see, list } = bench({ ...base, match: { ...base.match, namespace: 'elsewhere' } });
  see({ kind: 'time', at: moment(100) });
  assert.deepEqual(told, []);
  list(200, []);
  see({ kind: 'time', at: moment(231) });
  assert.equal(told.length, 1);
});

test('policies: whatever happens, absences alternate and none is told before its grace has passed', () => {
  const random = seededRandom(11);
  let absences = 0;
  for (let story = 0; story < 300; story++) {
    const { told, see, list } = bench(base);
    let [revision, seconds, unheldSince, up] = [1, 0, 0, true];
    let lease: ReturnType<typeof leaseRecord> | undefined;
    list(0, []);
    for (let step = 0; step < 30; step++) {
      seconds += pick(random, [1, 5, 14, 29, 31]);
      const at = moment(seconds);
      const before = told.length;
      see({ kind: 'time', at });
      if (told.length > before) {
        assert.ok(up && unheldSince + 30 <= seconds, `story ${story}: absent at ${seconds} s`);
      }
      const what = pick(random, ['hold', 'release', 'delete', 'blind', 'list']);
      const common = { source: 'leases', at };
      if (what === 'blind') {
        up = false;
        see({ kind: 'sight', ...common, sight: 'blind', why: 'test' });
      } else if (what === 'list' && !up) {
        up = true;
        unheldSince = seconds;
        list(seconds, lease === undefined ? [] : [lease]);
      } else if (up && what === 'delete' && lease !== undefined) {
        if (lease.holder !== '') unheldSince = seconds;
        see({ kind: 'lease', ...common, change: 'deleted', lease });
        lease = undefined;
      } else if (up && (what === 'hold' || what === 'release')) {
        revision += 1;
        if (what === 'release' && lease !== undefined && lease.holder !== '') unheldSince = seconds;
        const change = lease === undefined ? 'added' : 'modified';
        const holder = what === 'hold' ? 'a' : '';
        const uid = lease?.uid ?? `uid-${revision}`;
        lease = leaseRecord({ uid, holder, resourceVersion: String(revision), renewTime: at.wall });
        see({ kind: 'lease', ...common, change, lease });
        if (what === 'hold') unheldSince = Number.POSITIVE_INFINITY;
      }
    }
    for (const [index, { to }] of told.entries()) assert.equal(to, index % 2 === 0 ? 'absent' : 'present');
    absences += told.filter(({ to }) => to === 'absent').length;
  }
  assert.ok(absences > 100, 'there is something to tell');
});
