import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { type TestContext, test } from 'node:test';
import { Server } from 'socket.io';
import { until } from './child-program.ts';
import { startHaproxy, startNginx } from './front-proxies.ts';
import { startWithProbes } from './probing-program.ts';

/** A real server of Socket.IO that says its name in every answer. */
async function startBackend(t: TestContext, name: string): Promise<number> {
  const http = createServer();
  const server = new Server(http);
  server.engine.on('headers', (headers: Record<string, string>) => {
    headers['x-served-by'] = name;
  });
  t.after(() => server.close());
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  const address = http.address();
  if (address === null || typeof address === 'string') throw new Error('balancers: the server has no port');
  return address.port;
}

test('balancers: sessions of Socket.IO are lost by turns, and kept by address or by cookie; the backends are told', async (t) => {
  const ports = [await startBackend(t, 'chat-0'), await startBackend(t, 'chat-1')];
  const fronts = {
    turns: await startNginx(t, ports),
    address: await startNginx(t, ports, 'ip_hash;'),
    cookie: await startHaproxy(t, ports, true),
    'no-cookie': await startHaproxy(t, ports),
  };
  const probes = Object.entries(fronts).flatMap(([name, front]) => {
    if (front === undefined) return [];
    const common = { url: `ws://127.0.0.1:${front.port}/`, interval: '1s', socketIo: true };
    return [{ ...common, name, spread: { connections: 4, header: 'X-Served-By' } }];
  });
  if (probes.length < 4) return;
  const { program, sample } = await startWithProbes(t, probes);
  const sessions = (target: string, failure: string) =>
    sample(`sessions_total{target="${target}",failure="${failure}"}`);
  for (const target of ['address', 'cookie']) {
    await until(`${target} keeps sessions`, async () => Number(await sessions(target, 'none')) >= 3);
    assert.equal(await sessions(target, 'session_lost'), 0);
  }
  for (const target of ['turns', 'no-cookie']) {
    await until(`${target} loses sessions`, async () => Number(await sessions(target, 'session_lost')) > 0);
    assert.equal(await sample(`up{target="${target}"}`), 1, 'a client that does not poll gets in');
    assert.match(
      program.stderr(),
      new RegExp(
        `probe ${target}: its sessions are not kept \\(session_lost\\): .* 400: .*Session ID unknown`,
      ),
    );
  }
  assert.doesNotMatch(program.stderr(), /probe (address|cookie): its sessions are not kept/);

  assert.equal(await sample('backends{target="address"}'), 1);
  // A client without the cookie of another one is a new one for haproxy.
  for (const target of ['turns', 'cookie', 'no-cookie']) {
    assert.equal(await sample(`backends{target="${target}"}`), 2, target);
    for (const backend of ['chat-0', 'chat-1']) {
      assert.ok(
        Number(await sample(`backend_connections_total{target="${target}",backend="${backend}"}`)) > 0,
      );
    }
  }
  assert.match(program.stderr(), /probe turns: backends of 4 connections: chat-\d \d, chat-\d \d\n/);
});
