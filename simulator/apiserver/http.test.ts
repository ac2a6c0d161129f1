import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemClock } from '../../exporter/clock.ts';
import { TransportError } from '../../exporter/kube/transport.ts';
import { undiciTransport } from '../../exporter/kube/undici.ts';
import { createApiServer } from './api.ts';
import { listen } from './http.ts';

const path = '/apis/coordination.k8s.io/v1/leases';

async function start() {
  const api = createApiServer({ clock: systemClock() });
  const server = await listen(api);
  const transport = undiciTransport({ server: server.url, headers: async () => ({}) });
  async function stop(): Promise<void> {
    await transport.close();
    await server.close();
  }
  return { api, transport, stop };
}

async function until(holds: () => boolean): Promise<void> {
  for (let tries = 0; !holds(); tries++) {
    assert.ok(tries < 5000, 'never came true');
    await new Promise((resolve) => setImmediate(resolve));
  }
}

test('a client that goes away ends its watch', async () => {
  const { api, transport, stop } = await start();
  const reader = new AbortController();
  const request = { method: 'GET', path: `${path}?watch=1`, signal: reader.signal } as const;
  const { status } = await transport.request(request);
  assert.deepEqual([status, api.watchCount()], [200, 1]);
  reader.abort();
  await until(() => api.watchCount() === 0);
  await stop();
});

test('a server that stops breaks its connections and answers nothing', async () => {
  const { api, transport, stop } = await start();
  const { signal } = new AbortController();
  const { body } = await transport.request({ method: 'GET', path: `${path}?watch=1`, signal });
  const broken = assert.rejects(async () => {
    for await (const chunk of body) assert.ok(chunk.length > 0);
  }, TransportError);
  api.faults.stop();
  await broken;
  await assert.rejects(transport.request({ method: 'GET', path, signal }), TransportError);
  api.faults.start();
  assert.equal((await transport.request({ method: 'GET', path, signal })).status, 200);
  await stop();
});
