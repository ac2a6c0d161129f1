import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createApiServer, inProcessTransport } from '../../simulator/apiserver/api.ts';
import { virtualClock } from '../../simulator/scheduler.ts';
import { leaseSource } from '../sources/leases.ts';
import { answerLeases, answerRevision } from './read-leases.ts';

const stop = new AbortController().signal;
const revisionOf = { kind: 'read-revision', source: 'leases' } as const;
const allOf = { kind: 'list-leases', source: 'leases' } as const;

function start() {
  const clock = virtualClock();
  const api = createApiServer({ clock });
  const transport = inProcessTransport(api);
  const { collection } = leaseSource({ transport, clock, random: () => 0.5, limits: { pageSize: 2 } });
  async function create(name: string): Promise<void> {
    const path = '/apis/coordination.k8s.io/v1/namespaces/default/leases';
    const body = JSON.stringify({ metadata: { name }, spec: { holderIdentity: 'h' } });
    const headers = { 'content-type': 'application/json' };
    const { status } = await transport.request({ method: 'POST', path, body, headers, signal: stop });
    assert.equal(status, 201);
  }
  return { api, create, collection, reader: { transport, clock, stop } };
}

test('the revision grows with every write, and is that of the moment when it was read', async () => {
  const { create, collection, reader } = start();
  const read = async () => {
    const { result } = await answerRevision(reader, revisionOf, collection);
    return 'revision' in result ? Number(result.revision) : assert.fail(result.failed);
  };
  await create('a');
  const before = await read();
  await create('b');
  assert.equal(await read(), before + 1);
});

test('a list answers with all leases, of all pages', async () => {
  const { create, collection, reader } = start();
  for (const name of ['a', 'b', 'c', 'd', 'e']) await create(name);
  const { result } = await answerLeases(reader, allOf, collection);
  assert.ok('listed' in result);
  assert.deepEqual(
    result.listed.map(({ name }) => name),
    ['a', 'b', 'c', 'd', 'e'],
  );
});

test('a refusal is a result, with the words of the server', async () => {
  const { api, collection, reader } = start();
  api.faults.forbid('leases');
  for (const answer of [
    await answerRevision(reader, revisionOf, collection),
    await answerLeases(reader, allOf, collection),
  ]) {
    assert.ok('failed' in answer.result);
    assert.match(answer.result.failed, /^HTTP 403: .*forbidden/);
  }
});
