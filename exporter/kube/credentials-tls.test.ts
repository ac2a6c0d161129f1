import assert from 'node:assert/strict';
import { once } from 'node:events';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { TLSSocket } from 'node:tls';
import { loadKubeAccess } from './credentials.ts';
import { readText } from './transport.ts';

const pem = (name: string) => join(import.meta.dirname, 'testdata', `${name}.pem`);
const get = { method: 'GET', path: '/', signal: new AbortController().signal } as const;

/** Answers with the name in the client's certificate and counts connections. */
async function serve(t: TestContext) {
  const count = { connections: 0 };
  const options = {
    key: readFileSync(pem('server.key')),
    cert: readFileSync(pem('server.cert')),
    requestCert: true,
    rejectUnauthorized: false,
  };
  const server = createServer(options, ({ socket }, response) => {
    assert.ok(socket instanceof TLSSocket);
    response.end(socket.getPeerCertificate().subject.CN);
  }).on('secureConnection', () => {
    count.connections += 1;
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  assert.ok(typeof address === 'object' && address !== null);
  return { url: `https://127.0.0.1:${address.port}`, count };
}

/** A kubeconfig whose certificate files have relative names, as a kubelet rotates them. */
async function login(t: TestContext, server: string, authority: string) {
  const dir = mkdtempSync(join(tmpdir(), 'leasewatch-'));
  t.after(() => rmSync(dir, { recursive: true }));
  function install(client: string): void {
    copyFileSync(pem(`${client}.key`), join(dir, 'key.pem'));
    copyFileSync(pem(`${client}.cert`), join(dir, 'cert.pem'));
  }
  install('client-1');
  copyFileSync(pem(`${authority}.cert`), join(dir, 'ca.pem'));
  const config = {
    'current-context': 'x',
    clusters: [{ name: 'x', cluster: { server, 'certificate-authority': 'ca.pem' } }],
    users: [{ name: 'x', user: { 'client-certificate': 'cert.pem', 'client-key': 'key.pem' } }],
    contexts: [{ name: 'x', context: { cluster: 'x', user: 'x' } }],
  };
  writeFileSync(join(dir, 'config'), JSON.stringify(config));
  const loaded = await loadKubeAccess({ kubeconfig: join(dir, 'config') });
  assert.ok(loaded.kind === 'ok');
  t.after(() => loaded.access.close());
  return { transport: loaded.access.transport(), install, dir };
}

test('a client certificate is shown on a connection that stays, and a rotated one on a new one', async (t) => {
  const { url, count } = await serve(t);
  const { transport, install } = await login(t, url, 'server');
  const whoami = async () => readText((await transport.request(get)).body);
  for (let round = 0; round < 5; round++) assert.equal(await whoami(), 'client-1');
  assert.ok(count.connections < 3, `${count.connections} connections for 5 requests`);
  install('client-2');
  assert.equal(await whoami(), 'client-2');
});

test('an authority that is not ours is one clear line, until it is replaced', async (t) => {
  const { url } = await serve(t);
  const { transport, dir } = await login(t, url, 'client-2');
  await assert.rejects(transport.request(get), {
    name: 'TransportError',
    message: /^https:\/\/127\.0\.0\.1:\d+: TLS: the certificate is not accepted \([A-Z_]+\)$/,
  });
  copyFileSync(pem('server.cert'), join(dir, 'ca.pem'));
  assert.equal(await readText((await transport.request(get)).body), 'client-1');
});
