import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request } from 'node:http';
import { type TestContext, test } from 'node:test';
import { type ServerOptions, WebSocket, WebSocketServer } from 'ws';
import { httpServer, scraped } from './fixture.ts';
import { instrumentWs } from './ws.ts';

/** An instrumented server of `ws`, and clients for it. */
async function instrumented(t: TestContext, options: ServerOptions = {}) {
  const http = await httpServer(t);
  const server = new WebSocketServer({ ...options, server: http.server });
  const { registry, samples, until } = scraped();
  instrumentWs(server, registry);
  const url = `ws://127.0.0.1:${http.port}/`;
  const join = async (client = new WebSocket(url)) => {
    const accepted = once(server, 'connection');
    await once(client, 'open');
    const [peer]: unknown[] = await accepted;
    t.after(() => client.terminate());
    if (!(peer instanceof WebSocket)) throw new Error('no connection');
    return { client, peer };
  };
  return { url, server, port: http.port, registry, samples, until, join };
}

test('ws: connections, messages and bytes in both directions', async (t) => {
  const { join, until } = await instrumented(t);
  const one = await join();
  await join();
  one.client.send('grüß');
  one.client.send(Buffer.alloc(1000));
  one.peer.send('hello');
  one.peer.send(new Uint8Array(7));
  one.peer.send(Buffer.alloc(3), { binary: true }, () => undefined);
  await until(
    'connections{transport="websocket"} 2',
    'handshakes_total{outcome="accepted"} 2',
    'handshakes_total{outcome="refused"} 0',
    'messages_total{direction="received"} 2',
    'message_bytes_total{direction="received"} 1006',
    'messages_total{direction="sent"} 3',
    'message_bytes_total{direction="sent"} 15',
    'buffered_bytes{stat="sum"} 0',
  );
});

const longTexts: readonly { readonly name: string; readonly options: ServerOptions }[] = [
  { name: 'as they are', options: {} },
  { name: 'compressed', options: { perMessageDeflate: { threshold: 10 } } },
];

for (const { name, options } of longTexts) {
  test(`ws: long texts reach the client as texts, ${name}, and their bytes are counted`, async (t) => {
    const { join, until } = await instrumented(t, options);
    const { client, peer } = await join();
    const heard: unknown[] = [];
    client.on('message', (data, isBinary) => heard.push(isBinary ? data : String(data)));
    const texts = ['x'.repeat(300), 'ü'.repeat(5000), `日${'\ud800'.repeat(400)}`, '.'.repeat(70_000)];
    const [plain, wide, broken, bulky] = texts;
    const sent = new Promise<void>((done) => {
      peer.send(plain ?? '');
      peer.send(wide ?? '', () => done());
    });
    await sent;
    await new Promise((done) => peer.send(broken ?? '', { compress: true }, done));
    peer.send(bulky ?? '', { binary: true });
    await until(
      'messages_total{direction="sent"} 4',
      `message_bytes_total{direction="sent"} ${texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0)}`,
    );
    while (heard.length < 4) await once(client, 'message');
    const mended = (broken ?? '').toWellFormed();
    assert.deepEqual(heard, [plain, wide, mended, Buffer.from(bulky ?? '')]);
  });
}

const endings: readonly {
  readonly name: string;
  readonly end: (pair: { client: WebSocket; peer: WebSocket }) => void;
  readonly told: string;
}[] = [
  {
    name: 'the client says goodbye',
    end: ({ client }) => client.close(1001),
    told: 'code="1001",initiator="client"',
  },
  {
    name: 'the server says goodbye',
    end: ({ peer }) => peer.close(1012),
    told: 'code="1012",initiator="server"',
  },
  {
    name: 'the client breaks off',
    end: ({ client }) => client.terminate(),
    told: 'code="1006",initiator="client"',
  },
  {
    name: 'the server breaks off',
    end: ({ peer }) => peer.terminate(),
    told: 'code="1006",initiator="server"',
  },
  {
    name: 'the client chooses a code',
    end: ({ client }) => client.close(4711),
    told: 'code="4xxx",initiator="client"',
  },
];

