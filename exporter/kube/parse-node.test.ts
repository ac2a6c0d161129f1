import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseNode } from './parse-node.ts';

test('reads every field that is judged', () => {
  const node = parseNode({
    metadata: { name: 'n1', uid: 'u', resourceVersion: '7' },
    spec: {},
    status: {
      nodeInfo: { bootID: 'b' },
      conditions: [
        { type: 'DiskPressure', status: 'False' },
        {
          type: 'Ready',
          status: 'Unknown',
          lastHeartbeatTime: '2026-01-02T03:04:05Z',
          lastTransitionTime: '2026-01-02T03:04:06Z',
        },
      ],
    },
  });
  assert.deepEqual(node, {
    name: 'n1',
    uid: 'u',
    resourceVersion: '7',
    bootId: 'b',
    ready: 'Unknown',
    readyHeartbeat: 1_767_323_045_000_000,
    readyTransition: 1_767_323_046_000_000,
    terminating: false,
    cordoned: false,
  });
});

const terminations: readonly (readonly [string, unknown, boolean])[] = [
  ['a deletionTimestamp', { metadata: { deletionTimestamp: '2026-01-02T03:04:05Z' } }, true],
  [
    'a cordon',
    { spec: { unschedulable: true, taints: [{ key: 'node.kubernetes.io/unschedulable' }] } },
    false,
  ],
  ['a soft candidate', { spec: { taints: [{ key: 'DeletionCandidateOfClusterAutoscaler' }] } }, false],
  ['not ready', { spec: { taints: [{ key: 'node.kubernetes.io/not-ready' }] } }, false],
  ['out of service', { spec: { taints: [{ key: 'node.kubernetes.io/out-of-service' }] } }, true],
  ['cluster autoscaler', { spec: { taints: [{}, { key: 'ToBeDeletedByClusterAutoscaler' }] } }, true],
  ['karpenter', { spec: { taints: [{ key: 'karpenter.sh/disrupted' }] } }, true],
  ['karpenter before 1.0', { spec: { taints: [{ key: 'karpenter.sh/disruption' }] } }, true],
  ['a cloud shutdown', { spec: { taints: [{ key: 'node.cloudprovider.kubernetes.io/shutdown' }] } }, true],
  ['taints that are text', { spec: { taints: 'ToBeDeletedByClusterAutoscaler' } }, false],
  ['taints with holes', { spec: { taints: [null, 1, { key: 2 }] } }, false],
];

for (const [what, fields, terminating] of terminations) {
  test(`${what} ${terminating ? 'means' : 'does not mean'} that the node is leaving`, () => {
    const value = Object.assign({ metadata: {} }, fields);
    const node = parseNode({ ...value, metadata: { ...value.metadata, name: 'n' } });
    assert.equal(node?.terminating, terminating);
  });
}

for (const status of [
  undefined,
  null,
  'x',
  [],
  { conditions: {} },
  { conditions: [null, 'Ready', { type: 'Ready', status: 1 }], nodeInfo: 3 },
]) {
  test(`a node with status ${JSON.stringify(status)} has nothing to say and breaks nothing`, () => {
    const node = parseNode({ metadata: { name: 'n' }, status });
    assert.equal(node?.ready, undefined);
    assert.equal(node?.bootId, undefined);
  });
}

test('an object without a name is no Node', () =>
  assert.equal(parseNode({ metadata: { uid: 'u' } }), undefined));
