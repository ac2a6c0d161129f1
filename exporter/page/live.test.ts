import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect, type Socket } from 'node:net';
import { type TestContext, test } from 'node:test';
import { WebSocket } from 'ws';
import { until } from '../../test/e2e/child-program.ts';
import { ManualClock } from '../../test/manual-clock.ts';
import { createLive } from './live.ts';
import type { Message } from './message.ts';
import { noTables, type SilenceRow, type Tables } from './tables.ts';

/** A server with nothing but the WebSocket, on a clock that the test moves. */
async function serve(t: TestContext) {
  const clock = new ManualClock();
  const world = { tables: noTables(), looks: 0 };
  const live = createLive({
    clock,
    build: async () => 'build-1',
    snapshot() {
      world.looks += 1;
      return world.tables;
    },
  });
  const server = createServer();
  server.on('upgrade', live.upgrade).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(async () => {
    const closed = live.close();
    clock.advance(1000);
    await closed;
    server.close();
  });
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return { clock, world, live, port };
}

/** A reader of the page that keeps what it was told. */
async function read(t: TestContext, port: number) {
  const messages: Message[] = [];
  const socket = new WebSocket(`ws://127.0.0.1:${port}/live`);
  socket.on('message', (data) => messages.push(JSON.parse(String(data))));
  t.after(() => socket.terminate());
  await until('the first message', () => messages.length > 0, 5000, 5);
  return { socket, messages };
}

function silent(...classes: readonly SilenceRow['id'][]): Tables {
  return { ...noTables(), silences: new Map(classes.map((id) => [id, { id }])) };
}

test('live: first the state, then what changes, and nothing twice', async (t) => {
  const { clock, world, port } = await serve(t);
  world.tables = silent('lock');
  const { messages } = await read(t, port);
  const [state] = messages;
  assert.ok(state?.kind === 'state');
  assert.deepEqual(
    [state.build, state.tables.silences, state.tables.leases],
    ['build-1', [{ id: 'lock' }], []],
  );
  world.tables = silent('election', 'lock');
  clock.advance(500);
  clock.advance(500);
  await until('the change', () => messages.length > 1, 5000, 5);
  const [, change] = messages;
  assert.deepEqual(change?.kind === 'change' && change.tables, { silences: { add: [{ id: 'election' }] } });
  assert.equal(messages.length, 2);
});

test('live: at most four messages a second, however much changes', async (t) => {
  const { clock, world, port } = await serve(t);
  const { messages } = await read(t, port);
  for (let ms = 0; ms < 10_000; ms += 50) {
    world.tables = silent(...(ms % 100 === 0 ? (['lock'] as const) : []));
    clock.advance(50);
  }
  await until('all of it', () => messages.length >= 5, 5000, 5);
  assert.ok(messages.length <= 41, `${messages.length} messages`);
});

test('live: without any change it says that it is alive', async (t) => {
  const { clock, port } = await serve(t);
  const { messages } = await read(t, port);
  clock.advance(10_000);
  await until('signs of life', () => messages.length >= 4, 5000, 5);
  assert.deepEqual(
    messages.slice(1).map((message) => message.kind === 'change' && message.tables),
    messages.slice(1).map(() => undefined),
  );
});

test('live: while nobody looks on nobody looks for changes', async (t) => {
  const { clock, world, live, port } = await serve(t);
  clock.advance(60_000);
  assert.equal(world.looks, 0);
  const { socket } = await read(t, port);
  clock.advance(1000);
  assert.ok(world.looks > 1);
  socket.close();
  await until('it is gone', () => live.readers === 0, 5000, 5);
  const { looks } = world;
  clock.advance(60_000);
  assert.equal(world.looks, looks);
});

test('live: who comes later has the same history as who was there', async (t) => {
  const { live, port } = await serve(t);
  live.sample({ at: 1, values: { a: 5 } });
  const first = await read(t, port);
  live.sample({ at: 2, values: { a: 6 } });
  await until('the sample', () => first.messages.length > 1, 5000, 5);
  const [, told] = first.messages;
  assert.deepEqual(told?.kind === 'change' && told.sample, { at: 2, values: { a: 6 } });
  const second = await read(t, port);
  const [state] = second.messages;
  assert.deepEqual(state?.kind === 'state' && state.history, { at: [1, 2], series: { a: [5, 6] } });
});

test('live: a reader that does not read gets no more, and a new state once it has read', async (t) => {
  const { clock, world, port } = await serve(t);
  const slow = await openWithoutReading(t, port);
  const big = 'x'.repeat(1_000_000);
  for (let round = 0; round < 20; round++) {
    world.tables = {
      ...noTables(),
      unread: new Map([['a/b', { id: 'a/b', why: `${round}${big}` }]]),
    };
    clock.advance(500);
    await new Promise((resolve) => setImmediate(resolve));
  }
  let received = 0;
  let states = 0;
  let end = '';
  slow.on('data', (chunk: Buffer) => {
    received += chunk.length;
    const text = `${end}${chunk.toString('latin1')}`;
    states += text.split(stateMark).length - 1;
    end = text.slice(1 - stateMark.length);
  });
  await until('it has read what waited for it', () => {
    clock.advance(100);
    return states >= 2;
  });
  // 20 changes are 20 MB: it was spared most of them.
  assert.ok(received < 15_000_000, `${received} bytes`);
});

const stateMark = '{"kind":"state"';

test('live: a reader that does not read for a minute is let go', async (t) => {
  const { clock, world, live, port } = await serve(t);
  await openWithoutReading(t, port);
  const big = 'x'.repeat(1_000_000);
  await until('it is behind, and gone', () => {
    world.tables = {
      ...noTables(),
      unread: new Map([['a/b', { id: 'a/b', why: `${clock.now().mono}${big}` }]]),
    };
    clock.advance(2000);
    return live.readers === 0;
  });
});

test('live: a reader that does not answer a ping is let go', async (t) => {
  const { clock, live, port } = await serve(t);
  const { socket } = await read(t, port);
  socket.pong = () => {};
  clock.advance(15_000);
  clock.advance(15_000);
  await until('it is gone', () => live.readers === 0, 5000, 5);
});

test('live: readers have nothing to say, and what they say does no harm', async (t) => {
  const { live, port } = await serve(t);
  const { socket } = await read(t, port);
  socket.send('hello');
  const closed = once(socket, 'close');
  socket.send('x'.repeat(5000));
  const [code] = await closed;
  assert.equal(code, 1009);
  await until('it is gone', () => live.readers === 0, 5000, 5);
});

test('live: there is an end to how many may look on', async (t) => {
  const { port } = await serve(t);
  await Promise.all(Array.from({ length: 64 }, () => read(t, port)));
  const refused = new WebSocket(`ws://127.0.0.1:${port}/live`);
  const [error] = await once(refused, 'error');
  assert.match(String(error), /503/);
});

/** Opens a WebSocket on a bare connection, and reads no further than the answer. */
async function openWithoutReading(t: TestContext, port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  t.after(() => socket.destroy());
  socket.write(
    'GET /live HTTP/1.1\r\nhost: x\r\nupgrade: websocket\r\nconnection: upgrade\r\n' +
      'sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n',
  );
  await once(socket, 'readable');
  return socket;
}
