import assert from 'node:assert/strict';
import { test } from 'node:test';
import { leases, nodes } from './resources.ts';
import { createStore, type KubeObject, type Store } from './store.ts';

const draft = (name: string, holder: string) => ({
  kind: 'Lease',
  apiVersion: 'coordination.k8s.io/v1',
  metadata: { name, namespace: 'default' },
  spec: { holderIdentity: holder },
});

function add(store: Store, name: string, holder = 'a'): KubeObject {
  const object = store.create(leases, draft(name, holder));
  assert.ok(object !== undefined);
  return object;
}

function holders(objects: readonly KubeObject[] | 'compacted'): readonly string[] | 'compacted' {
  return objects === 'compacted'
    ? objects
    : objects.map((one) => `${one.metadata.name} ${JSON.stringify(one.spec)}`);
}

test('one counter orders the changes of all kinds, and uids are the same in every run', () => {
  const store = createStore(() => Date.UTC(2026, 0, 1) * 1000);
  const lease = add(store, 'a');
  const node = store.create(nodes, { kind: 'Node', apiVersion: 'v1', metadata: { name: 'n' } });
  assert.equal(Number(node?.metadata.resourceVersion), Number(lease.metadata.resourceVersion) + 1);
  assert.equal(lease.metadata.uid, '5eed0000-0000-4000-8000-000000000001');
  assert.equal(lease.metadata.creationTimestamp, '2026-01-01T00:00:00Z');
  assert.equal(store.create(leases, draft('a', 'b')), undefined);
});

test('a list of the past undoes what came after it', () => {
  const store = createStore(() => 0);
  const a = add(store, 'a');
  const b = add(store, 'b');
  const past = store.revision();
  store.replace(leases, a, draft('a', 'changed'));
  store.remove(leases, b);
  add(store, 'c');
  assert.deepEqual(holders(store.list(leases)), [
    'a {"holderIdentity":"changed"}',
    'c {"holderIdentity":"a"}',
  ]);
  assert.deepEqual(holders(store.list(leases, past)), [
    'a {"holderIdentity":"a"}',
    'b {"holderIdentity":"a"}',
  ]);
});

test('writing the same again is no change', () => {
  const store = createStore(() => 0);
  const a = add(store, 'a');
  const before = store.revision();
  assert.equal(store.replace(leases, a, draft('a', 'a')), a);
  assert.equal(store.revision(), before);
});

test('what is compacted is gone, what came after it is not', () => {
  const store = createStore(() => 0);
  add(store, 'a');
  const middle = store.revision();
  add(store, 'b');
  store.compact(middle);
  assert.equal(store.since(middle - 1), 'compacted');
  assert.equal(store.list(leases, middle - 1), 'compacted');
  const rest = store.since(middle);
  assert.deepEqual(rest === 'compacted' ? rest : rest.map((event) => event.object.metadata.name), ['b']);
});

test('a full history lets its older half go', () => {
  const store = createStore(() => 0, 10);
  const first = store.revision();
  for (let i = 0; i < 11; i++) add(store, `lease-${i}`);
  assert.equal(store.since(first), 'compacted');
  assert.notEqual(store.since(store.revision() - 3), 'compacted');
});

test('skipped revisions belong to nobody', () => {
  const store = createStore(() => 0);
  add(store, 'a');
  const before = store.revision();
  store.skip(5);
  assert.deepEqual([store.revision(), store.since(before)], [before + 5, []]);
});
