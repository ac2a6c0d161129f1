import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Bench } from './kube-api.ts';
import { at, textAt } from './kube-api-client.ts';

const version = '/apis/coordination.k8s.io/v1beta1';

/** LeaseCandidates, on servers that have them. */
export function describeCandidates(bench: Bench): void {
  describe('lease candidates', () => {
    test('are found by discovery, and kept and listed as leases are', async (context) => {
      const client = await bench.client();
      const { status, body: served } = await client.call('GET', version);
      if (status === 404) return context.skip('the server has no LeaseCandidates');
      const resources = at(served, 'resources');
      assert.ok(Array.isArray(resources));
      const names = resources.map((resource: unknown) => textAt(resource, 'name'));
      assert.ok(names.includes('leasecandidates'), String(names));
      const path = client.path.replace(/.*(\/namespaces\/.*\/)leases/, `${version}$1leasecandidates`);
      const spec = {
        ...{ leaseName: 'l', renewTime: '2026-01-01T00:00:00.123456Z', strategy: 'OldestEmulationVersion' },
        ...{ binaryVersion: '1.36.0', emulationVersion: '1.35.0' },
      };
      const created = await client.call('POST', path, { metadata: { name: 'c' }, spec });
      assert.equal(created.status, 201);
      assert.deepEqual([created.body.kind, created.body.spec], ['LeaseCandidate', spec]);
      assert.equal(created.body.status, undefined);
      const pinged = { spec: { pingTime: '2026-01-01T00:00:05.000000Z' } };
      const patched = await client.call('PATCH', `${path}/c`, pinged, 'application/merge-patch+json');
      assert.deepEqual(patched.body.spec, { ...spec, ...pinged.spec });
      const { body } = await client.call('GET', path);
      assert.deepEqual([body.kind, at(body, 'items.0.metadata.name')], ['LeaseCandidateList', 'c']);
      assert.equal((await client.call('DELETE', `${path}/c`)).body.status, 'Success');
    });
  });
}
