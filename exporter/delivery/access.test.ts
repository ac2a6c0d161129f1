import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { type AddressInfo, connect, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { TLSSocket } from 'node:tls';
import { authority } from '../../test/certificates.ts';
import { ManualClock } from '../../test/manual-clock.ts';
import { type answer, MisbehavingReceiver } from '../../test/misbehaving-receiver.ts';
import type { CredentialSources } from '../credentials.ts';
import { openPoster, type PostOptions } from './post.ts';

function folderOf(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'leasewatch-access-'));
  t.after(() => rmSync(folder, { recursive: true }));
  return folder;
}

function posterTo(
  t: TestContext,
  url: string,
  sources: Partial<CredentialSources>,
  options: Partial<PostOptions> = {},
) {
  const clock = new ManualClock();
  const poster = openPoster(url, { headers: {}, ...sources }, { clock, ...options });
  t.after(() => poster.close());
  const post = () => poster.post([Buffer.from('{}')], 0, new AbortController().signal);
  return { clock, poster, post };
}

async function portOf(
  t: TestContext,
  server: Server & { closeAllConnections?: () => void },
): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.close();
    server.closeAllConnections?.();
  });
  const address: AddressInfo | string | null = server.address();
  assert.ok(address !== null && typeof address === 'object');
  return address.port;
}

test('a token is read again after a while, and its loss leaves the last one in force', async (t) => {
  const tokenFile = join(folderOf(t), 'token');
  writeFileSync(tokenFile, 'first-token\n');
  const receiver = await MisbehavingReceiver.start();
  t.after(() => receiver.stop());
  const warnings: string[] = [];
  const { clock, post } = posterTo(
    t,
    receiver.url,
    { tokenFile },
    { warn: (message) => warnings.push(message) },
  );
  await post();
  writeFileSync(tokenFile, 'second-token\n');
  await post();
  clock.advance(5_000);
  await post();
  rmSync(tokenFile);
  for (let i = 0; i < 2; i++) {
    clock.advance(5_000);
    await post();
  }
  const sent = receiver.received.map(({ headers }) => headers.authorization);
  assert.deepEqual(
    sent,
    ['first', 'first', 'second', 'second', 'second'].map((word) => `Bearer ${word}-token`),
  );
  assert.equal(warnings.length, 1);
  assert.match(warnings[0] ?? '', /token cannot be read: ENOENT.*what it held before is used$/);
});

test('renewed credentials are noticed within 5 s, and nothing else is', async (t) => {
  const tokenFile = join(folderOf(t), 'token');
  writeFileSync(tokenFile, 'old-token');
  const receiver = await MisbehavingReceiver.start();
  t.after(() => receiver.stop());
  const { clock, poster, post } = posterTo(t, receiver.url, { tokenFile });
  await post();
  const stop = new AbortController();
  let noticed = false;
  const renewed = poster.renewed(stop.signal).then(() => {
    noticed = true;
  });
  for (let i = 0; i < 3; i++) {
    await clock.timer((ms) => ms === 5_000);
    clock.advance(5_000);
  }
  await clock.timer((ms) => ms === 5_000);
  assert.equal(noticed, false);
  writeFileSync(tokenFile, 'new-token');
  clock.advance(5_000);
  await renewed;
  await post();
  assert.equal(receiver.received.at(-1)?.headers.authorization, 'Bearer new-token');
});

test('a receiver that repeats our secrets does not get them into our words', async (t) => {
  const echo = (response: Parameters<ReturnType<typeof answer>>[0], request: IncomingMessage) =>
    void response
      .writeHead(400)
      .end(`bad key ${request.headers['x-key']} of ${request.headers.authorization}`);
  const receiver = await MisbehavingReceiver.start(echo);
  t.after(() => receiver.stop());
  const url = receiver.url.replace('//', '//ann:pass-word@');
  const { post } = posterTo(t, url, { headers: { 'x-key': 'key-of-ours' } });
  const answered = await post();
  assert.equal(answered.kind === 'answered' && answered.text, 'bad key (hidden) of (hidden)');
});

