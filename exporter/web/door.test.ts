import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { Agent as HttpAgent } from 'node:http';
import type { RequestOptions } from 'node:https';
import { connect } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { systemClock } from '../clock.ts';
import { type DoorOptions, openDoor } from './door.ts';
import { type Answer, basic, folderOf, get, hash, open, raw, until, users } from './fixture.ts';

test('door: without a web configuration everybody is answered', async (t) => {
  const { url, stats } = await open(t);
  assert.match(url, /^http:/);
  assert.deepEqual([(await get(`${url}/metrics`)).status, stats().configGood], [200, undefined]);
});

test('door: a password is asked for at every path but those of probes', async (t) => {
  const file = join(folderOf(t), 'web.yml');
  writeFileSync(file, users);
  const { url, stats } = await open(t, { configFile: file });
  for (const path of [
    '/',
    '/metrics',
    '/api/leases',
    '/live',
    '/nothing',
    '/healthz/',
    '//healthz',
    '/healthz/../metrics',
  ])
    assert.equal((await get(url, {}, { path })).status, 401, path);
  for (const path of ['/healthz', '/readyz', '/healthz?verbose'])
    assert.equal((await get(url, {}, { path })).text, `answer to ${path}\n`);
  assert.equal(
    (await get(`${url}/metrics`)).headers['www-authenticate'],
    'Basic realm="leasewatch", charset="UTF-8"',
  );
  const right = await get(`${url}/metrics`, { authorization: basic('prometheus', 'open sesame') });
  assert.equal(right.text, 'answer to /metrics\n');
  for (const wrong of [
    'Basic',
    'Basic !',
    'Bearer open',
    'Digest x',
    basic('prometheus', ''),
    basic('', ''),
    basic('root', 'open sesame'),
  ])
    assert.equal((await get(`${url}/metrics`, { authorization: wrong })).status, 401, wrong);
  assert.equal(stats().refused.unauthorized, 16);
});

test('door: bearer tokens are an extension, and two are good while one is being replaced', async (t) => {
  const folder = folderOf(t);
  writeFileSync(join(folder, 'tokens'), 'an-old-token-of-ours\na-new-token-of-ours\n');
  writeFileSync(join(folder, 'web.yml'), `${users}bearer_token_file: tokens\n`);
  const { url } = await open(t, { configFile: join(folder, 'web.yml') });
  const status = async (authorization: string) => (await get(`${url}/metrics`, { authorization })).status;
  assert.equal(await status('Bearer an-old-token-of-ours'), 200);
  assert.equal(await status('bearer a-new-token-of-ours'), 200);
  assert.equal(await status(basic('prometheus', 'open sesame')), 200);
  assert.equal(await status('Bearer a-new-token-of-our'), 401);
  writeFileSync(join(folder, 'tokens'), 'a-new-token-of-ours\n');
  await until(async () => (await status('Bearer an-old-token-of-ours')) === 401);
  assert.equal(await status('Bearer a-new-token-of-ours'), 200);
});

test('door: users change while it runs; a broken file leaves the last good one in force, and is told once', async (t) => {
  const file = join(folderOf(t), 'web.yml');
  writeFileSync(file, users);
  const { url, said, stats } = await open(t, { configFile: file });
  const status = async (user: string) =>
    (await get(`${url}/metrics`, { authorization: basic(user, 'open sesame') })).status;
  assert.equal(await status('prometheus'), 200);
  writeFileSync(file, 'basic_auth_users: {grafana: nohash}\n');
  await until(async () => (await status('prometheus')) === 200 && stats().configGood === false);
  await until(async () => (await status('prometheus')) === 200);
  assert.equal(said.length, 1);
  assert.match(
    said[0] ?? '',
    /web\.yml:1:20: basic_auth_users\.grafana: must be a bcrypt hash.*stays in force/,
  );
  assert.ok(!said.join().includes('nohash'));
  writeFileSync(file, `basic_auth_users: {grafana: ${hash}}\n`);
  await until(async () => (await status('grafana')) === 200);
  assert.equal(await status('prometheus'), 401);
  assert.equal(stats().configGood, true);
  assert.match(said.at(-1) ?? '', /was read again/);
});

