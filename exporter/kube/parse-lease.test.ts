import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LeaseRecord } from '../model/observation.ts';
import { longestHolder, parseLease } from './parse-lease.ts';

const bare: LeaseRecord = {
  namespace: 'n',
  name: 'l',
  uid: '',
  resourceVersion: '',
  holder: undefined,
  durationSeconds: undefined,
  acquireTime: undefined,
  renewTime: undefined,
  transitions: undefined,
  strategy: undefined,
  preferredHolder: undefined,
  identityLabel: undefined,
  writer: undefined,
};

test('reads every field that is judged', () => {
  const lease = parseLease({
    metadata: {
      namespace: 'kube-system',
      name: 'scheduler',
      uid: 'u-1',
      resourceVersion: '42',
      labels: { 'apiserver.kubernetes.io/identity': 'kube-apiserver' },
      managedFields: [
        { manager: 'kubectl-edit', fieldsV1: { 'f:spec': { 'f:strategy': {} } } },
        { manager: 'kube-scheduler', fieldsV1: { 'f:spec': { 'f:holderIdentity': {}, 'f:renewTime': {} } } },
        { manager: 'labeller', fieldsV1: { 'f:metadata': {} } },
      ],
    },
    spec: {
      holderIdentity: 'a_1',
      leaseDurationSeconds: 15,
      acquireTime: '2026-01-02T03:04:05.123456Z',
      renewTime: '2026-01-02T03:04:07.000001Z',
      leaseTransitions: 3,
      strategy: 'OldestEmulationVersion',
      preferredHolder: 'b_2',
    },
  });
  assert.deepEqual(lease, {
    namespace: 'kube-system',
    name: 'scheduler',
    uid: 'u-1',
    resourceVersion: '42',
    holder: 'a_1',
    durationSeconds: 15,
    acquireTime: 1_767_323_045_123_456,
    renewTime: 1_767_323_047_000_001,
    transitions: 3,
    strategy: 'OldestEmulationVersion',
    preferredHolder: 'b_2',
    identityLabel: 'kube-apiserver',
    writer: 'kube-scheduler',
  });
});

const specs: readonly (readonly [string, unknown, Partial<LeaseRecord>])[] = [
  ['no spec', undefined, {}],
  ['a null spec', null, {}],
  ['a spec that is a list', [], {}],
  ['a null holder', { holderIdentity: null }, {}],
  ['an empty holder', { holderIdentity: '' }, { holder: '' }],
  ['a holder that is a number', { holderIdentity: 7 }, {}],
  [
    'a holder of 1 MB',
    { holderIdentity: 'x"\n'.repeat(350_000) },
    { holder: 'x"\n'.repeat(1366).slice(0, 4096) },
  ],
  ['a holder with half a surrogate pair', { holderIdentity: 'a\ud800' }, { holder: 'a\ufffd' }],
  ['a null preferred holder', { preferredHolder: null }, {}],
  ['duration 0', { leaseDurationSeconds: 0 }, {}],
  ['a negative duration', { leaseDurationSeconds: -1 }, {}],
  ['duration 2^31', { leaseDurationSeconds: 2 ** 31 }, { durationSeconds: 2 ** 31 }],
  ['duration 1.5', { leaseDurationSeconds: 1.5 }, { durationSeconds: 1.5 }],
  ['an infinite duration', { leaseDurationSeconds: Number.POSITIVE_INFINITY }, {}],
  ['a duration that is text', { leaseDurationSeconds: '15' }, {}],
  ['renewTime in year 1', { renewTime: '0001-01-01T00:00:00Z' }, { renewTime: -62_135_596_800_000_000 }],
  ['renewTime in year 9999', { renewTime: '9999-12-31T23:59:59Z' }, { renewTime: 253_402_300_799_000_000 }],
  ['renewTime that is no time', { renewTime: 'soon', acquireTime: 12 }, {}],
  ['negative transitions', { leaseTransitions: -1 }, {}],
  ['transitions that are absurd', { leaseTransitions: 1e300, strategy: {} }, {}],
];

for (const [what, spec, fields] of specs) {
  test(`takes ${what}`, () => {
    assert.deepEqual(parseLease({ metadata: { namespace: 'n', name: 'l' }, spec }), { ...bare, ...fields });
  });
}

test('keeps at most so many characters of a holder', () => {
  const lease = parseLease({
    metadata: { name: 'l' },
    spec: { holderIdentity: 'é'.repeat(longestHolder + 1) },
  });
  assert.equal(lease?.holder?.length, longestHolder);
});

for (const value of [
  undefined,
  null,
  1,
  'lease',
  [],
  {},
  { metadata: 1 },
  { metadata: { name: '' } },
  { metadata: { name: {} } },
]) {
  test(`${JSON.stringify(value)} is no Lease`, () => assert.equal(parseLease(value), undefined));
}

test('a name that exists on every object is not read from the prototype', () => {
  assert.equal(parseLease({ metadata: { name: 'l', labels: 'toString' } })?.identityLabel, undefined);
});

test('keeps of the labels those that are wanted, and no key where there is none', () => {
  const labels = { app: 'till', tier: 7, 'example.com/zone': 'x'.repeat(100), other: 'y' };
  const wanted = ['app', 'tier', 'example.com/zone', 'toString'];
  const lease = parseLease({ metadata: { name: 'l', labels } }, wanted);
  assert.deepEqual(lease?.labels, { app: 'till', 'example.com/zone': 'x'.repeat(63) });
  for (const without of [{ other: 'y' }, null, 'app', undefined]) {
    const read = parseLease({ metadata: { name: 'l', labels: without } }, wanted);
    assert.ok(read !== undefined && !('labels' in read));
  }
  assert.equal(parseLease({ metadata: { name: 'l', labels } })?.labels, undefined);
});
