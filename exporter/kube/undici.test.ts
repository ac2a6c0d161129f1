import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { type TestContext, test } from 'node:test';
import { readText, TransportError } from './transport.ts';
import { undiciTransport } from './undici.ts';

const forever = new AbortController().signal;

async function serve(t: TestContext, handle: RequestListener) {
  const server = createServer(handle).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  assert.ok(typeof address === 'object' && address !== null);
  const url = `http://127.0.0.1:${address.port}`;
  const transport = undiciTransport({
    server: `${url}/`,
    headers: async () => ({ authorization: 'Bearer t' }),
  });
  async function close(): Promise<void> {
    await transport.close();
    server.closeAllConnections();
    if (server.listening) await server[Symbol.asyncDispose]();
  }
  t.after(close);
  return { url, transport, close };
}

function fails(pattern: RegExp) {
  return (error: unknown) => {
    assert.ok(error instanceof TransportError);
    assert.match(error.message, pattern);
    assert.ok(!error.message.includes('\n'));
    return true;
  };
}

test('sends method, path, headers and body on connections that stay', async (t) => {
  const sockets = new Set<unknown>();
  const { transport } = await serve(t, (request, response) => {
    sockets.add(request.socket);
    response.setHeader('X-Told', ['a', 'b']);
    response.statusCode = 201;
    const { method, url, headers } = request;
    request.on('data', (sent) =>
      response.end(`${method} ${url} ${headers.authorization} ${headers.accept} ${sent}`),
    );
  });
  for (let round = 0; round < 5; round++) {
    const answer = await transport.request({
      method: 'PUT',
      path: '/x?y=1',
      headers: { accept: 'j' },
      body: 'sent',
      signal: forever,
    });
    assert.equal(answer.status, 201);
    assert.equal(answer.headers['x-told'], 'a, b');
    assert.equal(await readText(answer.body), 'PUT /x?y=1 Bearer t j sent');
  }
  assert.ok(sockets.size < 3, `${sockets.size} connections for 5 requests`);
});

test('a refused connection is one clear line', async (t) => {
  const { url, close } = await serve(t, () => undefined);
  await close();
  const again = undiciTransport({ server: url, headers: async () => ({}) });
  await assert.rejects(
    again.request({ method: 'GET', path: '/', signal: forever }),
    fails(/^http:\/\/127\.0\.0\.1:\d+: connection refused \(ECONNREFUSED\)$/),
  );
  await again.close();
});

test('a body that breaks off throws a TransportError after what came before', async (t) => {
  const { transport } = await serve(t, (_, response) => {
    response.write('one\n', () => response.destroy());
  });
  const answer = await transport.request({ method: 'GET', path: '/', signal: forever });
  const chunks: string[] = [];
  await assert.rejects(
    async () => {
      for await (const chunk of answer.body) chunks.push(Buffer.from(chunk).toString());
    },
    fails(/connection closed by the other side/),
  );
  assert.deepEqual(chunks, ['one\n']);
});

test('a silent body is given up after idleMs', async (t) => {
  const { transport } = await serve(t, (_, response) => {
    response.write('one\n');
  });
  const answer = await transport.request({ method: 'GET', path: '/', signal: forever, idleMs: 50 });
  await assert.rejects(readText(answer.body), fails(/silent for too long/));
});

test('an abort ends the request, before and after the headers', async (t) => {
  const { transport } = await serve(t, (request, response) => {
    if (request.url === '/open') response.write('one\n');
  });
  for (const path of ['/open', '/mute']) {
    const stopper = new AbortController();
    const reading = transport
      .request({ method: 'GET', path, signal: stopper.signal })
      .then((a) => readText(a.body));
    setImmediate(() => stopper.abort());
    await assert.rejects(reading, fails(/aborted/));
  }
});

test('leaving a body early closes its connection and breaks nothing', async (t) => {
  let gone: Promise<unknown> = Promise.resolve();
  const { transport } = await serve(t, (request, response) => {
    gone = once(request.socket, 'close');
    response.write('one\n');
  });
  const answer = await transport.request({ method: 'GET', path: '/', signal: forever });
  for await (const _ of answer.body) break;
  await gone;
});

test('credentials that cannot be had are a TransportError too', async () => {
  const transport = undiciTransport({
    server: 'http://127.0.0.1:1',
    headers: () => Promise.reject(new Error('no\ntoken')),
  });
  await assert.rejects(
    transport.request({ method: 'GET', path: '/', signal: forever }),
    fails(/: no token$/),
  );
  await transport.close();
});
