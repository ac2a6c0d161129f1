import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { type TestContext, test } from 'node:test';
import { gunzipSync, zstdDecompressSync } from 'node:zlib';
import { request } from 'undici';
import { systemClock } from '../clock.ts';
import { type ServerOptions, startServer } from './server.ts';

const local = { host: '127.0.0.1', port: 0 };
const exposition = 'leasewatch_build_info{version="0.1.0"} 1\n'.repeat(100);

const usual: ServerOptions = {
  listen: local,
  clock: systemClock(),
  metrics: async (openMetrics) => [exposition, ...(openMetrics ? ['# EOF\n'] : [])],
  ready: () => ({ ready: true, detail: '' }),
  api: {
    leases: () => ({ leases: [{ name: 'a' }] }),
    rounds: () => ({ rounds: [] }),
    nodes: () => ({ nodes: [] }),
    connections: () => ({ connections: [], probes: [{ target: 'chat' }] }),
    policies: () => ({ policies: [] }),
  },
};

async function start(t: TestContext, options: Partial<ServerOptions> = {}): Promise<string> {
  const started = await startServer({ ...usual, ...options });
  if (started.kind === 'failed') throw new Error(started.why);
  t.after(() => started.close());
  return started.url;
}

async function get(
  url: string,
  headers: Record<string, string> = {},
  method: 'GET' | 'HEAD' | 'POST' = 'GET',
) {
  const response = await request(url, { headers, method, reset: true });
  const bytes = Buffer.from(await response.body.arrayBuffer());
  return { status: response.statusCode, headers: response.headers, bytes, text: bytes.toString() };
}

test('server: metrics come in the format that Accept asks for', async (t) => {
  const url = await start(t);
  const text = await get(`${url}/metrics?name=ignored`);
  assert.equal(text.headers['content-type'], 'text/plain; version=0.0.4; charset=utf-8');
  assert.equal(text.text, exposition);
  const open = await get(`${url}/metrics`, { accept: 'application/openmetrics-text' });
  assert.equal(open.headers['content-type'], 'application/openmetrics-text; version=1.0.0; charset=utf-8');
  assert.equal(open.text, `${exposition}# EOF\n`);
});

test('server: a large answer is compressed when the client takes it', async (t) => {
  const url = await start(t);
  const gzip = await get(`${url}/metrics`, { 'accept-encoding': 'gzip' });
  assert.equal(gzip.headers['content-encoding'], 'gzip');
  assert.equal(gunzipSync(gzip.bytes).toString(), exposition);
  const zstd = await get(`${url}/metrics`, { 'accept-encoding': 'gzip, zstd' });
  assert.equal(zstd.headers['content-encoding'], 'zstd');
  assert.equal(zstdDecompressSync(zstd.bytes).toString(), exposition);
  const small = await get(`${url}/healthz`, { 'accept-encoding': 'gzip' });
  assert.equal(small.headers['content-encoding'], undefined);
});

test('server: healthz is always well, readyz says what is missing', async (t) => {
  const url = await start(t, { ready: () => ({ ready: false, detail: 'leases has not synced yet' }) });
  assert.deepEqual([(await get(`${url}/healthz`)).status, (await get(`${url}/healthz`)).text], [200, 'ok\n']);
  const waiting = await get(`${url}/readyz`);
  assert.deepEqual([waiting.status, waiting.text], [503, 'not ready: leases has not synced yet\n']);
  const ready = await get(`${await start(t)}/readyz`);
  assert.deepEqual([ready.status, ready.text], [200, 'ready\n']);
});

test('server: each list of the API is named in its answer', async (t) => {
  const url = await start(t);
  const leases = await get(`${url}/api/leases`);
  assert.equal(leases.headers['content-type'], 'application/json; charset=utf-8');
  assert.equal(leases.text, '{"leases":[{"name":"a"}]}\n');
  assert.equal((await get(`${url}/api/rounds`)).text, '{"rounds":[]}\n');
  const connections = '{"connections":[],"probes":[{"target":"chat"}]}\n';
  assert.equal((await get(`${url}/api/connections`)).text, connections);
});

test('server: the index links to every page, and every link answers', async (t) => {
  const url = await start(t);
  const index = await get(`${url}/`);
  assert.match(String(index.headers['content-type']), /^text\/html/);
  const links = [...index.text.matchAll(/href="([^"]+)"/g)].map((match) => match[1]);
  assert.equal(links.length, 9);
  for (const link of links) assert.equal((await get(`${url}${link}`)).status, 200, link);
});