test('door: a web configuration that is wrong at the start is an error with its place', async (t) => {
  const folder = folderOf(t);
  const fails = async (text: string) => {
    writeFileSync(join(folder, 'web.yml'), text);
    const opened = await openDoor({ ...optionsFor(join(folder, 'web.yml')) });
    assert.equal(opened.kind, 'failed', text);
    return opened.kind === 'failed' ? opened.why : '';
  };
  assert.match(await fails('tls_server_config: {cert_file: a, key_file: b}'), /\/a: cannot be read: ENOENT/);
  assert.match(await fails('users: {}'), /web\.yml:1:1: users: is no option here/);
  writeFileSync(join(folder, 'a'), 'no PEM');
  writeFileSync(join(folder, 'b'), 'no PEM');
  assert.match(
    await fails('tls_server_config: {cert_file: a, key_file: b}'),
    /\/a: holds no certificate in PEM form/,
  );
  assert.match(await fails('bearer_token_file: a'), /\/a: bearer_token_file must hold one token a line/);
  const missing = await openDoor(optionsFor(join(folder, 'absent.yml')));
  assert.match(missing.kind === 'failed' ? missing.why : '', /absent\.yml: cannot be read: ENOENT/);
});

function optionsFor(configFile: string): DoorOptions {
  return {
    ...{ listen: { host: '127.0.0.1', port: 0 }, clock: systemClock(), configFile, origins: [], hosts: [] },
    ...{ upgrades: new Map(), warn: () => {}, info: () => {}, answer: (_, response) => void response.end() },
  };
}

test('door: requests beyond rate_limit are refused, and strangers cannot spend the share of a known client', async (t) => {
  const file = join(folderOf(t), 'web.yml');
  writeFileSync(file, `${users}rate_limit: {interval: 1h, burst: 3}\n`);
  const { url, stats } = await open(t, { configFile: file });
  const known = async () => (await scrapeOn(keep, url)).status;
  const keep = new HttpAgent({ keepAlive: true, maxSockets: 1 });
  t.after(() => keep.destroy());
  assert.equal(await known(), 200);
  const strangers = await Promise.all(Array.from({ length: 10 }, () => get(`${url}/metrics`)));
  assert.deepEqual(strangers.map(({ status }) => status).toSorted(), [401, 401, ...Array(8).fill(429)]);
  assert.equal(strangers.find(({ status }) => status === 429)?.headers['retry-after'], '1');
  assert.deepEqual([await known(), await known(), await known(), await known()], [200, 200, 200, 429]);
  assert.equal((await get(`${url}/healthz`)).status, 200);
  assert.equal(stats().refused.rate_limit, 9);
});

function scrapeOn(agent: NonNullable<RequestOptions['agent']>, url: string): Promise<Answer> {
  return get(`${url}/metrics`, { authorization: basic('prometheus', 'open sesame') }, { agent });
}

test('door: configured headers are sent with every answer', async (t) => {
  const file = join(folderOf(t), 'web.yml');
  writeFileSync(file, `${users}http_server_config: {headers: {X-Frame-Options: sameorigin}}\n`);
  const { url } = await open(t, { configFile: file });
  for (const path of ['/healthz', '/metrics'])
    assert.equal((await get(`${url}${path}`)).headers['x-frame-options'], 'sameorigin');
});

test('door: a page under a name of its own (DNS rebinding) is not answered, unless there is a password', async (t) => {
  const { url } = await open(t, { hosts: ['lw.example.com'] });
  const browser = { 'accept-language': 'en', 'user-agent': 'Mozilla/5.0' };
  const as = async (host: string, headers = {}) => (await get(`${url}/metrics`, { ...headers, host })).status;
  assert.equal(await as('evil.example:9465', browser), 421);
  assert.equal(await as('evil.example:9465'), 200, 'no browser: Prometheus may call us as it likes');
  assert.equal(await as('lw.example.com', browser), 200);
  assert.equal(await as('leasewatch.monitoring.svc:9465', browser), 200);
  const file = join(folderOf(t), 'web.yml');
  writeFileSync(file, users);
  const guarded = await open(t, { configFile: file });
  const authorization = basic('prometheus', 'open sesame');
  assert.equal(
    (await get(`${guarded.url}/metrics`, { ...browser, host: 'evil.example', authorization })).status,
    200,
  );
});

