import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { type TestContext, test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { ManualClock } from '../../test/manual-clock.ts';
import { type Behaviour, MisbehavingReceiver } from '../../test/misbehaving-receiver.ts';
import { type Answer, openPoster, retryAfterMs } from './post.ts';

const timeoutMs = 30_000;

function posting(t: TestContext, url: string, body: Uint8Array = Buffer.from('{}')) {
  const clock = new ManualClock();
  const poster = openPoster(url, { headers: {} }, { clock, timeoutMs });
  t.after(() => poster.close());
  return { clock, answer: poster.post([body], 0, new AbortController().signal) };
}

/** A server of nothing but bytes; resolves with each connection. */
async function bareServer(t: TestContext): Promise<{ port: number; connected: Promise<Socket> }> {
  const server: Server = createServer();
  const sockets: Socket[] = [];
  server.on('connection', (socket) => sockets.push(socket.on('error', () => {})));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const address: AddressInfo | string | null = server.address();
  assert.ok(address !== null && typeof address === 'object');
  const connected = once(server, 'connection').then(([socket]: Socket[]) => {
    assert.ok(socket);
    return socket;
  });
  return { port: address.port, connected };
}

async function givenUp(clock: ManualClock, answer: Promise<Answer>): Promise<void> {
  clock.advance(timeoutMs);
  assert.deepEqual(await answer, { kind: 'failed', why: `no answer in ${timeoutMs} ms` });
}

test('a handshake that never ends is given up', async (t) => {
  const { port, connected } = await bareServer(t);
  const { clock, answer } = posting(t, `https://127.0.0.1:${port}/`);
  await once(await connected, 'data');
  await givenUp(clock, answer);
});

test('a receiver that does not read what it is sent is given up', async (t) => {
  const { port, connected } = await bareServer(t);
  // More than all buffers on the way hold, and it does not compress.
  const { clock, answer } = posting(t, `http://127.0.0.1:${port}/`, randomBytes(20_000_000));
  const socket = await connected;
  socket.pause();
  await givenUp(clock, answer);
});

test('a receiver that says nothing after the request is given up', async (t) => {
  const { port, connected } = await bareServer(t);
  const { clock, answer } = posting(t, `http://127.0.0.1:${port}/`);
  await once(await connected, 'data');
  await givenUp(clock, answer);
});

for (const [status, words] of [
  [200, 'accepted'],
  [503, 'a reason that'],
] as const) {
  test(`a body that drips is cut; what the status ${status} said holds`, async (t) => {
    const drips: Behaviour = (response) => void response.writeHead(status).write(words);
    const receiver = await MisbehavingReceiver.start(drips);
    t.after(() => receiver.stop());
    const { clock, answer } = posting(t, receiver.url);
    await receiver.requests(1);
    // The status has to reach us before the time is over.
    for (let i = 0; i < 200; i++) await turn();
    clock.advance(timeoutMs);
    assert.deepEqual(await answer, { kind: 'answered', status, afterMs: undefined, text: words });
  });
}

test('Retry-After as seconds and as a date; what is neither is not there', () => {
  const now = Date.UTC(2026, 0, 1);
  const cases: readonly (readonly [string, number | undefined])[] = [
    ['0', 0],
    [' 120 ', 120_000],
    ['Thu, 01 Jan 2026 00:01:00 GMT', 60_000],
    ['Thu, 01 Jan 2025 00:01:00 GMT', 0],
    ['soon', undefined],
    ['-5', undefined],
    ['1.5', undefined],
    ['', undefined],
  ];
  for (const [header, expected] of cases) assert.equal(retryAfterMs(header, now), expected, header);
});
