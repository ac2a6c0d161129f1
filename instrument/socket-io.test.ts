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