const handshake = (path: string, headers: Record<string, string> = {}) =>
  [
    `GET ${path} HTTP/1.1`,
    ...Object.entries({ host: 'localhost', connection: 'Upgrade', upgrade: 'websocket', ...headers }).map(
      ([name, value]) => `${name}: ${value}`,
    ),
    '\r\n',
  ].join('\r\n');

test('door: an upgrade is asked for its origin and its password before it is handed over', async (t) => {
  const file = join(folderOf(t), 'web.yml');
  writeFileSync(file, users);
  const upgrades: DoorOptions['upgrades'] = new Map([
    ['/live', (_request, socket) => void socket.end('HTTP/1.1 101 Switching Protocols\r\n\r\n')],
  ]);
  const { url, stats } = await open(t, {
    configFile: file,
    upgrades,
    origins: ['https://grafana.example.com'],
  });
  const authorization = basic('prometheus', 'open sesame');
  const line = async (headers: Record<string, string>, path = '/live') =>
    (await raw(url, handshake(path, headers))).split('\r\n')[0];
  assert.equal(await line({ authorization }), 'HTTP/1.1 101 Switching Protocols');
  assert.equal(await line({ authorization, origin: 'http://localhost' }), 'HTTP/1.1 101 Switching Protocols');
  assert.equal(
    await line({ authorization, origin: 'https://grafana.example.com' }),
    'HTTP/1.1 101 Switching Protocols',
  );
  assert.equal(await line({ authorization, origin: 'https://evil.example' }), 'HTTP/1.1 403 Forbidden');
  assert.equal(await line({}), 'HTTP/1.1 401 Unauthorized');
  assert.equal(
    await line({ authorization, connection: 'Upgrade, close', upgrade: 'h2c' }, '/metrics'),
    'HTTP/1.1 200 OK',
  );
  assert.deepEqual([stats().refused.origin, stats().refused.unauthorized], [1, 1]);
});

test('door: what is no good request is refused in a word, without a trace of our code', async (t) => {
  const { url, stats } = await open(t);
  const head = (line: string, ...headers: string[]) =>
    [line, 'host: x', ...headers, 'connection: close', '\r\n'].join('\r\n');
  const cases: readonly (readonly [string, number])[] = [
    ['\u0000\u0001nonsense\r\n\r\n', 400],
    ['GET / HTTP/1.1\r\n\r\n', 400],
    ['GET /metrics HTTP/9.9\r\nhost: x\r\n\r\n', 400],
    [head(`GET /${'a'.repeat(3000)} HTTP/1.1`), 414],
    [head('GET /metrics HTTP/1.1', `cookie: ${'a'.repeat(20_000)}`), 431],
    [head('POST /metrics HTTP/1.1', 'content-length: 5'), 413],
    [head('GET /metrics HTTP/1.1', 'transfer-encoding: chunked'), 413],
    [head('GET /metrics HTTP/1.1', 'content-length: 5', 'transfer-encoding: chunked'), 400],
    [head('GET /metrics HTTP/1.1', 'content-length: 5', 'content-length: 6'), 400],
    [head('GET /metrics HTTP/1.1', 'a b: c'), 400],
    ['GET /metrics HTTP/1.1\nhost: x\n\n', 400],
  ];
  for (const [text, status] of cases) {
    const answer = await raw(url, text);
    assert.match(answer, new RegExp(`^HTTP/1\\.1 ${status} `), JSON.stringify(text.slice(0, 60)));
    assert.doesNotMatch(answer, /node:|\.ts|\.js|at /, answer);
  }
  // Node itself answers where the host is missing.
  assert.deepEqual([stats().refused.too_large, stats().refused.malformed], [3, 7]);
});

test('door: a client that asks far ahead of its answers is cut off', async (t) => {
  let answered = 0;
  const { url, stats } = await open(t, { answer: () => answered++ });
  const request = 'GET /metrics HTTP/1.1\r\nhost: x\r\n\r\n';
  assert.equal(await raw(url, request.repeat(1000)), '');
  assert.deepEqual([answered, stats().cut.ahead], [0, 1], 'none of a chunk with so many is even looked at');
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  const closed = new Promise((resolve) => socket.on('error', () => undefined).on('close', resolve));
  const dripping = setInterval(() => socket.write(request), 10);
  await closed;
  clearInterval(dripping);
  assert.deepEqual([answered, stats().cut.ahead], [8, 2]);
});
