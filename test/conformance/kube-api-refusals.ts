import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Bench } from './kube-api.ts';
import { at } from './kube-api-client.ts';

const merge = 'application/merge-patch+json';
const layout = '"2006-01-02T15:04:05.000000Z07:00"';

/** A spec, then code, reason and what the message ends with. */
const badSpecs: readonly (readonly [string, unknown, number, string, string])[] = [
  ['duration 0', { leaseDurationSeconds: 0 }, 422, 'Invalid', 'Invalid value: 0: must be greater than 0'],
  [
    'a negative duration',
    { leaseDurationSeconds: -5 },
    422,
    'Invalid',
    'Invalid value: -5: must be greater than 0',
  ],
  [
    'negative transitions',
    { leaseTransitions: -1 },
    422,
    'Invalid',
    'spec.leaseTransitions: Invalid value: -1: must be greater than or equal to 0',
  ],
  [
    'two mistakes at once',
    { leaseDurationSeconds: 0, leaseTransitions: -1 },
    422,
    'Invalid',
    'is invalid: [spec.leaseDurationSeconds: Invalid value: 0: must be greater than 0, ' +
      'spec.leaseTransitions: Invalid value: -1: must be greater than or equal to 0]',
  ],
  ['a duration beyond int32', { leaseDurationSeconds: 2 ** 31 }, 400, 'BadRequest', 'of type int32'],
  ['a fraction', { leaseDurationSeconds: 1.5 }, 400, 'BadRequest', 'of type int32'],
  [
    'a duration in words',
    { leaseDurationSeconds: '15' },
    400,
    'BadRequest',
    'string into Go struct field LeaseSpec.spec.leaseDurationSeconds of type int32',
  ],
  [
    'a holder that is a number',
    { holderIdentity: 5 },
    400,
    'BadRequest',
    'LeaseSpec.spec.holderIdentity of type string',
  ],
  ['a time that is a number', { renewTime: 5 }, 400, 'BadRequest', 'LeaseSpec.spec.renewTime of type string'],
  [
    'milliseconds',
    { renewTime: '2026-01-01T00:00:00.123Z' },
    400,
    'BadRequest',
    `as ${layout}: cannot parse ".123Z" as ".000000"`,
  ],
  [
    'whole seconds',
    { renewTime: '2026-01-01T00:00:00Z' },
    400,
    'BadRequest',
    `as ${layout}: cannot parse "Z" as ".000000"`,
  ],
  [
    'seven digits',
    { renewTime: '2026-01-01T00:00:00.1234567Z' },
    400,
    'BadRequest',
    `as ${layout}: cannot parse "7Z" as "Z07:00"`,
  ],
  [
    'a small z',
    { renewTime: '2026-01-01T00:00:00.123456z' },
    400,
    'BadRequest',
    `as ${layout}: cannot parse "z" as "Z07:00"`,
  ],
  [
    'an empty time',
    { renewTime: '' },
    400,
    'BadRequest',
    `parsing time "" as ${layout}: cannot parse "" as "2006"`,
  ],
  ['month 13', { renewTime: '2026-13-01T00:00:00.000000Z' }, 400, 'BadRequest', ': month out of range'],
  ['30 February', { renewTime: '2026-02-30T00:00:00.000000Z' }, 400, 'BadRequest', ': day out of range'],
  ['hour 25', { renewTime: '2026-01-01T25:00:00.000000Z' }, 400, 'BadRequest', ': hour out of range'],
  [
    'a spec that is a list',
    [],
    400,
    'BadRequest',
    'cannot unmarshal array into Go struct field Lease.spec of type v1.LeaseSpec',
  ],
];

/** A query of a list or watch, then code, reason and the message. */
const badQueries: readonly (readonly [string, number, string | undefined, RegExp])[] = [
  ['limit=abc', 400, 'BadRequest', /^strconv.ParseInt: parsing "abc": invalid syntax$/],
  ['continue=garbage', 400, 'BadRequest', /^invalid continue token: continue key is not valid/],
  [
    'resourceVersion=abc',
    400,
    'BadRequest',
    /^invalid resource version: resourceVersion: Invalid value: "abc"/,
  ],
  ['watch=1&resourceVersion=abc', 500, undefined, /^resourceVersion: Invalid value: "abc"/],
  ['watch=1&timeoutSeconds=abc', 400, 'BadRequest', /^strconv.ParseInt: parsing "abc": invalid syntax$/],
  ['resourceVersionMatch=Exact', 422, 'Invalid', /is forbidden unless resourceVersion is provided$/],
  ['resourceVersion=0&resourceVersionMatch=Exact', 422, 'Invalid', /is forbidden for resourceVersion "0"$/],
  ['sendInitialEvents=true', 422, 'Invalid', /sendInitialEvents is forbidden for list$/],
  ['watch=1&sendInitialEvents=true', 422, 'Invalid', /^ListOptions.meta.k8s.io "" is invalid: /],
  [
    'watch=1&resourceVersion=1&resourceVersionMatch=Exact',
    422,
    'Invalid',
    /supported values: "NotOlderThan"\]$/,
  ],
  [
    'fieldSelector=spec.x%3D1',
    400,
    'BadRequest',
    /^"spec.x" is not a known field selector: only "metadata.name", "metadata.namespace"$/,
  ],
  ['labelSelector=a%20b', 400, 'BadRequest', /^unable to parse requirement/],
];

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
