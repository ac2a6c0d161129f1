import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parsePod, parsePodMetadata } from './parse-pod.ts';

const metadata = {
  namespace: 'shop',
  name: 'till-7d9c6b5f4-x2x7q',
  uid: 'u-1',
  labels: { app: 'till', 'pod-template-hash': '7d9c6b5f4' },
  ownerReferences: [
    { kind: 'Tenant', name: 'x' },
    { kind: 'ReplicaSet', name: 'till-7d9c6b5f4', controller: true },
  ],
};

test('reads every field that is judged', () => {
  const pod = parsePod({
    metadata: { ...metadata, deletionTimestamp: '2026-01-02T03:04:05Z' },
    spec: { nodeName: 'node-1' },
    status: {
      phase: 'Failed',
      reason: 'Evicted',
      conditions: [
        { type: 'Ready', status: 'False' },
        { type: 'DisruptionTarget', status: 'True', reason: 'EvictionByEvictionAPI' },
      ],
      containerStatuses: [
        {
          restartCount: 2,
          lastState: {
            terminated: { exitCode: 137, reason: 'OOMKilled', finishedAt: '2026-01-02T03:04:05Z' },
          },
        },
        {
          restartCount: 1,
          state: { terminated: { exitCode: 1, reason: 'Error', finishedAt: '2026-01-02T03:04:04Z' } },
        },
      ],
    },
  });
  assert.deepEqual(pod, {
    namespace: 'shop',
    name: 'till-7d9c6b5f4-x2x7q',
    uid: 'u-1',
    node: 'node-1',
    owner: 'ReplicaSet/till-7d9c6b5f4',
    revision: '7d9c6b5f4',
    deleting: true,
    reason: 'Evicted',
    disruption: 'EvictionByEvictionAPI',
    restarts: 3,
    ended: { exitCode: 137, reason: 'OOMKilled', at: 1_767_323_045_000_000 },
  });
});

test('the metadata alone tells the owner, the version and the labels of the whole workload', () => {
  const labels = {
    app: 'db',
    'controller-revision-hash': 'db-5b',
    'statefulset.kubernetes.io/pod-name': 'db-0',
    'apps.kubernetes.io/pod-index': '0',
  };
  assert.deepEqual(parsePodMetadata({ metadata: { name: 'db-0', labels } }), {
    namespace: '',
    name: 'db-0',
    uid: '',
    owner: undefined,
    revision: 'db-5b',
    deleting: false,
    labels: new Map([['app', 'db']]),
  });
});

const bare = {
  ...{ namespace: '', name: 'p', uid: '', node: undefined, owner: undefined, revision: undefined },
  ...{ deleting: false, reason: undefined, disruption: undefined, restarts: 0, ended: undefined },
};

const absurd: readonly (readonly [string, object, object])[] = [
  ['nothing more', {}, {}],
  ['a status that is a text', { status: 'Running', spec: [] }, {}],
  ['a Pod without a node', { spec: { nodeName: '' } }, {}],
  [
    'a disruption that is over',
    { status: { conditions: [{ type: 'DisruptionTarget', status: 'False' }] } },
    {},
  ],
  [
    'a disruption without a reason',
    { status: { conditions: [null, { type: 'DisruptionTarget', status: 'True' }] } },
    { disruption: 'unknown' },
  ],
  [
    'counts that are none',
    { status: { containerStatuses: [{ restartCount: -1 }, { restartCount: 'x' }, 3] } },
    {},
  ],
  [
    'an end without a time',
    { status: { containerStatuses: [{ state: { terminated: { exitCode: '1' } } }] } },
    { ended: { reason: '', exitCode: -1, at: undefined } },
  ],
];

for (const [what, fields, expected] of absurd) {
  test(`takes a Pod with ${what}`, () => {
    assert.deepEqual(parsePod({ metadata: { name: 'p' }, ...fields }), { ...bare, ...expected });
  });
}

for (const value of [undefined, null, 'pod', [], {}, { metadata: { name: '' } }, { metadata: { name: 1 } }]) {
  test(`${JSON.stringify(value)} is no Pod`, () => assert.equal(parsePod(value), undefined));
}
