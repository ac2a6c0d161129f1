import assert from 'node:assert/strict';
import { createServer, type RequestListener, type ServerResponse } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { Duplex } from 'node:stream';
import { type TestContext, test } from 'node:test';
import { Server, type ServerOptions } from 'socket.io';
import { WebSocketServer } from 'ws';
import { authority } from '../../test/certificates.ts';
import { systemClock } from '../clock.ts';
import type { Credentials } from '../credentials.ts';
import { listening, probeTarget } from './fixture.ts';
import { dial } from './probe-dial.ts';
import { checkSession } from './probe-session.ts';
import type { ProbeTarget } from './probe-target.ts';

function checkOnce(
  port: number,
  part: Partial<ProbeTarget> = {},
  headers: Record<string, string> = {},
  tls: Credentials['tls'] = {},
) {
  const target = probeTarget({ url: `ws://127.0.0.1:${port}/socket.io/`, timeoutMs: 5000, ...part });
  const credentials = { headers, tls, secrets: [] };
  return checkSession({ target, credentials, clock: systemClock(), stop: new AbortController().signal });
}

/** A real server of Socket.IO, and how many sessions it has. */
async function socketIo(t: TestContext, options: Partial<ServerOptions> = {}) {
  const http = createServer();
  const server = new Server(http, options);
  const requests: Readonly<Record<string, unknown>>[] = [];
  server.engine.on('headers', (_headers: unknown, request: { headers: Record<string, unknown> }) =>
    requests.push(request.headers),
  );
  t.after(() => server.close());
  return { port: await listening(t, http), server, requests };
}

test('session: a real Socket.IO server takes it over, and nothing of it is left', async (t) => {
  const { port, server } = await socketIo(t);
  const ended = new Promise<unknown>((resolve) =>
    server.engine.once('connection', (session: { once(event: string, told: (why: unknown) => void): void }) =>
      session.once('close', resolve),
    ),
  );
  assert.deepEqual(await checkOnce(port), { step: 'session', failure: undefined, why: '' });
  assert.equal(await ended, 'transport close');
  assert.equal(server.engine.clientsCount, 0);
});

test('session: the held connection to a Socket.IO server answers its pings, and is not given up', async (t) => {
  const { port, server } = await socketIo(t, { pingInterval: 50, pingTimeout: 2000 });
  const answered = new Promise<void>((resolve) =>
    server.engine.once('connection', (session: { on(event: string, told: () => void): void }) => {
      let pongs = 0;
      session.on('heartbeat', () => {
        pongs += 1;
        if (pongs === 3) resolve();
      });
    }),
  );
  const url = `ws://127.0.0.1:${port}/socket.io/?EIO=4&transport=websocket`;
  const { handshake, connection } = await dial({
    ...{ target: probeTarget({ url, socketIo: true }), clock: systemClock() },
    ...{ credentials: { headers: {}, tls: {}, secrets: [] }, stop: new AbortController().signal },
  });
  assert.equal(handshake.failure, undefined, handshake.why);
  await answered;
  connection?.end();
  assert.equal((await connection?.ended)?.code, 1000);
});

test('session: over TLS, and as whom the server wants to see us', async (t) => {
  const made = authority(t);
  if (made === undefined) return;
  const { ca } = made;
  const { cert, key } = made.issue('localhost');
  const http = createHttpsServer({ cert, key, ca, requestCert: true, rejectUnauthorized: true });
  const server = new Server(http);
  t.after(() => server.close());
  const url = `wss://localhost:${await listening(t, http)}/socket.io/`;
  const kept = await checkOnce(0, { url }, {}, { ca, cert, key });
  assert.equal(kept.failure, undefined, kept.why);
  const distrusted = await checkOnce(0, { url }, {}, { cert, key });
  assert.equal(distrusted.failure, 'certificate', distrusted.why);
  assert.match(distrusted.why, /^the first poll: (SELF_SIGNED|UNABLE_TO)/);
});

test('session: headers and the cookies of the balancer go with every request', async (t) => {
  const { port, requests } = await socketIo(t, { cookie: { name: 'place', path: '/' } });
  const told = await checkOnce(port, {}, { authorization: 'Bearer x', Cookie: 'mine=1' });
  assert.equal(told.failure, undefined, told.why);
  assert.ok(requests.length > 2);
  assert.deepEqual(new Set(requests.map(({ authorization }) => authorization)), new Set(['Bearer x']));
  const [first, ...others] = requests.map(({ cookie }) => String(cookie));
  assert.equal(first, 'mine=1');
  for (const cookie of others) assert.match(cookie, /^mine=1; place=[\w-]+$/);
});

const open = '0{"sid":"abc","upgrades":["websocket"],"pingInterval":25000,"pingTimeout":20000}';
const lost = '{"code":1,"message":"Session ID unknown"}';

