/** The census of real connections in real network namespaces, held against what the server itself knows. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { PlaceCensus, PortCensus } from '../../exporter/model/observation.ts';
import { CensusTaker } from '../../exporter/sources/socket-census.ts';
import { until } from './child-program.ts';
import { makeNetwork, type Network, type Talker } from './network.ts';

const port = 8080;

interface Scene {
  readonly network: Network;
  readonly server: Talker;
  readonly clients: Talker;
  open(count: number, host?: string): Promise<void>;
  /** Takes a census of the namespace of the server, from outside of it. */
  count(): PortCensus & { readonly counters: PlaceCensus['counters'] };
}

/** A server that is not written for Node, and its clients; undefined when the test was skipped. */
async function scene(t: TestContext, backlog = 128): Promise<Scene | undefined> {
  const network = makeNetwork(t);
  if (network === undefined) return undefined;
  const server = await network.run('server', 'crowd-server.py', String(port), String(backlog));
  const clients = await network.run('client', 'crowd-client.py');
  await server.ask('count');
  const taker = new CensusTaker();
  const processRoot = `/proc/${server.pid}`;
  const job = { ...{ namespace: 'shop', pod: 'chat-0', processRoot }, ports: [port], find: false };
  return {
    ...{ network, server, clients },
    async open(count, host = network.server.ipv4) {
      await clients.ask(`open ${host} ${port} ${count}`);
    },
    count() {
      const reply = taker.take({ ...job, origin: 'configured' }, performance.now());
      assert.ok(reply.kind === 'census', JSON.stringify(reply));
      const [counted] = reply.place.ports;
      assert.ok(counted);
      return { ...counted, counters: reply.place.counters };
    },
  };
}

async function untilServerHas(server: Talker, connections: number): Promise<void> {
  await until(`the server has ${connections}`, async () => (await server.ask('count'))[0] === connections);
}

test('real census: IPv4, IPv6 and IPv4 over an IPv6 socket are counted, and none of them twice', async (t) => {
  const stage = await scene(t);
  if (stage === undefined) return;
  await stage.open(30);
  await stage.open(12, stage.network.server.ipv6);
  await untilServerHas(stage.server, 42);
  const { established, near, unaccepted, listening, ages } = stage.count();
  assert.deepEqual([established, near, unaccepted, listening], [42, 0, 0, true]);
  assert.equal(ages?.max, 0);
  assert.equal(stage.count().counters?.accepts, 42);
});

test('real census: connections end, and their lifetimes are told', async (t) => {
  const stage = await scene(t);
  if (stage === undefined) return;
  stage.count();
  await stage.open(5);
  await untilServerHas(stage.server, 5);
  assert.equal(stage.count().established, 5);
  await stage.clients.ask('close 3');
  await untilServerHas(stage.server, 2);
  const [first, second] = [stage.count(), stage.count()];
  assert.deepEqual([first.established, first.closed, second.closed], [2, 0, 3]);
  assert.equal(
    second.ended.reduce((sum, [, count]) => sum + count, 0),
    3,
  );
});

test('real census: under a churn of 1,000 a second it differs by what happened meanwhile at most', async (t) => {
  const stage = await scene(t);
  if (stage === undefined) return;
  await stage.open(200);
  await untilServerHas(stage.server, 200);
  const churn = stage.clients.ask(`churn ${stage.network.server.ipv4} ${port} 1000 3`);
  let over = false;
  void churn.then(() => {
    over = true;
  });
  let censuses = 0;
  while (!over) {
    const [before = 0, changesBefore = 0] = await stage.server.ask('count');
    const { established } = stage.count();
    // What the kernel has told the server by now, it has taken in when it is asked for the second time.
    await stage.server.ask('count');
    const [, changesAfter = 0] = await stage.server.ask('count');
    const changes = changesAfter - changesBefore;
    assert.ok(Math.abs(established - before) <= changes, `${established}, not ${before} ± ${changes}`);
    censuses++;
  }
  const [, churned = 0] = await churn;
  assert.ok(churned > 1000 && censuses > 10, `${churned} connections, ${censuses} censuses`);
  await untilServerHas(stage.server, 200);
  const { established, counters } = stage.count();
  assert.equal(established, 200);
  // The counter of the kernel has missed none, however short.
  assert.equal(counters?.accepts, 200 + churned);
});

