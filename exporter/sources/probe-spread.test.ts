import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { type TestContext, test } from 'node:test';
import { type WebSocket, WebSocketServer } from 'ws';
import { systemClock } from '../clock.ts';
import { listening, probeTarget } from './fixture.ts';
import { checkSpread } from './probe-spread.ts';
import type { BackendPlace } from './probe-target.ts';

const inHeader = { header: 'x-served-by' };
const inMessage = { message: { before: '"pod":"', after: '"' } };

/** A server that takes the part of one backend after the other; `undefined`: it refuses. */
async function balanced(
  t: TestContext,
  names: readonly (string | undefined)[],
  greet: (peer: WebSocket, name: string) => void = () => undefined,
) {
  const http = createServer();
  const server = new WebSocketServer({ noServer: true });
  let turn = 0;
  let most = 0;
  http.on('upgrade', (request, socket, head) => {
    const name = names[turn++ % names.length];
    if (name === undefined) return socket.end('HTTP/1.1 503 Service Unavailable\r\n\r\n');
    server.once('headers', (headers) => headers.push(`X-Served-By: ${name}`));
    server.handleUpgrade(request, socket, head, (peer) => {
      most = Math.max(most, server.clients.size);
      greet(peer, name);
    });
  });
  const port = await listening(t, http);
  const ask = (connections: number, backend: BackendPlace, timeoutMs = 5000) => {
    const target = probeTarget({ url: `ws://127.0.0.1:${port}/`, timeoutMs });
    const credentials = { headers: {}, tls: {}, secrets: [] };
    const stop = new AbortController().signal;
    return checkSpread({ target, credentials, clock: systemClock(), stop }, { connections, backend });
  };
  return { ask, server, most: () => most };
}

test('spread: all connections stand at once, each is told its backend, and none is left', async (t) => {
  const { ask, server, most } = await balanced(t, ['b', 'a', 'b']);
  assert.deepEqual(await ask(6, inHeader), {
    ...{ step: 'spread', failures: [], why: '' },
    backends: [
      ['b', 4],
      ['a', 2],
    ],
  });
  assert.equal(most(), 6);
  assert.equal(server.clients.size, 0);
});

test('spread: the first message names the backend', async (t) => {
  const hello = (peer: WebSocket, name: string) => {
    peer.send(`{"type":"hello","pod":"${name}"}`);
    peer.send('{"pod":"other"}');
  };
  const { ask } = await balanced(t, ['a', 'b'], hello);
  assert.deepEqual((await ask(4, inMessage)).backends, [
    ['a', 2],
    ['b', 2],
  ]);
});

test('spread: what does not get in, or is told no name, is told apart', async (t) => {
  const { ask } = await balanced(t, ['a', undefined]);
  assert.deepEqual(await ask(4, inHeader), {
    ...{ step: 'spread', backends: [['a', 2]], failures: [['status', 2]] },
    why: 'answered 503 where 101 was expected',
  });
  const nameless = await ask(2, { header: 'x-pod' });
  assert.deepEqual(nameless.failures, [
    ['no_backend', 1],
    ['status', 1],
  ]);
  assert.deepEqual(nameless.backends, []);
});

const silences: readonly {
  readonly name: string;
  readonly greet: (peer: WebSocket) => void;
  readonly failure: string;
  readonly why: RegExp;
}[] = [
  {
    name: 'says nothing',
    greet: () => undefined,
    failure: 'no_backend',
    why: /^no message within 0\.3 s$/,
  },
  {
    name: 'says something else',
    greet: (peer) => peer.send('hello'),
    failure: 'no_backend',
    why: /^another first message: hello$/,
  },
  {
    name: 'sends bytes',
    greet: (peer) => peer.send(Buffer.from([0xff, 0x00])),
    failure: 'no_backend',
    why: /^another first message: /,
  },
];

for (const { name, greet, failure, why } of silences) {
  test(`spread: a server that ${name} names no backend`, async (t) => {
    const { ask } = await balanced(t, ['a'], greet);
    const told = await ask(2, inMessage, name === 'says nothing' ? 300 : 5000);
    assert.deepEqual(told.failures, [[failure, 2]]);
    assert.match(told.why, why);
  });
}
