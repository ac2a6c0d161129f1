import assert from 'node:assert/strict';
import { test } from 'node:test';
import { exchange } from '../../exporter/kube/exchange.ts';
import { virtualClock } from '../scheduler.ts';
import { createApiServer, inProcessTransport } from './api.ts';
import { isFields } from './json.ts';

const path = '/api/v1/namespaces/default/pods';
const stop = new AbortController().signal;

function start() {
  const clock = virtualClock(Date.UTC(2026, 0, 1) * 1000);
  const api = createApiServer({ clock });
  const channel = { transport: inProcessTransport(api), clock, timeoutMs: 1000 };
  async function send(method: 'GET' | 'POST' | 'DELETE', where: string, object?: object) {
    const answer = await exchange(channel, method, where, stop, object);
    assert.ok(answer.kind === 'answered');
    return answer;
  }
  return { api, send };
}

const bound = { metadata: { name: 'p' }, spec: { nodeName: 'n1' } };

function timesOf(body: unknown): unknown[] {
  const metadata = isFields(body) && isFields(body.metadata) ? body.metadata : {};
  return [metadata.deletionTimestamp, metadata.deletionGracePeriodSeconds];
}

test('a Pod on a node stays, marked, until its kubelet deletes it', async () => {
  const { send } = start();
  await send('POST', path, bound);
  assert.deepEqual(timesOf((await send('DELETE', `${path}/p`)).body), ['2026-01-01T00:00:30Z', 30]);
  await send('DELETE', `${path}/p`, { gracePeriodSeconds: 90 });
  assert.deepEqual(timesOf((await send('GET', `${path}/p`)).body), ['2026-01-01T00:00:30Z', 30]);
  assert.equal((await send('DELETE', `${path}/p?gracePeriodSeconds=0`)).status, 200);
  assert.equal((await send('GET', `${path}/p`)).status, 404);
});

test('a Pod names its own grace period, and one that runs nowhere goes at once', async () => {
  const { send } = start();
  await send('POST', path, { ...bound, spec: { nodeName: 'n1', terminationGracePeriodSeconds: 5 } });
  assert.deepEqual(timesOf((await send('DELETE', `${path}/p`)).body), ['2026-01-01T00:00:05Z', 5]);
  await send('POST', path, { metadata: { name: 'pending' } });
  await send('DELETE', `${path}/pending`);
  assert.equal((await send('GET', `${path}/pending`)).status, 404);
});

test('an evicted Pod says so in its status, and goes as a deleted one does', async () => {
  const { api, send } = start();
  await send('POST', path, bound);
  assert.equal(
    (await send('POST', `${path}/p/eviction`, { kind: 'Eviction', apiVersion: 'policy/v1' })).status,
    201,
  );
  const { body } = await send('GET', `${path}/p`);
  assert.deepEqual(timesOf(body), ['2026-01-01T00:00:30Z', 30]);
  assert.match(
    JSON.stringify(body),
    /"type":"DisruptionTarget","status":"True","reason":"EvictionByEvictionAPI"/,
  );
  assert.equal((await send('POST', `${path}/nobody/eviction`, {})).status, 404);
  assert.equal((await send('GET', `${path}/p/eviction`)).status, 405);
  api.faults.forbid('create pods');
  assert.equal((await send('POST', `${path}/p/eviction`, {})).status, 403);
});
