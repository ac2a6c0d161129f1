import assert from 'node:assert/strict';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { type ClientOptions, WebSocket, WebSocketServer } from 'ws';
import { authority } from '../../test/certificates.ts';
import type { DoorOptions } from './door.ts';
import { basic, folderOf, open, until, users } from './fixture.ts';

/** A server that sends back what it gets, behind the door. */
function echo(t: TestContext): DoorOptions['upgrades'] {
  const server = new WebSocketServer({ noServer: true });
  t.after(() => {
    for (const client of server.clients) client.terminate();
  });
  server.on('connection', (client) => client.on('message', (data) => client.send(String(data))));
  return new Map([
    [
      '/live',
      (request, socket, head) =>
        server.handleUpgrade(request, socket, head, (client) => server.emit('connection', client)),
    ],
  ]);
}

async function said(url: string, words: string, options: ClientOptions): Promise<string> {
  const client = new WebSocket(`${url.replace('http', 'ws')}/live`, options);
  // Without waiting: what comes along with the handshake must not be lost.
  client.on('upgrade', () => setImmediate(() => client.send(words)));
  try {
    const [data]: unknown[] = await once(client, 'message');
    return String(data);
  } finally {
    client.terminate();
  }
}

const authorization = basic('prometheus', 'open sesame');
/** Much, and full of what ends the head of a request. */
const words = 'a\r\n\r\n'.repeat(20_000);

test('door: a WebSocket behind it works for those who are let in, whatever is said over it', async (t) => {
  const file = join(folderOf(t), 'web.yml');
  writeFileSync(file, users);
  const { url, stats } = await open(t, { configFile: file, upgrades: echo(t) });
  assert.equal(await said(url, words, { headers: { authorization } }), words);
  await assert.rejects(said(url, words, {}), /Unexpected server response: 401/);
  await assert.rejects(
    said(url, words, { headers: { authorization }, origin: 'http://evil.example' }),
    /: 403/,
  );
  assert.equal(stats().cut.ahead, 0);
});

test('door: so does one over TLS, and it keeps its place while strangers come and go', async (t) => {
  const ca = authority(t);
  if (ca === undefined) return;
  const { certFile, keyFile } = ca.issue('server');
  const file = join(ca.folder, 'web.yml');
  writeFileSync(file, `${users}tls_server_config: { cert_file: ${certFile}, key_file: ${keyFile} }\n`);
  const { url, stats } = await open(t, { configFile: file, upgrades: echo(t) });
  const options = { headers: { authorization }, ca: ca.ca };
  assert.equal(await said(url, words, options), words);
  const client = new WebSocket(`${url.replace('http', 'ws')}/live`, options);
  await once(client, 'open');
  const strangers = Array.from({ length: 700 }, () => new WebSocket(url.replace('https', 'ws')));
  for (const stranger of strangers) stranger.on('error', () => undefined);
  await until(async () => strangers.every(({ readyState }) => readyState === WebSocket.CLOSED));
  client.send('still there');
  assert.equal(String((await once(client, 'message'))[0]), 'still there');
  assert.ok(stats().connections <= 512);
  client.terminate();
});
