import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { authority } from '../../test/certificates.ts';
import type { CredentialSources } from '../credentials.ts';
import { openHttpTeller } from './http-teller.ts';

async function listening(t: TestContext, server: Server): Promise<string> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  const address = server.address();
  assert.ok(typeof address === 'object' && address !== null);
  return `127.0.0.1:${address.port}`;
}

async function ask(url: string, credentials: Partial<CredentialSources> = {}) {
  const opened = await openHttpTeller({
    url: new URL(url),
    credentials: { headers: {}, ...credentials },
    timeoutMs: 2000,
  });
  if (opened.kind === 'failed') return opened;
  const asked = await opened.teller.ask('leases');
  await opened.teller.close();
  return asked;
}

function secretFile(t: TestContext, text: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'leasewatch-teller-'));
  t.after(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, 'secret'), text);
  return join(folder, 'secret');
}

const echo: RequestListener = (request, response) => {
  response.end(`${request.url} ${request.headers.authorization ?? 'nobody'}`);
};

test('asks below the path of the URL, with a token or a password from a file', async (t) => {
  const host = await listening(t, createServer(echo));
  assert.deepEqual(await ask(`http://${host}/lw/`), { kind: 'ok', body: '/lw/api/leases nobody' });
  const tokenFile = secretFile(t, 'abc\n');
  assert.deepEqual(await ask(`http://${host}`, { tokenFile }), {
    kind: 'ok',
    body: '/api/leases Bearer abc',
  });
  const basicAuth = { username: 'ann', passwordFile: secretFile(t, 'pass') };
  const told = `/api/leases Basic ${Buffer.from('ann:pass').toString('base64')}`;
  assert.deepEqual(await ask(`http://${host}`, { basicAuth }), { kind: 'ok', body: told });
});

test('over TLS it trusts the given authority, and shows its own certificate', async (t) => {
  const ours = authority(t);
  if (ours === undefined) return;
  const { cert, key } = ours.issue('server');
  const client = ours.issue('client');
  const options = { cert, key, ca: ours.ca, requestCert: true, rejectUnauthorized: true };
  const host = await listening(t, createSecureServer(options, echo));
  const url = `https://localhost:${host.split(':')[1]}`;
  const { certFile, keyFile } = client;
  const told = await ask(url, { caFile: ours.caFile, certFile, keyFile });
  assert.deepEqual(told, { kind: 'ok', body: '/api/leases nobody' });
  const strange = await ask(url, { certFile, keyFile });
  assert.match(
    strange.kind === 'failed' ? strange.why : '',
    /^cannot reach leasewatch at https:.*certificate[^;]* \(--ca-file says whom to trust\)$/,
  );
  const without = await ask(url, { caFile: ours.caFile });
  assert.match(without.kind === 'failed' ? without.why : '', /^cannot reach leasewatch/);
});

test('a refusal says what is wanted, and repeats no secret and no escape sequence', async (t) => {
  const answers = new Map([
    ['/401', 401],
    ['/403', 403],
    ['/503', 503],
  ]);
  const host = await listening(
    t,
    createServer((request, response) => {
      const [, path = ''] = /^(\/\d+)/.exec(request.url ?? '') ?? [];
      response.statusCode = answers.get(path) ?? 404;
      response.end(`\u001b[2Jgo away, ${request.headers.authorization ?? ''}\nsecond line`);
    }),
  );
  const tokenFile = secretFile(t, 'topsecret');
  const why = async (path: string) => {
    const asked = await ask(`http://${host}${path}`, { tokenFile });
    return asked.kind === 'failed' ? asked.why.replaceAll(host, 'HOST') : asked.kind;
  };
  assert.equal(
    await why('/401'),
    'http://HOST/401 answers 401: it wants credentials (--user and --password-file, --token-file or --cert-file)',
  );
  assert.equal(await why('/403'), 'http://HOST/403 answers 403: these credentials may not read this');
  assert.equal(await why('/503'), 'http://HOST/503 answers 503: \ufffd[2Jgo away, (hidden)');
});

test('nobody there, and a file that is not there, are told', async (t) => {
  const gone = createServer();
  const host = await listening(t, gone);
  gone.close();
  const refused = await ask(`http://${host}`);
  assert.match(
    refused.kind === 'failed' ? refused.why : '',
    /^cannot reach leasewatch at http:.*: connect ECONNREFUSED .*--cluster asks the cluster itself/,
  );
  const unread = await ask(`http://${host}`, { tokenFile: '/nowhere/token' });
  assert.match(unread.kind === 'failed' ? unread.why : '', /^\/nowhere\/token cannot be read: ENOENT/);
});