test('mutual TLS: both sides are checked, and a renewed certificate is shown on a new connection', async (t) => {
  const ours = authority(t);
  const theirs = authority(t, 'another');
  if (ours === undefined || theirs === undefined) return;
  const server = ours.issue('server');
  const [first, second] = [ours.issue('first'), ours.issue('second')];
  const shown: string[] = [];
  const { key, cert } = server;
  const https = createSecureServer({ key, cert, ca: ours.ca, requestCert: true }, (request, response) => {
    assert.ok(request.socket instanceof TLSSocket);
    shown.push(String(request.socket.getPeerCertificate().subject.CN));
    request.resume().on('end', () => response.writeHead(200).end());
  });
  const url = `https://localhost:${await portOf(t, https)}`;
  const folder = folderOf(t);
  const [certFile, keyFile] = [join(folder, 'tls.crt'), join(folder, 'tls.key')];
  writeFileSync(certFile, first.cert);
  writeFileSync(keyFile, first.key);
  const { caFile } = ours;
  const { clock, post } = posterTo(t, url, { caFile, certFile, keyFile });
  assert.equal((await post()).kind, 'answered');
  writeFileSync(certFile, second.cert);
  writeFileSync(keyFile, second.key);
  clock.advance(5_000);
  assert.equal((await post()).kind, 'answered');
  assert.deepEqual(shown, ['first', 'second']);

  const stranger = await posterTo(t, url, { caFile: theirs.caFile, certFile, keyFile }).post();
  assert.match(stranger.kind === 'failed' ? stranger.why : '', /certificate/);
  const nameless = await posterTo(t, url, { caFile }).post();
  assert.equal(nameless.kind, 'failed');
  assert.deepEqual(shown, ['first', 'second']);
});

/** A proxy that forwards nothing but CONNECT, and answers plain requests itself. */
async function proxyOf(t: TestContext) {
  const asked: string[] = [];
  const proxy = createServer((request, response) => {
    asked.push(`${request.method} ${request.url} ${request.headers['proxy-authorization'] ?? ''}`);
    request.resume().on('end', () => response.writeHead(204).end());
  });
  proxy.on('connect', (request, socket) => {
    asked.push(`CONNECT ${request.url} ${request.headers['proxy-authorization'] ?? ''}`);
    const [host, port] = String(request.url).split(':');
    const onward = connect(Number(port), host, () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      onward.pipe(socket).pipe(onward);
    });
    onward.on('error', () => socket.destroy());
    socket.on('error', () => onward.destroy());
  });
  return { asked, port: await portOf(t, proxy) };
}

test('proxies: plain requests go through, TLS in a tunnel, and what is excepted goes directly', async (t) => {
  const ours = authority(t);
  if (ours === undefined) return;
  const { key, cert } = ours.issue('server');
  const https = createSecureServer({ key, cert }, (request, response) => {
    request.resume().on('end', () => response.writeHead(200).end());
  });
  const port = await portOf(t, https);
  const { asked, port: proxyPort } = await proxyOf(t);
  const address = `http://ann:pass-word@127.0.0.1:${proxyPort}`;
  const proxy = { http: address, https: address, except: '' };
  const statusOf = async (url: string, except: string): Promise<unknown> => {
    const answered = await posterTo(t, url, { caFile: ours.caFile }, { proxy: { ...proxy, except } }).post();
    return answered.kind === 'answered' ? answered.status : answered.why;
  };
  assert.equal(await statusOf('http://loki.invalid/push?a=1', ''), 204);
  assert.equal(await statusOf(`https://localhost:${port}/`, 'elsewhere'), 200);
  assert.equal(await statusOf(`https://localhost:${port}/`, 'localhost'), 200);
  const who = `Basic ${Buffer.from('ann:pass-word').toString('base64')}`;
  assert.deepEqual(asked, [`POST http://loki.invalid/push?a=1 ${who}`, `CONNECT localhost:${port} ${who}`]);
});
