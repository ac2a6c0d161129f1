import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseNodePod, parsePorts } from './parse-node-pod.ts';

const pod = (annotations?: unknown) => ({
  metadata: {
    namespace: 'shop',
    name: 'chat-0',
    uid: 'uid-1',
    ...(annotations === undefined ? {} : { annotations }),
  },
});
const plain = {
  ...{ namespace: 'shop', name: 'chat-0', cgroupUid: 'uid-1' },
  ...{ workload: undefined, ports: undefined, problem: undefined },
};

test('pods of a node: without annotations', () => {
  assert.deepEqual(parseNodePod(pod()), plain);
  assert.deepEqual(parseNodePod(pod({ other: '8080' })), plain);
});

test('pods of a node: ports by the annotation', () => {
  const annotated = parseNodePod(pod({ 'leasewatch.dev/websocket-ports': '8080, 9000,8080' }));
  assert.deepEqual(annotated, { ...plain, ports: [8080, 9000] });
});

test('pods of a node: a static Pod has its cgroup by the hash of its manifest', () => {
  const hash = '1f5d8a6c0e7b4f3a9c2d1e0f6b8a7c5d';
  assert.deepEqual(parseNodePod(pod({ 'kubernetes.io/config.hash': hash })), { ...plain, cgroupUid: hash });
});

const workloads = [
  ['a Deployment', { kind: 'ReplicaSet', name: 'chat-7d9c6b5f4' }, '7d9c6b5f4', 'chat'],
  ['a ReplicaSet that no Deployment made', { kind: 'ReplicaSet', name: 'chat' }, undefined, 'chat'],
  ['a StatefulSet', { kind: 'StatefulSet', name: 'chat' }, undefined, 'chat'],
  ['a static Pod', { kind: 'Node', name: '0' }, undefined, 'chat'],
  ['an owner without a kind', { name: 'chat' }, undefined, undefined],
] as const;

for (const [name, owner, hash, workload] of workloads) {
  test(`pods of a node: the workload of ${name}`, () => {
    const { metadata } = pod();
    const labels = hash === undefined ? {} : { 'pod-template-hash': hash };
    const owned = { ...metadata, labels, ownerReferences: [{ ...owner, controller: true }] };
    assert.deepEqual(parseNodePod({ metadata: owned }), { ...plain, workload });
  });
}

const wrongPorts = [
  ['http', '"http" is no port number from 1 to 65535'],
  ['0', '"0" is no port number'],
  ['65536', '"65536" is no port number'],
  ['-1', '"-1" is no port number'],
  ['8080;9000', '"8080;9000" is no port number'],
  ['8080,0x50', '"0x50" is no port number'],
  ['8080.5', '"8080.5" is no port number'],
  ['', 'names no port'],
  [' , ', 'names no port'],
] as const;

for (const [text, why] of wrongPorts) {
  test(`pods of a node: the annotation ${JSON.stringify(text)} is a problem, and names no port`, () => {
    const parsed = parsePorts(text);
    assert.ok('problem' in parsed && parsed.problem.includes(why), JSON.stringify(parsed));
    const told = parseNodePod(pod({ 'leasewatch.dev/websocket-ports': text }));
    assert.deepEqual([told?.ports, told?.problem], [undefined, parsed.problem]);
  });
}

for (const value of [
  null,
  'x',
  [],
  {},
  { metadata: null },
  { metadata: { name: 'a' } },
  { metadata: { uid: 'u' } },
]) {
  test(`pods of a node: ${JSON.stringify(value)} is none`, () =>
    assert.equal(parseNodePod(value), undefined));
}