test('server: HEAD has the headers of GET and no body', async (t) => {
  const url = await start(t);
  const head = await get(`${url}/metrics`, {}, 'HEAD');
  assert.equal(head.status, 200);
  assert.equal(head.headers['content-length'], String(exposition.length));
  assert.equal(head.bytes.length, 0);
});

test('server: other methods and addresses are refused with a hint', async (t) => {
  const url = await start(t);
  const post = await get(`${url}/metrics`, {}, 'POST');
  assert.deepEqual([post.status, post.headers.allow], [405, 'GET, HEAD']);
  const lost = await get(`${url}/metric`);
  assert.equal(lost.status, 404);
  assert.match(lost.text, /^\/metrics$/m);
});

test('server: a failing page is a 500 with its reason, and the next request is answered', async (t) => {
  let calls = 0;
  const url = await start(t, {
    metrics: async () => {
      calls++;
      throw new Error('metrics: duplicate series');
    },
    api: {
      ...usual.api,
      nodes: () => {
        throw new Error('nodes: out of order');
      },
    },
  });
  const failed = await get(`${url}/metrics`);
  assert.deepEqual([failed.status, failed.text, calls], [500, 'server: metrics: duplicate series\n', 1]);
  assert.equal((await get(`${url}/api/nodes`)).status, 500);
  assert.equal((await get(`${url}/healthz`)).status, 200);
});

test('server: a port in use is named, with what to do', async (t) => {
  const url = await start(t);
  const port = Number(new URL(url).port);
  const second = await startServer({ ...usual, listen: { host: '127.0.0.1', port } });
  assert.equal(second.kind, 'failed');
  assert.equal(
    second.kind === 'failed' && second.why,
    `server: cannot listen on 127.0.0.1:${port}: another program does. ` +
      'Stop it, or choose another port with --listen HOST:PORT (port 0 takes a free one)',
  );
});

test('server: an address of another machine is refused with a reason', async () => {
  const started = await startServer({ ...usual, listen: { host: '192.0.2.1', port: 0 } });
  assert.match(started.kind === 'failed' ? started.why : '', /192\.0\.2\.1 is no address of this machine/);
});

test('server: the URL can be opened when every address is listened on', async (t) => {
  const url = await start(t, { listen: { host: '0.0.0.0', port: 0 } });
  assert.match(url, /^http:\/\/localhost:\d+$/);
  assert.equal((await get(`${url}/healthz`)).status, 200);
});

test('server: a client that asks and does not read holds up nobody, and close ends it', async () => {
  const started = await startServer({ ...usual, metrics: async () => ['x'.repeat(32 * 1024 * 1024)] });
  if (started.kind === 'failed') throw new Error(started.why);
  const socket = connect(Number(new URL(started.url).port), '127.0.0.1');
  socket.write('GET /metrics HTTP/1.1\r\nhost: x\r\n\r\n');
  await new Promise<void>((resolve) => socket.once('readable', () => resolve()));
  assert.equal((await get(`${started.url}/healthz`)).status, 200);
  await started.close();
  socket.destroy();
});

/** Asks for the metrics and never reads; resolves when the answer begins. */
async function askAndStop(url: string) {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  socket.on('error', () => undefined);
  socket.write('GET /metrics HTTP/1.1\r\nhost: x\r\n\r\n');
  await new Promise<void>((resolve) => socket.once('readable', () => resolve()));
  return socket;
}

test('server: of many who do not read, those with the oldest answers are cut off', async (t) => {
  const large = 'x'.repeat(16 * 1024 * 1024);
  const url = await start(t, { metrics: async () => [large] });
  const stalled = [];
  for (let asked = 0; asked < 9; asked++) stalled.push(await askAndStop(url));
  const [oldest, ...others] = stalled;
  // Reading on, it comes to the end of what was on its way when it was cut off.
  await new Promise<void>((resolve) => oldest?.once('close', () => resolve()).resume());
  assert.ok((oldest?.bytesRead ?? 0) < large.length);
  assert.ok(others.every((socket) => !socket.closed));
  for (const socket of others) socket.destroy();
});

test('server: what is no HTTP is refused, and the server lives on', async (t) => {
  const url = await start(t);
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  socket.end('\u0000\u0001nonsense\r\n\r\n');
  const chunks: Buffer[] = [];
  for await (const chunk of socket) chunks.push(Buffer.from(chunk));
  assert.match(Buffer.concat(chunks).toString(), /^HTTP\/1\.1 400/);
  assert.equal((await get(`${url}/healthz`)).status, 200);
});
