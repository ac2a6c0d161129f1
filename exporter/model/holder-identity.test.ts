import assert from 'node:assert/strict';
import { test } from 'node:test';
import { holderName, podNames } from './holder-identity.ts';

const uuid = '7b6f6f0e-8f1b-4c7e-9b0a-111111111111';

const names: readonly (readonly [string, string, readonly string[]])[] = [
  ['client-go and controller-runtime', `operator-6d5f8c7b9-x2x7q_${uuid}`, ['operator-6d5f8c7b9-x2x7q']],
  ['a UUID in capitals', `operator-0_${uuid.toUpperCase()}`, ['operator-0']],
  ['a CSI sidecar, the bare hostname', 'csi-provisioner-0', ['csi-provisioner-0']],
  [
    'cert-manager',
    'cert-manager-7d9c6b5f4-x2x7q-external-cert-manager-controller',
    ['cert-manager-7d9c6b5f4-x2x7q', 'cert-manager-7d9c6b5f4-x2x7q-external-cert-manager-controller'],
  ],
  ['a node with dots', `ip-10-0-0-1.ec2.internal_${uuid}`, ['ip-10-0-0-1.ec2.internal']],
  ['only a UUID', `_${uuid}`, []],
  ['nobody', '', []],
  ['capitals', 'kind-worker-mcgbFEHVUy', []],
  ['an underscore that is no UUID', 'a_b', []],
  ['a path', '../../nodes/x', []],
  ['an empty label', 'a..b', []],
  ['a line break', 'a\n', []],
  ['a name that is too long', 'a'.repeat(254), []],
  ['a megabyte', `${'a'.repeat(1_000_000)}_${uuid}`, []],
];

for (const [what, holder, expected] of names) {
  test(`the Pod of ${what}`, () => assert.deepEqual(podNames(holder, 'ns', 'lease'), expected));
}

const systems: readonly (readonly [string, string, readonly string[]])[] = [
  ['kube-system', 'kube-scheduler', ['kube-scheduler-cp-1', 'cp-1']],
  ['kube-system', 'kube-controller-manager', ['kube-controller-manager-cp-1', 'cp-1']],
  ['kube-system', 'cilium-operator-resource-lock', ['cp-1']],
  ['elsewhere', 'kube-scheduler', ['cp-1']],
];

for (const [namespace, lease, expected] of systems) {
  test(`the Pod of the machine cp-1 that holds ${namespace}/${lease}`, () => {
    assert.deepEqual(podNames(`cp-1_${uuid}`, namespace, lease), expected);
  });
}

test('a name without its UUID', () => {
  assert.equal(holderName(`a_${uuid}`), 'a');
  assert.equal(holderName(`_${uuid}`), '');
  assert.equal(holderName(`a_${uuid}x`), `a_${uuid}x`);
});
