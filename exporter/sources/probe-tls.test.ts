import assert from 'node:assert/strict';
import { createServer as createHttpServer } from 'node:http';
import { createServer as createHttpsServer, type Server } from 'node:https';
import { type TestContext, test } from 'node:test';
import { WebSocketServer } from 'ws';
import { authority, type Identity } from '../../test/certificates.ts';
import { systemClock } from '../clock.ts';
import { listening, probeTarget } from './fixture.ts';
import { dial } from './probe-dial.ts';

/** A certificate for localhost that ends `days` from now, and the authority above it, which ends in 10 days. */
function certificates(t: TestContext, days: number) {
  const made = authority(t, 'authority', 10);
  if (made === undefined) return undefined;
  const { ca } = made;
  const { cert, key } = made.issue('localhost', { days, names: 'DNS:localhost' });
  return { ca, key, cert: cert + ca };
}

/** How often it was asked for anything. */
async function secureServer(t: TestContext, { key, cert }: Pick<Identity, 'key' | 'cert'>) {
  const https: Server = createHttpsServer({ key, cert });
  const server = new WebSocketServer({ server: https });
  let asked = 0;
  server.on('headers', () => {
    asked += 1;
  });
  const port = await listening(t, https);
  return { port, asked: () => asked };
}

async function dialOnce(t: TestContext, url: string, ca: string | undefined) {
  const stop = new AbortController();
  const credentials = {
    headers: { authorization: 'Bearer x' },
    tls: ca === undefined ? {} : { ca },
    secrets: [],
  };
  const target = probeTarget({ url });
  const dialled = await dial({ target, credentials, clock: systemClock(), stop: stop.signal });
  t.after(() => dialled.connection?.cut('the test is over'));
  return dialled.handshake;
}

const day = 86_400_000_000;

function daysFromNow(micros: number | undefined): number {
  return Math.round(((micros ?? Number.NaN) - Date.now() * 1000) / day);
}

test('dial: over TLS the phase and the ends of both certificates are told', async (t) => {
  const files = certificates(t, 2);
  if (files === undefined) return;
  const { port } = await secureServer(t, files);
  const handshake = await dialOnce(t, `wss://localhost:${port}/`, files.ca);
  assert.equal(handshake.failure, undefined, handshake.why);
  assert.deepEqual(Object.keys(handshake.phases), ['dns', 'tcp', 'tls', 'upgrade', 'pong']);
  assert.equal(daysFromNow(handshake.certificates?.leaf), 2);
  assert.equal(daysFromNow(handshake.certificates?.issuer), 10);
});

const distrusted = [
  { name: 'has expired', days: -1, host: 'localhost', trusted: true, why: /^CERT_HAS_EXPIRED$/ },
  { name: 'is for another name', days: 2, host: '127.0.0.1', trusted: true, why: /ALTNAME_INVALID/ },
  { name: 'comes from a stranger', days: 2, host: 'localhost', trusted: false, why: /SELF_SIGNED|UNABLE_TO/ },
];

for (const { name, days, host, trusted, why } of distrusted) {
  test(`dial: a certificate that ${name} is told with its end, and the server gets no credentials`, async (t) => {
    const files = certificates(t, days);
    if (files === undefined) return;
    const { port, asked } = await secureServer(t, files);
    const handshake = await dialOnce(t, `wss://${host}:${port}/`, trusted ? files.ca : undefined);
    assert.equal(handshake.failure, 'certificate');
    assert.match(handshake.why, why);
    assert.equal(daysFromNow(handshake.certificates?.leaf), days);
    assert.equal(handshake.status, undefined);
    assert.equal(asked(), 0);
  });
}

test('dial: a server that speaks no TLS fails with tls', async (t) => {
  const port = await listening(t, createHttpServer());
  const handshake = await dialOnce(t, `wss://localhost:${port}/`, undefined);
  assert.equal(handshake.failure, 'tls', handshake.why);
});
