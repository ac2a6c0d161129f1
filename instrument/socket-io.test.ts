import { once } from 'node:events';
import { type TestContext, test } from 'node:test';
import { Server, type ServerOptions } from 'socket.io';
import { io, type ManagerOptions, type Socket } from 'socket.io-client';
import { httpServer, scraped } from './fixture.ts';
import { instrumentSocketIo } from './socket-io.ts';

/** An instrumented server of Socket.IO that echoes what it is told, and clients for it. */
async function instrumented(t: TestContext, options: Partial<ServerOptions> = {}) {
  const http = await httpServer(t);
  const server = new Server(http.server, options);
  server.on('connection', (socket) => socket.on('echo', (text: unknown) => socket.emit('echo', text)));
  t.after(() => server.close());
  const { registry, until } = scraped();
  instrumentSocketIo(server, registry);
  const join = async (part: Partial<ManagerOptions> = {}): Promise<Socket> => {
    const client = io(`http://127.0.0.1:${http.port}`, { forceNew: true, reconnection: false, ...part });
    t.after(() => client.disconnect());
    await new Promise<void>((resolve, reject) => {
      client.on('connect', resolve);
      client.on('connect_error', reject);
    });
    return client;
  };
  return { server, port: http.port, until, join };
}

test('Socket.IO: sessions by their present transport, before and after the upgrade', async (t) => {
  const { join, until } = await instrumented(t);
  await join({ transports: ['polling'] });
  await join({ transports: ['websocket'] });
  await until('connections{transport="polling"} 1', 'connections{transport="websocket"} 1');
  await join({ transports: ['polling', 'websocket'] });
  await until(
    'connections{transport="polling"} 1',
    'connections{transport="websocket"} 2',
    'handshakes_total{outcome="accepted"} 3',
  );
});

test('Socket.IO: messages of its protocol, with their bytes', async (t) => {
  const { join, until } = await instrumented(t);
  const client = await join({ transports: ['websocket'] });
  const echoed = new Promise((resolve) => client.once('echo', resolve));
  client.emit('echo', 'grüß');
  await echoed;
  // Besides the echo there is one packet each by which the session joins the namespace.
  await until(
    'messages_total{direction="received"} 2',
    'messages_total{direction="sent"} 2',
    `message_bytes_total{direction="received"} ${1 + Buffer.byteLength('2["echo","grüß"]')}`,
  );
});

/** What a text costs on the line as the only argument of the event `echo`, without the type of Engine.IO. */
function echoBytes(text: string): number {
  return Buffer.byteLength(`2["echo",${JSON.stringify(text)}]`);
}

/** A session joins the namespace with `0`, and is answered with `0{"sid":"…"}`, whose sid has 20 characters. */
const joinBytes = { received: 1, sent: Buffer.byteLength(`0{"sid":"${'x'.repeat(20)}"}`) };

const ways: readonly {
  readonly name: string;
  readonly part: Partial<ManagerOptions>;
  readonly options: Partial<ServerOptions>;
}[] = [
  { name: 'over a WebSocket', part: { transports: ['websocket'] }, options: {} },
  { name: 'compressed', part: { transports: ['websocket'] }, options: { perMessageDeflate: true } },
  { name: 'by polling', part: { transports: ['polling'] }, options: {} },
  { name: 'after the upgrade', part: { transports: ['polling', 'websocket'] }, options: {} },
];

for (const { name, part, options } of ways) {
  test(`Socket.IO: long texts and broadcasts ${name} are counted once, with their bytes`, async (t) => {
    const { server, join, until } = await instrumented(t, options);
    const client = await join(part);
    const upgraded = part.transports?.length === 2;
    if (upgraded) await until('connections{transport="websocket"} 1');
    const long = 'grüß '.repeat(1000);
    const echo = () => new Promise((resolve) => client.once('echo', resolve));
    for (const text of ['hi', long]) {
      const echoed = echo();
      client.emit('echo', text);
      await echoed;
    }
    const told = echo();
    server.emit('echo', long);
    t.assert.equal(await told, long);
    const both = echoBytes('hi') + echoBytes(long);
    await until(
      'messages_total{direction="received"} 3',
      'messages_total{direction="sent"} 4',
      `message_bytes_total{direction="received"} ${joinBytes.received + both}`,
      `message_bytes_total{direction="sent"} ${joinBytes.sent + both + echoBytes(long)}`,
    );
  });
}

test('Socket.IO: attachments are messages of their own', async (t) => {
  const { join, until } = await instrumented(t);
  const client = await join({ transports: ['websocket'] });
  const echoed = new Promise((resolve) => client.once('echo', resolve));
  client.emit('echo', Buffer.alloc(1000));
  await echoed;
  const head = Buffer.byteLength('51-["echo",{"_placeholder":true,"num":0}]');
  await until(
    'messages_total{direction="sent"} 3',
    `message_bytes_total{direction="received"} ${joinBytes.received + head + 1000}`,
    `message_bytes_total{direction="sent"} ${joinBytes.sent + head + 1000}`,
  );
});

test('Socket.IO: the reason of an end is told in place of a close code', async (t) => {
  const { join, until, server } = await instrumented(t);
  (await join({ transports: ['websocket'] })).disconnect();
  await until('closes_total{code="transport_close",initiator="client"} 1');
  const accepted = once(server, 'connection');
  await join({ transports: ['websocket'] });
  await accepted;
  server.disconnectSockets(true);
  await until(
    'closes_total{code="forced_close",initiator="server"} 1',
    'connections{transport="websocket"} 0',
    'ghosts_terminated_total 0',
  );
});

test('Socket.IO: ping times, and sessions given up for want of a pong', async (t) => {
  const { join, until } = await instrumented(t, { pingInterval: 30, pingTimeout: 60 });
  const client = await join({ transports: ['websocket'] });
  await until('ping_rtt_seconds_count 2');
  // A client that does not answer any more, without a word.
  client.io.engine.removeAllListeners();
  Reflect.set(client.io.engine, '_sendPacket', () => undefined);
  await until('ghosts_terminated_total 1', 'closes_total{code="ping_timeout",initiator="server"} 1');
});

test('Socket.IO: refused handshakes, and sessions that another server has', async (t) => {
  const { port, until } = await instrumented(t, { allowRequest: (_request, tell) => tell('no', false) });
  const poll = (query: string) =>
    fetch(`http://127.0.0.1:${port}/socket.io/?EIO=4&transport=polling${query}`);
  await (await poll('')).text();
  await until('handshakes_total{outcome="refused"} 1', 'handshakes_total{outcome="accepted"} 0');
  await (await poll('&sid=elsewhere')).text();
  await until('handshakes_total{outcome="unknown_session"} 1');
});

test('Socket.IO: a server without an HTTP server is told to get one before', (t) => {
  t.assert.throws(() => instrumentSocketIo(new Server(), scraped().registry), /attach the Socket.IO server/);
});
