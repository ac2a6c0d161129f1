import assert from 'node:assert/strict';
import { createServer as createHttpServer } from 'node:http';
import { createServer as createTcpServer, type Socket } from 'node:net';
import { type TestContext, test } from 'node:test';
import { type ServerOptions, WebSocketServer } from 'ws';
import { systemClock } from '../clock.ts';
import { listening, probeTarget } from './fixture.ts';
import { dial } from './probe-dial.ts';
import type { ProbeTarget } from './probe-target.ts';

async function dialOnce(t: TestContext, part: Partial<ProbeTarget>, headers: Record<string, string> = {}) {
  const stop = new AbortController();
  t.after(() => stop.abort());
  const credentials = { headers, tls: {}, secrets: [] };
  const dialled = await dial({
    target: probeTarget(part),
    credentials,
    clock: systemClock(),
    stop: stop.signal,
  });
  t.after(() => dialled.connection?.cut('the test is over'));
  return dialled;
}

/** A WebSocket server of the package ws behind a plain HTTP server. */
async function wsServer(t: TestContext, options: ServerOptions = {}) {
  const http = createHttpServer();
  const server = new WebSocketServer({ ...options, server: http });
  const port = await listening(t, http);
  return { server, url: `ws://127.0.0.1:${port}/` };
}

/** A server that says the same to everybody who says anything. */
async function parrot(t: TestContext, answer: (socket: Socket, request: string) => void): Promise<string> {
  const server = createTcpServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', (request) => answer(socket, request.toString('latin1')));
  });
  return `ws://127.0.0.1:${await listening(t, server)}/`;
}

test('dial: a server that works is told with all its phases, and its connection answers pings', async (t) => {
  const { url } = await wsServer(t);
  const { handshake, connection } = await dialOnce(t, { url });
  assert.equal(handshake.failure, undefined);
  assert.equal(handshake.status, 101);
  assert.deepEqual(Object.keys(handshake.phases), ['dns', 'tcp', 'upgrade', 'pong']);
  assert.ok(Object.values(handshake.phases).every((seconds) => seconds >= 0 && seconds < 5));
  await connection?.ping();
  connection?.end();
  assert.deepEqual(await connection?.ended, { code: 1000, initiator: 'server', why: '', flooded: false });
});

test('dial: headers and the offered subprotocols reach the server, which chooses one of them', async (t) => {
  const { server, url } = await wsServer(t, { handleProtocols: () => 'v2.chat' });
  const asked = new Promise<Record<string, unknown>>((resolve) => {
    server.once('connection', (_socket, request) => resolve(request.headers));
  });
  const subprotocols = ['v1.chat', 'v2.chat'];
  const { handshake } = await dialOnce(t, { url, subprotocols }, { authorization: 'Bearer x' });
  assert.equal(handshake.failure, undefined);
  const headers = await asked;
  assert.equal(headers.authorization, 'Bearer x');
  assert.equal(headers['user-agent'], 'leasewatch');
  assert.equal(headers['sec-websocket-protocol'], 'v1.chat,v2.chat');
});

test('dial: a refusal that is expected is a success', async (t) => {
  const { url } = await wsServer(t, {
    verifyClient: (_info, tell) => tell(false, 401),
  });
  const { handshake, connection } = await dialOnce(t, { url, expectStatus: 401 });
  assert.deepEqual([handshake.failure, handshake.status, connection], [undefined, 401, undefined]);
});

const frame = (opcode: number, length: number) => {
  const head = Buffer.from([0x80 | opcode, 126, length >> 8, length & 0xff]);
  return Buffer.concat([head, Buffer.alloc(length)]);
};

/** An upgrade with the right key, by hand, and what comes after it. */
function upgraded(then: (socket: Socket) => void): (socket: Socket, request: string) => Promise<void> {
  return async (socket, request) => {
    const { createHash } = await import('node:crypto');
    const key = /^sec-websocket-key: (.*)\r$/im.exec(request)?.[1] ?? '';
    const accept = createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
    const lines = ['HTTP/1.1 101 Switching Protocols', 'Upgrade: websocket', 'Connection: Upgrade'];
    socket.write([...lines, `Sec-WebSocket-Accept: ${accept}`, '', ''].join('\r\n'));
    then(socket);
  };
}

function floodForever(socket: Socket): void {
  const next = () => {
    while (!socket.destroyed && socket.write(frame(2, 60_000)));
    socket.once('drain', next);
  };
  next();
}

