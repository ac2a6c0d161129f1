import assert from 'node:assert/strict';
import { copyFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { TLSSocket } from 'node:tls';
import { WebSocketServer } from 'ws';
import { type Authority, authority as startAuthority } from '../../test/certificates.ts';
import { systemClock } from '../clock.ts';
import { readCredentials } from '../credentials.ts';
import { readEndpoint } from './endpoint-read.ts';
import { endpointTarget, listening, probeTarget } from './fixture.ts';
import { dial } from './probe-dial.ts';
import type { ProbeTarget } from './probe-target.ts';

/** A server that talks to nobody who has no certificate of its authority, and as whom it saw the others. */
async function mutualServer(t: TestContext, authority: Authority) {
  const { cert, key } = authority.issue('localhost');
  const https = createServer({ cert, key, ca: authority.ca, requestCert: true, rejectUnauthorized: true });
  https.on('request', (_request, response) => response.end('open 7\n'));
  const server = new WebSocketServer({ server: https });
  const seen: unknown[] = [];
  https.on('secureConnection', (socket) => {
    if (socket instanceof TLSSocket) seen.push(socket.getPeerCertificate().subject.CN);
  });
  t.after(() => server.close());
  return { port: await listening(t, https), seen };
}

async function dialAs(t: TestContext, port: number, files: Partial<ProbeTarget>) {
  const target = probeTarget({ url: `wss://localhost:${port}/`, ...files });
  const read = await readCredentials(target);
  assert.ok(read.kind === 'read', read.kind === 'failed' ? read.why : '');
  const stop = new AbortController().signal;
  const { handshake, connection } = await dial({
    target,
    credentials: read.credentials,
    clock: systemClock(),
    stop,
  });
  t.after(() => connection?.cut('the test is over'));
  return handshake;
}

test('dial: a server that asks for a certificate is shown ours, as its files are at that moment', async (t) => {
  const authority = startAuthority(t);
  if (authority === undefined) return;
  const { port, seen } = await mutualServer(t, authority);
  const { caFile, folder } = authority;
  const files = { caFile, certFile: join(folder, 'client.pem'), keyFile: join(folder, 'client.key') };
  for (const name of ['old', 'new']) {
    const { certFile, keyFile } = authority.issue(name);
    copyFileSync(certFile, files.certFile);
    copyFileSync(keyFile, files.keyFile);
    const handshake = await dialAs(t, port, files);
    assert.equal(handshake.failure, undefined, handshake.why);
  }
  assert.deepEqual(seen, ['old', 'new']);
});

test('dial: without a certificate such a server breaks off, and no client has got in', async (t) => {
  const authority = startAuthority(t);
  if (authority === undefined) return;
  const { port, seen } = await mutualServer(t, authority);
  const handshake = await dialAs(t, port, { caFile: authority.caFile });
  assert.match(handshake.failure ?? 'none', /^(tls|reset)$/, handshake.why);
  assert.deepEqual(seen, []);
});

test('endpoint: metrics behind a server that asks for a certificate are read', async (t) => {
  const authority = startAuthority(t);
  if (authority === undefined) return;
  const { port } = await mutualServer(t, authority);
  const url = `https://localhost:${port}/metrics`;
  const read = async (files: Partial<ProbeTarget>) => {
    const target = endpointTarget({ url, caFile: authority.caFile, ...files });
    const told = await readCredentials(target);
    assert.ok(told.kind === 'read');
    const stop = new AbortController().signal;
    return readEndpoint({ target, credentials: told.credentials, clock: systemClock(), stop });
  };
  assert.deepEqual(await read(authority.issue('client')), {
    ...{ kind: 'counted', connections: 7, total: undefined },
  });
  const stranger = await read({});
  assert.equal(stranger.kind === 'failed' && stranger.reason, 'unreachable');
});

interface UselessCase {
  readonly name: string;
  readonly files: (authority: Authority, put: (name: string, text: string) => string) => Partial<ProbeTarget>;
  readonly why: RegExp;
}

const useless: readonly UselessCase[] = [
  {
    name: 'a certificate that is not there',
    files: (authority) => ({ ...authority.issue('client'), certFile: '/no/client.pem' }),
    why: /^\/no\/client\.pem cannot be read: ENOENT/,
  },
  {
    name: 'a key that is not there',
    files: (authority) => ({ ...authority.issue('client'), keyFile: '/no/client.key' }),
    why: /^\/no\/client\.key cannot be read: ENOENT/,
  },
  {
    name: 'an empty certificate',
    files: (authority, put) => ({ ...authority.issue('client'), certFile: put('empty.pem', '') }),
    why: /\/empty\.pem holds no certificate in PEM form$/,
  },
  {
    name: 'a certificate in the place of the key',
    files: (authority) => ({ ...authority.issue('client'), keyFile: authority.caFile }),
    why: /\/client\.pem and .*\/ca\.pem are not a certificate and its key: /,
  },
  {
    name: 'the key of another certificate',
    files: (authority) => ({ ...authority.issue('client'), keyFile: authority.issue('other').keyFile }),
    why: /\/client\.pem and .*\/other\.key are not a certificate and its key: .*key values mismatch$/,
  },
  {
    name: 'a key with a password',
    files: (authority, put) => ({
      ...authority.issue('client'),
      keyFile: put('locked.key', '-----BEGIN ENCRYPTED PRIVATE KEY-----\nMA==\n'),
    }),
    why: /\/locked\.key is encrypted, and there is nobody to type a password$/,
  },
  {
    name: 'authorities that are none',
    files: (_authority, put) => ({ caFile: put('page.html', '<html>') }),
    why: /\/page\.html holds no certificate in PEM form$/,
  },
];

for (const { name, files, why } of useless) {
  test(`credentials: ${name} is told with its file`, async (t) => {
    const authority = startAuthority(t);
    if (authority === undefined) return;
    const put = (file: string, text: string) => {
      writeFileSync(join(authority.folder, file), text);
      return join(authority.folder, file);
    };
    const read = await readCredentials(probeTarget(files(authority, put)));
    assert.match(read.kind === 'failed' ? read.why : 'read', why);
  });
}
