import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { Agent, type RequestOptions } from 'node:https';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { authority, type Identity } from '../../test/certificates.ts';
import { get, open, raw, until } from './fixture.ts';

/** A folder with a server's certificate and a web configuration that uses it. */
function withTls(t: TestContext, more = '') {
  const ca = authority(t);
  if (ca === undefined) return undefined;
  const server = ca.issue('server');
  const file = join(ca.folder, 'web.yml');
  const write = (identity: Identity, rest = more) =>
    writeFileSync(
      file,
      `tls_server_config:\n  cert_file: ${identity.certFile}\n  key_file: ${identity.keyFile}\n${rest}`,
    );
  write(server);
  return { ca, server, file, write };
}

test('door: TLS, and a renewed certificate without a restart; a broken one leaves the old one in force', async (t) => {
  const made = withTls(t);
  if (made === undefined) return;
  const { ca, file, write } = made;
  const { url, stats } = await open(t, { configFile: file });
  assert.match(url, /^https:/);
  const name = async () => {
    let subject = '';
    const agent = new Agent({ ca: ca.ca });
    agent.on('keylog', (_line, socket) => {
      subject = String(socket.getPeerCertificate().subject?.CN ?? subject);
    });
    const { status } = await get(`${url}/metrics`, {}, { agent });
    agent.destroy();
    assert.equal(status, 200);
    return subject;
  };
  assert.equal(await name(), 'server');
  write(ca.issue('renewed'));
  await until(async () => (await name()) === 'renewed');
  write({ ...ca.issue('other'), keyFile: join(ca.folder, 'renewed.key') });
  await until(async () => (await name()) === 'renewed' && stats().configGood === false);
});

test('door: who speaks no TLS where it is wanted gets nothing, and it is counted', async (t) => {
  const made = withTls(t);
  if (made === undefined) return;
  const { url, stats } = await open(t, { configFile: made.file });
  await raw(url, 'GET /metrics HTTP/1.1\r\nhost: x\r\n\r\n');
  await until(async () => stats().cut.handshake === 1);
  assert.equal((await get(`${url}/metrics`, {}, { ca: made.ca.ca })).status, 200);
});

test('door: each policy for certificates of clients lets in whom it shall', async (t) => {
  const made = withTls(t);
  const stranger = authority(t, 'stranger');
  if (made === undefined || stranger === undefined) return;
  const { ca, server, file, write } = made;
  const [good, other, strange] = [
    ca.issue('good', { names: 'DNS:prometheus.example,IP:10.0.0.7,URI:spiffe://x/prom' }),
    ca.issue('other', { names: 'DNS:other.example' }),
    stranger.issue('strange', { names: 'DNS:prometheus.example' }),
  ];
  const verify = `  client_ca_file: ${ca.caFile}\n`;
  const sans = (name: string) => `  client_allowed_sans: ['${name}']\n`;
  const policies: readonly (readonly [string, string])[] = [
    ['client_auth_type: NoClientCert\n', 'none good other strange'],
    ['client_auth_type: RequestClientCert\n', 'none good other strange'],
    ['client_auth_type: RequireAnyClientCert\n', 'good other strange'],
    ['client_auth_type: RequireClientCert\n', 'good other strange'],
    [`client_auth_type: VerifyClientCertIfGiven\n${verify}`, 'none good other'],
    [`client_auth_type: RequireAndVerifyClientCert\n${verify}`, 'good other'],
    [`client_auth_type: RequireAndVerifyClientCert\n${verify}${sans('prometheus.example')}`, 'good'],
    [`client_auth_type: RequireAndVerifyClientCert\n${verify}${sans('10.0.0.7')}`, 'good'],
    [`client_auth_type: RequireAndVerifyClientCert\n${verify}${sans('spiffe://x/prom')}`, 'good'],
    [`client_auth_type: RequireAnyClientCert\n${sans('other.example')}`, 'other'],
  ];
  const clients: Record<string, Identity | undefined> = { none: undefined, good, other, strange };
  for (const [policy, wanted] of policies) {
    write(server, `  ${policy}`);
    const { url } = await open(t, { configFile: file });
    const admitted: string[] = [];
    for (const [name, identity] of Object.entries(clients)) {
      const part = identity === undefined ? {} : { cert: identity.cert, key: identity.key };
      const answer = await get(`${url}/metrics`, {}, { ca: ca.ca, ...part }).catch(() => undefined);
      if (answer?.status === 200) admitted.push(name);
    }
    assert.equal(admitted.join(' '), wanted, policy);
  }
});

test('door: versions, ciphers and curves are those of the file', async (t) => {
  const made = withTls(t);
  if (made === undefined) return;
  const { ca, server, file, write } = made;
  const protocol = async (part: RequestOptions) => {
    const { url } = await open(t, { configFile: file });
    return get(`${url}/metrics`, {}, { ca: ca.ca, ...part }).then(
      ({ status }) => status,
      () => 'refused',
    );
  };
  write(server, '  min_version: TLS13\n');
  assert.equal(await protocol({ maxVersion: 'TLSv1.2' }), 'refused');
  assert.equal(await protocol({}), 200);
  write(server, '  max_version: TLS12\n  cipher_suites: [TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384]\n');
  assert.equal(await protocol({ minVersion: 'TLSv1.3' }), 'refused');
  assert.equal(await protocol({ ciphers: 'ECDHE-ECDSA-AES128-GCM-SHA256' }), 'refused');
  assert.equal(await protocol({ ciphers: 'ECDHE-ECDSA-AES256-GCM-SHA384' }), 200);
  write(
    server,
    '  cipher_suites: [TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384]\n  curve_preferences: [CurveP384]\n',
  );
  assert.equal(await protocol({ minVersion: 'TLSv1.3' }), 200);
  assert.equal(await protocol({ ecdhCurve: 'X25519' }), 'refused');
});