const ok = 'HTTP/1.1 200 OK\r\n';
const answers: readonly {
  readonly name: string;
  readonly answer: (socket: Socket, request: string) => void;
  readonly failure: string;
  readonly status: number | undefined;
  readonly why: RegExp;
}[] = [
  {
    name: 'never answers',
    answer: () => undefined,
    failure: 'timeout',
    status: undefined,
    why: /^not done within 0\.3 s, in phase upgrade$/,
  },
  {
    name: 'answers 200 with a page',
    answer: (socket) => socket.end(`${ok}content-type: text/html\r\n\r\n<html></html>`),
    failure: 'status',
    status: 200,
    why: /^answered 200 where 101 was expected$/,
  },
  {
    name: 'answers 200 and then without end',
    answer: (socket) => {
      socket.write(`${ok}\r\n`);
      const next = () => {
        while (!socket.destroyed && socket.write(Buffer.alloc(60_000)));
        socket.once('drain', next);
      };
      next();
    },
    failure: 'status',
    status: 200,
    why: /answered 200/,
  },
  {
    name: 'redirects to a metadata address',
    answer: (socket) => socket.end('HTTP/1.1 302 Found\r\nlocation: http://169.254.169.254/\r\n\r\n'),
    failure: 'status',
    status: 302,
    why: /answered 302/,
  },
  {
    name: 'speaks no HTTP',
    answer: (socket) => socket.end('SSH-2.0-OpenSSH_9.2\r\n'),
    failure: 'protocol',
    status: undefined,
    why: /Parse Error/,
  },
  {
    name: 'sends headers without end',
    answer: (socket) => socket.write(`${ok}x: ${'y'.repeat(200_000)}`),
    failure: 'protocol',
    status: undefined,
    why: /Header overflow/i,
  },
  {
    name: 'has a wrong key',
    answer: (socket) =>
      socket.write(
        'HTTP/1.1 101 S\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: x\r\n\r\n',
      ),
    failure: 'protocol',
    status: 101,
    why: /Sec-WebSocket-Accept/,
  },
  {
    name: 'resets the connection',
    answer: (socket) => socket.resetAndDestroy(),
    failure: 'reset',
    status: undefined,
    why: /ECONNRESET|socket hang up/,
  },
  {
    name: 'breaks off after the upgrade',
    answer: upgraded((socket) => socket.end()),
    failure: 'closed',
    status: 101,
    why: /^closed with 1006 before the first pong$/,
  },
  {
    name: 'never answers the ping',
    answer: upgraded(() => undefined),
    failure: 'no_pong',
    status: 101,
    why: /^no pong within 0\.3 s$/,
  },
  {
    name: 'floods',
    answer: upgraded(floodForever),
    failure: 'flood',
    status: 101,
    why: /more than 1048576 bytes/,
  },
  {
    name: 'announces a message of 4 GiB',
    answer: upgraded((socket) => socket.write(Buffer.from([0x82, 127, 0, 0, 0, 1, 0, 0, 0, 0]))),
    failure: 'flood',
    status: 101,
    why: /Max payload size exceeded/,
  },
  {
    name: 'sends what is no frame',
    answer: upgraded((socket) => socket.write('hello, hello, hello')),
    failure: 'closed',
    status: 101,
    why: /before the first pong: Invalid WebSocket frame/,
  },
];

for (const { name, answer, failure, status, why } of answers) {
  test(`dial: a server that ${name} fails with ${failure}`, async (t) => {
    const url = await parrot(t, answer);
    const { handshake, connection } = await dialOnce(t, {
      url,
      timeoutMs: failure === 'timeout' || failure === 'no_pong' ? 300 : 10_000,
    });
    assert.equal(handshake.failure, failure, handshake.why);
    assert.equal(handshake.status, status);
    assert.match(handshake.why, why);
    assert.equal(connection, undefined);
  });
}

test('dial: a server that chooses no offered subprotocol fails with subprotocol', async (t) => {
  const url = await parrot(
    t,
    upgraded(() => undefined),
  );
  const { handshake } = await dialOnce(t, { url, subprotocols: ['v1.chat'] });
  assert.deepEqual([handshake.failure, handshake.status], ['subprotocol', 101]);
});

test('dial: nobody listens, no such name, and addresses that are never dialled', async (t) => {
  const refused = await dialOnce(t, { url: 'ws://127.0.0.1:1/' });
  assert.deepEqual([refused.handshake.failure, refused.handshake.status], ['refused', undefined]);
  const unknown = await dialOnce(t, { url: 'ws://no-such-name.invalid/' });
  assert.equal(unknown.handshake.failure, 'dns');
  const denied = await dialOnce(t, { url: 'ws://169.254.169.254/' });
  assert.equal(denied.handshake.failure, 'denied');
  assert.match(denied.handshake.why, /^169\.254\.169\.254: metadata and link-local/);
  const mapped = await dialOnce(t, { url: 'ws://[::ffff:169.254.169.254]/' });
  assert.equal(mapped.handshake.failure, 'denied');
});

test('dial: to be stopped ends a handshake at once', async () => {
  const stop = new AbortController();
  const server = createTcpServer();
  server.listen(0, '127.0.0.1');
  server.once('connection', () => stop.abort());
  await new Promise((resolve) => server.once('listening', resolve));
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : 0;
  const target = probeTarget({ url: `ws://127.0.0.1:${port}/` });
  const credentials = { headers: {}, tls: {}, secrets: [] };
  const { connection } = await dial({ target, credentials, clock: systemClock(), stop: stop.signal });
  assert.equal(connection, undefined);
  server.close();
});