for (const { name, end, told } of endings) {
  test(`ws: how a connection ends is told when ${name}`, async (t) => {
    const { join, until, samples } = await instrumented(t);
    end(await join());
    await until(
      `closes_total{${told}} 1`,
      'connections{transport="websocket"} 0',
      'ghosts_terminated_total 0',
    );
    assert.equal((await samples()).filter((line) => line.startsWith('closes_total')).length, 1);
  });
}

test('ws: what the client sends against the protocol ends with the code of the server', async (t) => {
  const { join, server, until } = await instrumented(t, { maxPayload: 10 });
  server.on('connection', (peer) => peer.on('error', () => undefined));
  const { client } = await join();
  client.send('more than ten bytes');
  await until('closes_total{code="1009",initiator="server"} 1');
});

test('ws: ping times, and connections given up for want of a pong', async (t) => {
  const { join, until, url } = await instrumented(t);
  const good = await join();
  good.peer.ping();
  await until('ping_rtt_seconds_count 1');
  const silent = await join(new WebSocket(url, { autoPong: false }));
  silent.peer.ping();
  silent.peer.ping();
  silent.peer.terminate();
  await until(
    'ghosts_terminated_total 1',
    'closes_total{code="1006",initiator="server"} 1',
    'ping_rtt_seconds_count 1',
  );
});

test('ws: refused handshakes, by the application and by ws itself', async (t) => {
  const { url, until, port } = await instrumented(t, { verifyClient: () => false });
  const client = new WebSocket(url);
  await once(client, 'error');
  await until('handshakes_total{outcome="refused"} 1');
  const headers = { connection: 'upgrade', upgrade: 'websocket' };
  request({ port, headers })
    .on('error', () => undefined)
    .end();
  await until('handshakes_total{outcome="refused"} 2', 'handshakes_total{outcome="accepted"} 0');
});

test('ws: a server without a port of its own is counted too', async (t) => {
  const http = await httpServer(t);
  const server = new WebSocketServer({ noServer: true });
  const { registry, until } = scraped();
  instrumentWs(server, registry);
  http.server.on('upgrade', (upgrade, socket, head) => {
    server.handleUpgrade(upgrade, socket, head, (client) => server.emit('connection', client, upgrade));
  });
  const client = new WebSocket(`ws://127.0.0.1:${http.port}/`);
  t.after(() => client.terminate());
  await once(client, 'open');
  await until('connections{transport="websocket"} 1');
  assert.ok((await registry.metrics()).includes(`port="${http.port}"`));
});

test('ws: connections that were open before are counted, and two servers share a registry', async (t) => {
  const http = await httpServer(t);
  const server = new WebSocketServer({ server: http.server });
  const client = new WebSocket(`ws://127.0.0.1:${http.port}/`);
  t.after(() => client.terminate());
  await once(client, 'open');
  const { registry, until } = scraped();
  instrumentWs(server, registry);
  instrumentWs(new WebSocketServer({ noServer: true }), registry);
  await until('connections{transport="websocket"} 1');
  client.close(1000);
  await until('connections{transport="websocket"} 0', 'closes_total{code="1000",initiator="client"} 1');
});

test('ws: what a slow reader keeps waiting is told', async (t) => {
  const { join, samples } = await instrumented(t);
  const { client, peer } = await join();
  client.pause();
  for (let i = 0; i < 200; i++) peer.send(Buffer.alloc(100_000));
  const value = async (stat: string) =>
    Number(
      (await samples()).find((line) => line.startsWith(`buffered_bytes{stat="${stat}"}`))?.split(' ')[1],
    );
  assert.ok((await value('sum')) > 1_000_000);
  assert.equal(await value('max'), await value('sum'));
  client.terminate();
});

test('ws: an error that nobody listens for is still the error of the application', async (t) => {
  const { join } = await instrumented(t);
  const { peer } = await join();
  assert.throws(() => peer.emit('error', new Error('mine')), /mine/);
});