const losses: readonly (readonly [string, (network: Network) => void])[] = [
  ['a router that drops everything', (network) => network.cut()],
  ['a link that was taken down', (network) => network.pull()],
];

for (const [how, lose] of losses) {
  test(`real census: clients behind ${how} are ghosts once something is sent to them`, async (t) => {
    const stage = await scene(t);
    if (stage === undefined) return;
    await stage.open(4);
    await untilServerHas(stage.server, 4);
    lose(stage.network);
    assert.deepEqual([stage.count().established, stage.count().ghosts], [4, 0]);
    await stage.server.ask('send 100');
    await until('all four are ghosts', () => stage.count().ghosts === 4, 30_000);
    const { established, stalled, sendQueueBytes, longestSendQueueBytes } = stage.count();
    assert.deepEqual([established, stalled, sendQueueBytes, longestSendQueueBytes], [4, 0, 400, 100]);
    // The server itself has noticed nothing of it yet.
    assert.equal((await stage.server.ask('count'))[0], 4);
  });

  test(`real census: idle clients behind ${how} are ghosts where the server has keep-alive`, async (t) => {
    const stage = await scene(t);
    if (stage === undefined) return;
    await stage.open(3);
    await stage.open(2, stage.network.server.ipv6);
    await untilServerHas(stage.server, 5);
    await stage.server.ask('keepalive');
    assert.equal(stage.count().ghosts, 0);
    lose(stage.network);
    await until('all five are ghosts', () => stage.count().ghosts === 5, 30_000);
  });
}

test('real census: clients that do not read are stalled, and dead-stalled when they vanish then', async (t) => {
  const stage = await scene(t);
  if (stage === undefined) return;
  await stage.open(2);
  await untilServerHas(stage.server, 2);
  await stage.server.ask('send 20000000');
  await until('both are stalled', () => stage.count().stalled === 2, 30_000);
  const { ghosts, deadStalled, longestSendQueueBytes } = stage.count();
  assert.deepEqual([ghosts, deadStalled], [0, 0]);
  assert.ok(longestSendQueueBytes > 10_000, `${longestSendQueueBytes} bytes wait`);
  stage.network.cut();
  await until('both are dead-stalled', () => stage.count().deadStalled === 2, 30_000);
});

test('real census: connections that nobody accepts wait in the queue, and overflows are counted', async (t) => {
  const stage = await scene(t, 4);
  if (stage === undefined) return;
  await stage.server.ask('accept off');
  await stage.open(3);
  const { established, unaccepted, acceptQueue, counters } = stage.count();
  assert.deepEqual([established, unaccepted, acceptQueue, counters?.listenOverflows], [0, 3, 3, 0]);
  await stage.open(3);
  assert.ok((stage.count().counters?.listenOverflows ?? 0) > 0);
  await stage.server.ask('accept on');
  await until('they are accepted', () => stage.count().unaccepted === 0);
});

test('real census: of a server that is gone nothing is counted, and the reason is told', async (t) => {
  const stage = await scene(t);
  if (stage === undefined) return;
  stage.count();
  process.kill(stage.server.pid, 'SIGKILL');
  const job = {
    namespace: '',
    pod: '',
    processRoot: `/proc/${stage.server.pid}`,
    ports: [port],
    find: false,
  };
  const reply = () => new CensusTaker().take({ ...job, origin: 'configured' }, 0);
  await until('it is gone', () => reply().kind === 'failed');
  assert.match(JSON.stringify(reply()), /ENOENT|ESRCH|EINVAL/);
});
