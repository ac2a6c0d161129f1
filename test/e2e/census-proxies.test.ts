/** A proxy in front of a WebSocket server, both in one network namespace: each port tells its own connections. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { type TestContext, test } from 'node:test';
import { WebSocket, WebSocketServer } from 'ws';
import { CensusTaker } from '../../exporter/sources/socket-census.ts';
import { until } from './child-program.ts';
import { type Front, startHaproxy, startNginx } from './front-proxies.ts';
import { makeNetwork } from './network.ts';

async function chatServer(t: TestContext): Promise<{ server: WebSocketServer; port: number }> {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
  await once(server, 'listening');
  t.after(() => server.close());
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('test: no port');
  return { server, port: address.port };
}

const proxies: readonly (readonly [string, typeof startNginx | typeof startHaproxy])[] = [
  ['nginx', startNginx],
  ['haproxy', startHaproxy],
];

for (const [name, start] of proxies) {
  test(`real census: behind ${name} the server has as many connections as it says`, async (t) => {
    const { server, port } = await chatServer(t);
    const front = await start(t, [port]);
    if (front !== undefined) await countsBoth(t, front, server, port);
  });
}

async function countsBoth(
  t: TestContext,
  front: Front,
  server: WebSocketServer,
  port: number,
): Promise<void> {
  const clients = Array.from({ length: 8 }, () => new WebSocket(`ws://127.0.0.1:${front.port}/`));
  t.after(() => {
    for (const each of [...clients, ...server.clients]) each.terminate();
  });
  await Promise.all(clients.map((client) => once(client, 'open')));
  const taker = new CensusTaker();
  const job = { namespace: '', pod: '', processRoot: '/proc', ports: [front.port, port], find: false };
  const counts = () => {
    const reply = taker.take({ ...job, origin: 'configured' }, performance.now());
    return reply.kind === 'census'
      ? reply.place.ports.map(({ established, near }) => [established, near])
      : [];
  };
  assert.equal(server.clients.size, 8);
  // The peer of either port is in the same namespace: the clients, and the proxy.
  assert.deepEqual(counts(), [
    [8, 8],
    [8, 8],
  ]);
  for (const client of clients.slice(0, 3)) client.close();
  await until('three have left', () => server.clients.size === 5);
  await until('both ports tell so', () => JSON.stringify(counts()) === '[[5,5],[5,5]]');
}

test('real census: nobody needs a right to count another namespace', async (t) => {
  const network = makeNetwork(t);
  if (network === undefined) return;
  const server = await network.run('server', 'crowd-server.py', '8080', '16');
  const clients = await network.run('client', 'crowd-client.py');
  await server.ask('count');
  await clients.ask(`open ${network.server.ipv4} 8080 6`);
  await until('the server has them', async () => (await server.ask('count'))[0] === 6);
  const nobody = 65_534;
  const table = execFileSync('cat', [`/proc/${server.pid}/net/tcp6`], { uid: nobody, gid: nobody });
  assert.equal(table.toString().match(/:1F90 \S+ 01 /g)?.length, 6);
  const told = execFileSync('stat', ['-c', '%s', `/proc/${server.pid}/fd`], { uid: nobody, gid: nobody });
  assert.ok(Number(told) === 0 || Number(told) >= 6, `${told} descriptors`);
});
