import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { WebSocket, WebSocketServer } from 'ws';
import { stringify } from 'yaml';
import { startProgram, until } from './child-program.ts';
import { startHaproxy } from './front-proxies.ts';

async function startServer(t: TestContext): Promise<number> {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
  await once(server, 'listening');
  t.after(() => server.close());
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('endpoints: the server has no port');
  return address.port;
}

async function threeClients(t: TestContext, port: number): Promise<readonly WebSocket[]> {
  const clients = [1, 2, 3].map(() => new WebSocket(`ws://127.0.0.1:${port}/`));
  for (const client of clients) {
    client.on('error', () => undefined);
    t.after(() => client.terminate());
  }
  await Promise.all(clients.map((client) => once(client, 'open')));
  return clients;
}

test('endpoints: what a real haproxy counts stands beside our own counts, and goes when it is gone', async (t) => {
  const front = await startHaproxy(t, [await startServer(t)]);
  if (front === undefined) return;
  const [first] = await threeClients(t, front.port);
  const folder = mkdtempSync(join(tmpdir(), 'leasewatch-endpoints-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const config = join(folder, 'leasewatch.yaml');
  const haproxy = {
    ...{ name: 'haproxy', url: front.metrics, interval: '200ms' },
    ...{ connections: 'haproxy_frontend_current_sessions', labels: { proxy: 'front' } },
  };
  const websockets = { endpoints: [haproxy] };
  writeFileSync(config, stringify({ mode: 'sidecar', outbox: { path: 'off' }, websockets }));
  const program = startProgram({ args: ['run', '--config', config, '--listen', '127.0.0.1:0'] });
  t.after(async () => {
    program.process.kill('SIGTERM');
    assert.equal(await program.ended, 0);
  });
  const url = await program.url();
  const told = async (line: string) =>
    (await (await fetch(`${url}/metrics`)).text()).includes(`\nleasewatch_${line}`);
  const open = 'websocket_proxy_connections{target="haproxy"}';
  await until('three connections are told', () => told(`${open} 3\n`));
  first?.terminate();
  await until('two connections are told', () => told(`${open} 2\n`));
  await front.stop();
  await until('the count is gone', async () => !(await told(open)));
  assert.ok(await told('source_up{source="endpoints/haproxy"} 0\n'));
  assert.ok(await told('websocket_endpoint_failures_total{target="haproxy",reason="unreachable"}'));
  assert.match(program.stderr(), /source endpoints\/haproxy: down, .*ECONNREFUSED/);
});
