import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Bench } from './kube-api.ts';
import { type Answer, at, textAt } from './kube-api-client.ts';

const merge = 'application/merge-patch+json';
const strategic = 'application/strategic-merge-patch+json';

/** Creating, replacing, patching and deleting. */
export function describeWrites(bench: Bench): void {
  describe('writes', { concurrency: true }, () => {
    test('a creation is answered with the whole object', async () => {
      const client = await bench.client();
      const spec = {
        holderIdentity: 'a',
        leaseDurationSeconds: 15,
        acquireTime: '2026-01-01T00:00:00.000000Z',
        renewTime: '2026-01-01T02:00:00.123456+02:00',
        leaseTransitions: 0,
      };
      const { status, body } = await client.create('a', spec);
      assert.equal(status, 201);
      assert.deepEqual(body.spec, { ...spec, renewTime: '2026-01-01T00:00:00.123456Z' });
      assert.match(textAt(body, 'metadata.uid'), /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
      assert.match(textAt(body, 'metadata.creationTimestamp'), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
      assert.match(textAt(body, 'metadata.resourceVersion'), /^\d+$/);
      assert.equal(at(body, 'metadata.generation'), undefined);
    });

    test('fields that are unknown, null or absent leave no trace; the zero time is null', async () => {
      const client = await bench.client();
      assert.deepEqual((await client.create('a', { unknown: 1, renewTime: null })).body.spec, {});
      assert.deepEqual((await client.create('b', { holderIdentity: '' })).body.spec, { holderIdentity: '' });
      const zero = await client.create('c', { renewTime: '0001-01-01T00:00:00.000000Z' });
      assert.deepEqual(zero.body.spec, { renewTime: null });
      const bare = await client.call('POST', client.path, { metadata: { name: 'd' } });
      assert.deepEqual(bare.body.spec, {});
    });

    test('a field of the spec belongs to whoever changed it last', async () => {
      const client = await bench.client();
      const scheduler = { 'user-agent': 'kube-scheduler/v1.36.0 (linux/amd64)' };
      const spec = { holderIdentity: 'a', leaseDurationSeconds: 15 };
      const created = await client.call('POST', client.path, { metadata: { name: 'a' }, spec }, scheduler);
      assert.deepEqual(owners(created), [['kube-scheduler', ['f:holderIdentity', 'f:leaseDurationSeconds']]]);
      const edit = { spec: { holderIdentity: 'b' } };
      const edited = await client.call('PATCH', `${client.path}/a?fieldManager=kubectl-edit`, edit, merge);
      assert.deepEqual(owners(edited), [
        ['kube-scheduler', ['f:leaseDurationSeconds']],
        ['kubectl-edit', ['f:holderIdentity']],
      ]);
      const { body } = edited;
      const renewed = { ...body, spec: { ...spec, holderIdentity: 'b', leaseTransitions: 1 } };
      const put = await client.call('PUT', `${client.path}/a`, renewed, scheduler);
      assert.deepEqual(owners(put), [
        ['kube-scheduler', ['f:leaseDurationSeconds', 'f:leaseTransitions']],
        ['kubectl-edit', ['f:holderIdentity']],
      ]);
      const nameless = { ...put.body, spec: { holderIdentity: 'c' } };
      const last = await client.call('PUT', `${client.path}/a`, nameless, { 'user-agent': '' });
      assert.deepEqual(owners(last), [['unknown', ['f:holderIdentity']]]);
    });

    test('a generated name starts as asked', async () => {
      const client = await bench.client();
      const { body } = await client.call('POST', client.path, { metadata: { generateName: 'x-' }, spec: {} });
      assert.match(textAt(body, 'metadata.name'), /^x-[a-z0-9]{5}$/);
    });

    test('a replacement needs the current resourceVersion and keeps uid and age', async () => {
      const client = await bench.client();
      const { body } = await client.create('a');
      const metadata = { name: 'a', resourceVersion: textAt(body, 'metadata.resourceVersion') };
      const next = { metadata, spec: { holderIdentity: 'b' } };
      const put = await client.call('PUT', `${client.path}/a`, next);
      assert.deepEqual([put.status, at(put.body, 'spec.holderIdentity')], [200, 'b']);
      assert.deepEqual(identity(put), identity({ status: 200, body }));
      const stale = await client.call('PUT', `${client.path}/a`, next);
      assert.deepEqual([stale.status, stale.body.reason], [409, 'Conflict']);
      assert.deepEqual(stale.body.details, { name: 'a', group: 'coordination.k8s.io', kind: 'leases' });
    });

    test('writing what is there already changes nothing, not even the resourceVersion', async () => {
      const client = await bench.client();
      const { body } = await client.create('a', { holderIdentity: 'a' });
      const again = await client.call('PATCH', `${client.path}/a`, { spec: { holderIdentity: 'a' } }, merge);
      assert.equal(textAt(again.body, 'metadata.resourceVersion'), textAt(body, 'metadata.resourceVersion'));
    });

    test('a PUT of a Lease that is not there creates it', async () => {
      const client = await bench.client();
      const put = await client.call('PUT', `${client.path}/a`, { metadata: { name: 'a' }, spec: {} });
      assert.equal(put.status, 201);
    });

    test('patches merge, null removes, and a resourceVersion in them is a condition', async () => {
      const client = await bench.client();
      await client.create('a', { holderIdentity: 'a', leaseTransitions: 1 });
      const patch = (change: unknown, type = merge) => client.call('PATCH', `${client.path}/a`, change, type);
      const patched = await patch({ spec: { holderIdentity: null, leaseDurationSeconds: 9 } });
      assert.deepEqual(patched.body.spec, { leaseDurationSeconds: 9, leaseTransitions: 1 });
      const labelled = await patch({ metadata: { labels: { x: 'y' } } }, strategic);
      assert.deepEqual(at(labelled.body, 'metadata.labels'), { x: 'y' });
      const stale = await patch({ metadata: { resourceVersion: '1' }, spec: { holderIdentity: 'z' } });
      assert.deepEqual([stale.status, stale.body.reason], [409, 'Conflict']);
    });

    test('a deletion tells what it deleted; the name is free for an object of another uid', async () => {
      const client = await bench.client();
      const { body } = await client.create('a');
      const uid = textAt(body, 'metadata.uid');
      const gone = await client.call('DELETE', `${client.path}/a`);
      assert.deepEqual([gone.status, gone.body.status], [200, 'Success']);
      assert.deepEqual(gone.body.details, { name: 'a', group: 'coordination.k8s.io', kind: 'leases', uid });
      assert.equal((await client.call('GET', `${client.path}/a`)).status, 404);
      assert.notEqual(textAt((await client.create('a')).body, 'metadata.uid'), uid);
    });

    test('a deletion can be made to depend on uid and resourceVersion', async () => {
      const client = await bench.client();
      await client.create('a');
      for (const preconditions of [{ uid: 'another' }, { resourceVersion: '1' }]) {
        const { status, body } = await client.call('DELETE', `${client.path}/a`, { preconditions });
        assert.deepEqual([status, body.reason, at(body, 'details.kind')], [409, 'Conflict', 'Lease']);
      }
      assert.equal((await client.call('GET', `${client.path}/a`)).status, 200);
    });

    test('the status of a Node is written apart from the rest', async () => {
      const client = await bench.client();
      const name = `node-${client.path.split('-').at(-1)?.split('/')[0]}`;
      const path = `/api/v1/nodes/${name}`;
      const ready = (status: string) => ({ status: { conditions: [{ type: 'Ready', status }] } });
      const ask = (answer: Answer) => at(answer.body, 'status.conditions.0.status');
      const made = await client.call('POST', '/api/v1/nodes', { metadata: { name }, ...ready('True') });
      assert.deepEqual([made.status, ask(made)], [201, 'True']);
      const plain = await client.call('PUT', path, {
        metadata: { name, labels: { a: 'b' } },
        ...ready('False'),
      });
      assert.deepEqual([ask(plain), at(plain.body, 'metadata.labels.a')], ['True', 'b']);
      const patched = await client.call('PATCH', `${path}/status`, ready('False'), strategic);
      assert.deepEqual([ask(patched), at(patched.body, 'metadata.labels.a')], ['False', 'b']);
      assert.equal((await client.call('DELETE', path)).body.status, 'Success');
    });
  });
}

function identity({ body }: Answer): readonly unknown[] {
  return [at(body, 'metadata.uid'), at(body, 'metadata.creationTimestamp')];
}

/** The managers of an answer's object in the order of their names, with the fields of the spec that they own. */
function owners({ body }: Answer): readonly (readonly [string, readonly string[]])[] {
  const entries = at(body, 'metadata.managedFields');
  assert.ok(Array.isArray(entries), JSON.stringify(body));
  return entries
    .map((entry: unknown) => {
      const fields = at(entry, 'fieldsV1.f:spec');
      assert.equal(at(entry, 'operation'), 'Update');
      assert.match(textAt(entry, 'time'), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
      return [textAt(entry, 'manager'), Object.keys(fields ?? {}).sort()] as const;
    })
    .sort(([a], [b]) => (a < b ? -1 : 1));
}
