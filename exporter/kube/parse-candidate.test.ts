import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CandidateRecord } from '../model/observation.ts';
import { parseCandidate } from './parse-candidate.ts';

const bare: CandidateRecord = {
  namespace: 'n',
  name: 'c',
  resourceVersion: '',
  lease: undefined,
  renewTime: undefined,
};

test('reads every field that is judged', () => {
  const candidate = parseCandidate({
    apiVersion: 'coordination.k8s.io/v1beta1',
    kind: 'LeaseCandidate',
    metadata: { namespace: 'kube-system', name: 'vm_1', uid: 'u', resourceVersion: '42' },
    spec: {
      leaseName: 'kube-controller-manager',
      pingTime: '2026-01-02T03:04:05.000000Z',
      renewTime: '2026-01-02T03:04:05.123456Z',
      binaryVersion: '1.36.0',
      emulationVersion: '1.35.0',
      strategy: 'OldestEmulationVersion',
    },
  });
  assert.deepEqual(candidate, {
    namespace: 'kube-system',
    name: 'vm_1',
    resourceVersion: '42',
    lease: 'kube-controller-manager',
    renewTime: 1_767_323_045_123_456,
  });
});

const specs: readonly (readonly [string, unknown, Partial<CandidateRecord>])[] = [
  ['no spec', undefined, {}],
  ['a null spec', null, {}],
  ['a spec that is a list', [], {}],
  ['a lease that is a number', { leaseName: 7 }, {}],
  ['a renewTime that is no time', { leaseName: 'l', renewTime: 'soon' }, { lease: 'l' }],
  ['a null renewTime', { leaseName: 'l', renewTime: null }, { lease: 'l' }],
];

for (const [what, spec, fields] of specs) {
  test(`takes ${what}`, () => {
    assert.deepEqual(parseCandidate({ metadata: { namespace: 'n', name: 'c' }, spec }), {
      ...bare,
      ...fields,
    });
  });
}

for (const value of [undefined, null, 1, 'candidate', [], {}, { metadata: { name: '' } }]) {
  test(`${JSON.stringify(value)} is no LeaseCandidate`, () => assert.equal(parseCandidate(value), undefined));
}