interface Case {
  readonly name: string;
  /** Answers the first poll, and the second. */
  readonly polls: readonly [(response: ServerResponse) => void, (response: ServerResponse) => void];
  readonly upgrade?: (
    socket: Duplex,
    accept: (then: (say: (text: string) => void, close: () => void) => void) => void,
  ) => void;
  readonly failure: string;
  readonly why: RegExp;
}

const opens = (response: ServerResponse) => void response.end(open);
const fine = (response: ServerResponse) => void response.end('ok');
const never = () => undefined;

const cases: readonly Case[] = [
  { name: 'answers no poll', polls: [never, never], failure: 'timeout', why: /^not done within 0\.3 s$/ },
  {
    name: 'answers with a page',
    polls: [(response) => response.end('<!DOCTYPE html>'), never],
    failure: 'protocol',
    why: /^the first poll was not answered in Engine\.IO 4$/,
  },
  {
    name: 'answers without end',
    polls: [endless, never],
    failure: 'flood',
    why: /^the first poll: sends more than 65536 bytes to a poll$/,
  },
  {
    name: 'does not poll',
    polls: [(response) => response.writeHead(400).end('{"code":0,"message":"Transport unknown"}'), never],
    failure: 'status',
    why: /^the first poll was answered 400: .*Transport unknown/,
  },
  {
    name: 'lets sessions not become WebSockets',
    polls: [(response) => response.end(open.replace('"websocket"', '')), never],
    failure: 'protocol',
    why: /does not let sessions become WebSockets$/,
  },
  {
    name: 'does not know the session at the second poll',
    polls: [opens, (response) => response.writeHead(400).end(lost)],
    failure: 'session_lost',
    why: /^the second poll was answered 400: .*Session ID unknown/,
  },
  {
    name: 'breaks off the second poll',
    polls: [opens, (response) => response.destroy()],
    failure: 'reset',
    why: /^the second poll: /,
  },
  {
    name: 'does not know the session at the upgrade',
    polls: [opens, fine],
    upgrade: (socket) =>
      socket.end(`HTTP/1.1 400 Bad Request\r\ncontent-length: ${lost.length}\r\n\r\n${lost}`),
    failure: 'session_lost',
    why: /^the upgrade was answered 400: .*Session ID unknown/,
  },
  {
    name: 'refuses the upgrade and says no more',
    polls: [opens, fine],
    upgrade: (socket) => socket.write('HTTP/1.1 400 Bad Request\r\ncontent-length: 100\r\n\r\n'),
    failure: 'status',
    why: /^the upgrade was answered 400: $/,
  },
  {
    name: 'refuses the upgrade with a page without end',
    polls: [opens, fine],
    upgrade: (socket) => {
      socket.write('HTTP/1.1 502 Bad Gateway\r\n\r\n');
      flood(socket);
    },
    failure: 'status',
    why: /^the upgrade was answered 502: x{200}$/,
  },
  {
    name: 'upgrades and says something else',
    polls: [opens, fine],
    upgrade: (_socket, accept) => accept((say) => say('6')),
    failure: 'protocol',
    why: /^after the upgrade the server did not take the session over$/,
  },
  {
    name: 'upgrades and hangs up',
    polls: [opens, fine],
    upgrade: (_socket, accept) => accept((_say, close) => close()),
    failure: 'closed',
    why: /did not take the session over$/,
  },
  {
    name: 'upgrades and says nothing',
    polls: [opens, fine],
    upgrade: (_socket, accept) => accept(never),
    failure: 'timeout',
    why: /^not done within 0\.3 s$/,
  },
];

function flood(stream: NodeJS.WritableStream & { destroyed?: boolean }): void {
  while (stream.destroyed !== true && stream.write('x'.repeat(10_000)));
  stream.once('drain', () => flood(stream));
}

function endless(response: ServerResponse): void {
  flood(response);
}

for (const { name, polls, upgrade, failure, why } of cases) {
  test(`session: a server that ${name} fails with ${failure}`, async (t) => {
    const [first, second] = polls;
    const answer: RequestListener = ({ method }, response) => (method === 'GET' ? first : second)(response);
    const http = createServer(answer);
    const webSockets = new WebSocketServer({ noServer: true });
    http.on('upgrade', (request, socket, head) => {
      socket.on('error', () => undefined);
      upgrade?.(socket, (then) =>
        webSockets.handleUpgrade(request, socket, head, (peer) =>
          peer.once('message', () =>
            then(
              (text) => peer.send(text),
              () => peer.close(),
            ),
          ),
        ),
      );
    });
    const port = await listening(t, http);
    const told = await checkOnce(port, { timeoutMs: failure === 'timeout' ? 300 : 10_000 });
    assert.equal(told.failure, failure, told.why);
    assert.match(told.why, why);
  });
}

test('session: addresses that are never dialled are not polled either', async () => {
  const told = await checkOnce(1, { url: 'ws://169.254.169.254/socket.io/' });
  assert.equal(told.failure, 'denied', told.why);
  assert.match(told.why, /^the first poll: 169\.254\.169\.254: metadata and link-local/);
});
