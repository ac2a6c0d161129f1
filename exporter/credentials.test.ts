import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { authority } from '../test/certificates.ts';
import {
  type CredentialSources,
  parseCredentials,
  readCredentials,
  secretsInUrl,
  withoutSecrets,
} from './credentials.ts';

const none: CredentialSources = { headers: {} };

function parsed(sources: Partial<CredentialSources>, files: Readonly<Record<string, string>> = {}) {
  return parseCredentials({ ...none, ...sources }, new Map(Object.entries(files)));
}

function headersOf(...given: Parameters<typeof parsed>): unknown {
  const read = parsed(...given);
  return read.kind === 'read' ? read.credentials.headers : read.why;
}

test('headers of the configuration and of files; a line end at the end of a file does not count', () => {
  const basicAuth = { username: 'ann', passwordFile: '/p' };
  const cases: readonly (readonly [unknown, unknown])[] = [
    [headersOf({}), {}],
    [headersOf({ headers: { 'X-Key': 'a' } }), { 'x-key': 'a' }],
    [headersOf({ tokenFile: '/t' }, { '/t': 'abc\n' }), { authorization: 'Bearer abc' }],
    [headersOf({ basicAuth }, { '/p': 'pä\n' }), '/p must hold one line of printable ASCII characters'],
    [
      headersOf({ basicAuth }, { '/p': 'word\r\n' }),
      { authorization: `Basic ${Buffer.from('ann:word').toString('base64')}` },
    ],
    [
      headersOf(
        { headers: { a: '1' }, headerFiles: { 'X-Scope-OrgID': '/h', A: '/a' } },
        { '/h': 'x', '/a': '2' },
      ),
      { a: '2', 'x-scope-orgid': 'x' },
    ],
    [headersOf({ tokenFile: '/t' }, { '/t': '' }), '/t must hold one line of printable ASCII characters'],
    [headersOf({ tokenFile: '/t' }, { '/t': 'a\nb' }), '/t must hold one line of printable ASCII characters'],
    [
      headersOf({ headerFiles: { k: '/h' } }, { '/h': '\u0000' }),
      '/h must hold one line of printable ASCII characters',
    ],
  ];
  for (const [found, expected] of cases) assert.deepEqual(found, expected);
});

test('a file of authorities must hold certificates, and all of them must be whole', (t) => {
  const own = authority(t);
  if (own === undefined) return;
  const whyNot = (text: string): string => {
    const read = parsed({ caFile: '/ca.pem' }, { '/ca.pem': text });
    return read.kind === 'failed' ? read.why : '';
  };
  assert.equal(whyNot(own.ca), '');
  assert.equal(whyNot(`a comment\n${own.ca}\n${own.ca}`), '');
  for (const text of ['', 'hello', own.issue('leaf').key])
    assert.equal(whyNot(text), '/ca.pem holds no certificate in PEM form');
  const damaged = own.ca.replace(/M/g, 'N');
  assert.equal(whyNot(own.ca + damaged), '/ca.pem is damaged: certificate 2 of it cannot be read');
});

test('a certificate and a key that do not belong together are told with both names', (t) => {
  const own = authority(t);
  if (own === undefined) return;
  const [one, other] = [own.issue('one'), own.issue('other')];
  const pair = { certFile: '/c.pem', keyFile: '/k.pem' };
  assert.equal(parsed(pair, { '/c.pem': one.cert, '/k.pem': one.key }).kind, 'read');
  for (const key of [other.key, 'hello']) {
    const read = parsed(pair, { '/c.pem': one.cert, '/k.pem': key });
    assert.match(
      read.kind === 'failed' ? read.why : '',
      /^\/c\.pem and \/k\.pem are not a certificate and its key: /,
    );
  }
});

test('a file that is not there, or is a folder, is named', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'leasewatch-credentials-'));
  t.after(() => rmSync(folder, { recursive: true }));
  for (const [file, why] of [
    [join(folder, 'absent'), 'ENOENT'],
    [folder, 'EISDIR'],
  ] as const) {
    const read = await readCredentials({ ...none, tokenFile: file });
    assert.equal(read.kind, 'failed');
    assert.ok(read.why.startsWith(`${file} cannot be read: ${why}`), read.why);
  }
  writeFileSync(join(folder, 'token'), 'abc\n');
  const read = await readCredentials({ ...none, tokenFile: join(folder, 'token') });
  assert.equal(read.kind === 'read' && read.credentials.headers.authorization, 'Bearer abc');
});

test('no secret is left in a text, the longest first; names of tenants are none', () => {
  const read = parsed(
    { headers: { 'x-scope-orgid': 'tenant-1', 'x-key': 'secret-key' }, tokenFile: '/t' },
    { '/t': 'secret-key-2' },
  );
  assert.equal(read.kind, 'read');
  assert.equal(
    withoutSecrets('got "Bearer secret-key-2", secret-key of tenant-1', read.credentials.secrets),
    'got "(hidden)", (hidden) of tenant-1',
  );
});

test('credentials: the secrets of an address are its password and its longer parameters, as they are and decoded', () => {
  assert.deepEqual(secretsInUrl('http://loki:3100/push?tenant=shop'), ['', '']);
  const found = secretsInUrl('https://me:p%40ss@host/x?api_key=0123456789%2F&v=1');
  assert.deepEqual(found, ['0123456789%2F', '0123456789/', 'p%40ss', 'p@ss', 'bWU6cEBzcw==']);
  const told = 'sent Basic bWU6cEBzcw== to /x?api_key=0123456789%2F';
  assert.equal(withoutSecrets(told, found), 'sent Basic (hidden) to /x?api_key=(hidden)');
});
