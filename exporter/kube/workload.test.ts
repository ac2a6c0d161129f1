import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PodSketch } from './parse-pod.ts';
import { selectorOf, workloadAround } from './workload.ts';
import { workloadOf } from './workload-name.ts';

const names: readonly (readonly [string, string | undefined])[] = [
  ['cert-manager-7d9c6b5f4-x2x7q', 'cert-manager'],
  ['cert-manager-webhook-5f6f6f6f6f-x2x7q', 'cert-manager-webhook'],
  ['agent-x2x7q', 'agent'],
  ['db-0', 'db'],
  ['db-12', 'db'],
  ['ip-10-0-0-1.ec2.internal', undefined],
  ['operator', undefined],
  // An `a` is in no hash that Kubernetes makes.
  ['till-main', undefined],
  // A hostname ends after 63 characters, and so may this one.
  [`${'w'.repeat(57)}-x2x7q`, undefined],
];

for (const [name, workload] of names) {
  test(`${name} belongs to ${workload ?? 'nothing that is known'}`, () =>
    assert.equal(workloadOf(name), workload));
}

function sketch(owner: string | undefined, revision?: string, fields: Partial<PodSketch> = {}): PodSketch {
  const labels = new Map([['app', 'till']]);
  return { namespace: 'shop', name: 'p', uid: 'u', owner, revision, deleting: false, labels, ...fields };
}

test('a selector takes the labels of the workload, and there is none without a controller', () => {
  const labels = new Map([
    ['b', '2'],
    ['a', ''],
  ]);
  assert.equal(selectorOf(sketch('ReplicaSet/till-1', '1', { labels })), 'a=,b=2');
  assert.equal(selectorOf(sketch(undefined)), undefined);
  assert.equal(selectorOf(sketch('StatefulSet/db', undefined, { labels: new Map() })), undefined);
});

test('two versions of a Deployment are one workload, another Deployment with the same labels is another', () => {
  const old = sketch('ReplicaSet/till-1', '1');
  const found = [
    old,
    sketch('ReplicaSet/till-2', '2'),
    sketch('ReplicaSet/cash-1', '1'),
    sketch('ReplicaSet/till-2', '2', { deleting: true }),
    sketch(undefined),
  ];
  assert.deepEqual(workloadAround(old, found, true), { candidates: 2, revisions: ['1', '2'] });
  assert.equal(workloadAround(old, found, false), undefined);
});

test('static Pods belong to their nodes, and together', () => {
  const found = [sketch('Node/cp-1'), sketch('Node/cp-2'), sketch('DaemonSet/x')];
  assert.deepEqual(workloadAround(sketch('Node/cp-1'), found, true), { candidates: 2, revisions: [] });
});
