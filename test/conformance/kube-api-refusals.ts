import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Bench } from './kube-api.ts';
import { badQueries, badSpecs } from './kube-api-bad-input.ts';
import { at } from './kube-api-client.ts';

const merge = 'application/merge-patch+json';
/** What a server says no to, and how. */
export function describeRefusals(bench: Bench): void {
  describe('refusals', { concurrency: true }, () => {
    for (const [what, spec, code, reason, ending] of badSpecs) {
      test(`a Lease with ${what}`, async () => {
        const client = await bench.client();
        const { status, body } = await client.create('a', spec);
        assert.deepEqual([status, body.reason, body.kind, body.status], [code, reason, 'Status', 'Failure']);
        assert.equal(body.code, code);
        assert.ok(String(body.message).endsWith(ending), String(body.message));
      });
    }

    for (const [query, code, reason, message] of badQueries) {
      test(`the query ${decodeURIComponent(query)}`, async () => {
        const client = await bench.client();
        const { status, body } = await client.list(query);
        assert.deepEqual([status, body.reason, body.kind], [code, reason, 'Status']);
        assert.match(String(body.message), message);
      });
    }

    test('an invalid object names every wrong field', async () => {
      const client = await bench.client();
      const { body } = await client.create('a', { leaseDurationSeconds: 0 });
      assert.deepEqual(body.details, {
        name: 'a',
        group: 'coordination.k8s.io',
        kind: 'Lease',
        causes: [
          {
            reason: 'FieldValueInvalid',
            message: 'Invalid value: 0: must be greater than 0',
            field: 'spec.leaseDurationSeconds',
          },
        ],
      });
    });

    test('names that are none', async () => {
      const client = await bench.client();
      const refused = async (name: string) => {
        const { status, body } = await client.create(name);
        assert.deepEqual([status, body.reason], [422, 'Invalid']);
        return String(body.message);
      };
      assert.match(await refused('Bad_Name'), /a lowercase RFC 1123 subdomain must consist of/);
      assert.match(await refused('a'.repeat(254)), /must be no more than 253/);
      assert.match(await refused(''), /metadata.name: Required value: name or generateName is required$/);
      const namespace = async (name: string) =>
        String((await client.call('POST', '/api/v1/namespaces', { metadata: { name } })).body.message);
      assert.match(await namespace('A-b'), /a lowercase RFC 1123 label must consist of/);
      assert.match(await namespace('a.b'), /Invalid value: "a.b": must not contain dots$/);
    });

    test('a name that is taken', async () => {
      const client = await bench.client();
      await client.create('a');
      const { status, body } = await client.create('a');
      assert.deepEqual([status, body.reason], [409, 'AlreadyExists']);
      assert.equal(body.message, 'leases.coordination.k8s.io "a" already exists');
    });

    test('what is not there', async () => {
      const client = await bench.client();
      const codes = [
        await client.call('GET', `${client.path}/none`),
        await client.call('DELETE', `${client.path}/none`),
        await client.call('PATCH', `${client.path}/none`, {}, merge),
      ];
      for (const { status, body } of codes) {
        assert.deepEqual([status, body.reason], [404, 'NotFound']);
        assert.equal(body.message, 'leases.coordination.k8s.io "none" not found');
        assert.deepEqual(body.details, { name: 'none', group: 'coordination.k8s.io', kind: 'leases' });
      }
      const nowhere = await client.call('POST', client.path.replace(/namespaces\/[^/]+/, 'namespaces/none'), {
        metadata: { name: 'a' },
      });
      assert.deepEqual([nowhere.status, nowhere.body.message], [404, 'namespaces "none" not found']);
      for (const path of ['/api/v1/foos', '/apis/coordination.k8s.io/v2/leases', '/nope']) {
        assert.equal((await client.call('GET', path)).status, 404, path);
      }
    });

    test('updates that contradict themselves', async () => {
      const client = await bench.client();
      const { body } = await client.create('a');
      const put = async (metadata: object) => {
        const answer = await client.call('PUT', `${client.path}/a`, { metadata, spec: {} });
        return [answer.status, answer.body.reason, String(answer.body.message)];
      };
      const without = await put({ name: 'a' });
      assert.deepEqual(without.slice(0, 2), [422, 'Invalid']);
      assert.match(
        String(without[2]),
        /metadata.resourceVersion: Invalid value: 0: must be specified for an update$/,
      );
      assert.deepEqual((await put({ name: 'b' })).slice(0, 2), [400, 'BadRequest']);
      assert.deepEqual((await put({})).slice(0, 2), [400, 'BadRequest']);
      assert.deepEqual((await put({ name: 'a', resourceVersion: 'abc' })).slice(0, 2), [500, undefined]);
      const uid = '11111111-1111-1111-1111-111111111111';
      const resourceVersion = at(body, 'metadata.resourceVersion');
      assert.deepEqual((await put({ name: 'a', uid, resourceVersion })).slice(0, 2), [409, 'Conflict']);
    });

    test('patches that lead astray', async () => {
      const client = await bench.client();
      await client.create('a');
      const patch = async (change: unknown, type = merge) => {
        const answer = await client.call('PATCH', `${client.path}/a`, change, type);
        return [answer.status, answer.body.reason];
      };
      assert.deepEqual(await patch({ spec: { leaseDurationSeconds: 0 } }), [422, 'Invalid']);
      assert.deepEqual(await patch({ spec: { renewTime: 'x' } }), [422, 'Invalid']);
      assert.deepEqual(await patch({ metadata: { name: 'b' } }), [400, 'BadRequest']);
      assert.deepEqual(await patch('{bad'), [400, 'BadRequest']);
      assert.deepEqual(await patch([]), [400, 'BadRequest']);
      assert.deepEqual(await patch({}, 'application/json'), [415, 'UnsupportedMediaType']);
    });

    test('bodies that are no such object', async () => {
      const client = await bench.client();
      const post = async (body: unknown, type?: string) => {
        const answer = await client.call('POST', client.path, body, type);
        return [answer.status, answer.body.reason];
      };
      const metadata = { name: 'a' };
      assert.deepEqual(await post('{not json'), [400, 'BadRequest']);
      assert.deepEqual(await post(''), [400, 'BadRequest']);
      assert.deepEqual(await post([]), [400, 'BadRequest']);
      assert.deepEqual(await post({ kind: 'Pod', apiVersion: 'v1', metadata }), [400, 'BadRequest']);
      assert.deepEqual(await post({ metadata: { name: 'a', namespace: 'other' } }), [400, 'BadRequest']);
      assert.deepEqual(await post({ metadata: { name: 'a', labels: { a: 1 } } }), [400, 'BadRequest']);
      assert.deepEqual(await post({ metadata: { name: 'a', resourceVersion: '5' } }), [500, undefined]);
      assert.deepEqual(await post({ metadata }, 'text/plain'), [415, 'UnsupportedMediaType']);
    });

    test('methods and formats that do not exist there', async () => {
      const client = await bench.client();
      const codes = async (method: 'PUT' | 'PATCH' | 'POST', path: string) => {
        const { status, body } = await client.call(method, path, {});
        return [status, body.reason];
      };
      assert.deepEqual(await codes('PUT', client.path), [405, 'MethodNotAllowed']);
      assert.deepEqual(await codes('PATCH', client.path), [405, 'MethodNotAllowed']);
      assert.deepEqual(await codes('POST', `${client.path}/a`), [405, 'MethodNotAllowed']);
      assert.deepEqual(await codes('POST', '/apis/coordination.k8s.io/v1/leases'), [405, 'MethodNotAllowed']);
      const odd = await client.call('GET', client.path, undefined, { accept: 'text/html' });
      assert.deepEqual([odd.status, odd.body.reason], [406, 'NotAcceptable']);
    });
  });
}
