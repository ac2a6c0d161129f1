import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describePlaced } from './placed-yaml.ts';
import { parseWebConfig, type WebConfig } from './web-config.ts';

const hash = '$2y$10$QOauhQNbBCuQDKes6eFzPeMqBSjb7Mr5DUmpZ/VcEd00UAV/LDeSi';

function good(text: string): WebConfig {
  const parsed = parseWebConfig('web.yml', text);
  if (parsed.kind === 'invalid') throw new Error(parsed.problems.map(describePlaced).join('\n'));
  return parsed.config;
}

function problems(text: string): readonly string[] {
  const parsed = parseWebConfig('web.yml', text);
  return parsed.kind === 'ok' ? [] : parsed.problems.map(describePlaced);
}

const tls = 'tls_server_config:\n  cert_file: c\n  key_file: k\n';

test('web config: an empty file asks for plain HTTP and nobody', () => {
  const nothing = { tls: undefined, headers: {}, rateLimit: undefined, tokenFile: undefined, remarks: [] };
  for (const text of [
    '',
    '{}',
    'tls_server_config:\nhttp_server_config:\nrate_limit:\n',
    'basic_auth_users: {}',
  ])
    assert.deepEqual(good(text), { ...nothing, users: new Map() }, text);
});

test('web config: every key of the exporter-toolkit is read', () => {
  const text = `
tls_server_config:
  cert_file: server.crt
  key_file: server.key
  client_auth_type: RequireAndVerifyClientCert
  client_ca_file: ca.crt
  client_allowed_sans: [prometheus.example, 10.0.0.1]
  min_version: TLS12
  max_version: TLS13
  cipher_suites: [TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, TLS_AES_128_GCM_SHA256]
  prefer_server_cipher_suites: false
  curve_preferences: [X25519, CurveP256]
http_server_config:
  http2: true
  headers:
    Content-Security-Policy: default-src 'self'
    X-Frame-Options: sameorigin
    X-Content-Type-Options: nosniff
    X-XSS-Protection: 0
    Strict-Transport-Security: ''
basic_auth_users:
  alice: ${hash}
  123: ${hash}
rate_limit:
  interval: 1m0.5s
  burst: 20
bearer_token_file: token
`;
  assert.deepEqual(good(text), {
    tls: {
      cert: { file: 'server.crt' },
      key: { file: 'server.key' },
      clientCa: { file: 'ca.crt' },
      clientAuth: 'RequireAndVerifyClientCert',
      allowedSans: ['prometheus.example', '10.0.0.1'],
      minVersion: 'TLSv1.2',
      maxVersion: 'TLSv1.3',
      ciphers:
        'TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256:ECDHE-RSA-AES128-GCM-SHA256',
      curves: 'X25519:P-256',
      serverPrefers: false,
    },
    headers: {
      'content-security-policy': "default-src 'self'",
      'x-frame-options': 'sameorigin',
      'x-content-type-options': 'nosniff',
      'x-xss-protection': '0',
    },
    rateLimit: { intervalMs: 60_500, burst: 20 },
    users: new Map([
      ['alice', hash],
      ['123', hash],
    ]),
    tokenFile: 'token',
    remarks: [
      'http_server_config.http2: clients are answered with HTTP/1.1, which they negotiate by themselves',
    ],
  });
});

test('web config: certificates and keys may stand in the file itself, and the old name of a policy is known', () => {
  const { tls: read } = good('tls_server_config: {cert: A, key: B, client_auth_type: RequireClientCert}');
  assert.deepEqual(
    [read?.cert, read?.key, read?.clientAuth],
    [{ text: 'A' }, { text: 'B' }, 'RequireAnyClientCert'],
  );
});

const durations: readonly (readonly [string, number | undefined])[] = [
  ['1s', 1000],
  ['100ms', 100],
  ['1h2m3s', 3_723_000],
  ['1.5s', 1500],
  ['250us', 0.25],
  ['1000000', 1],
  ['0', undefined],
];
test('web config: intervals are written as Go writes durations', () => {
  for (const [interval, ms] of durations)
    assert.equal(good(`rate_limit: {interval: ${interval}, burst: 2}`).rateLimit?.intervalMs, ms, interval);
});

const wrong: readonly (readonly [string, string])[] = [
  ['tls_server_config:\n  cert_file: c', 'web.yml:1:1: tls_server_config.key_file: is missing'],
  [
    'tls_server_config:\n  client_auth_type: NoClientCert',
    'web.yml:1:1: tls_server_config.cert_file: is missing',
  ],
  [`${tls}  cert: c`, 'web.yml:2:3: tls_server_config.cert_file: and cert are two places for one thing'],
  [`${tls}  client_ca_file: a`, 'web.yml:4:3: tls_server_config.client_ca_file: has no meaning without'],
  [
    `${tls}  client_auth_type: Require`,
    'web.yml:4:3: tls_server_config.client_auth_type: must be NoClientCert, ',
  ],
  [
    `${tls}  client_auth_type: RequireAndVerifyClientCert`,
    'client_auth_type: needs client_ca_file: otherwise every',
  ],
  [
    `${tls}  client_auth_type: VerifyClientCertIfGiven`,
    'client_auth_type: needs client_ca_file: otherwise every',
  ],
  [
    `${tls}  client_auth_type: RequestClientCert\n  client_allowed_sans: [a]`,
    'web.yml:5:3: tls_server_config.client_allowed_sans: needs',
  ],
  [`${tls}  min_version: TLS10`, 'min_version: must be TLS12 or TLS13: TLS10 is broken, and is not offered'],
  [`${tls}  min_version: TLS9`, 'min_version: must be TLS12, TLS13, TLS10 or TLS11, not "TLS9"'],
  [
    `${tls}  min_version: TLS13\n  max_version: TLS12`,
    'web.yml:5:3: tls_server_config.max_version: is below min_version TLS13',
  ],
  [
    `${tls}  cipher_suites:\n    - TLS_AES_128_GCM_SHA256\n    - TLS_RSA_WITH_RC4_128_SHA`,
    'web.yml:6:7: tls_server_config.cipher_suites[1]: must be TLS_ECDHE',
  ],
  [`${tls}  curve_preferences: [secp256k1]`, 'curve_preferences[0]: must be CurveP256'],
  ['tls_server_config: {min_version: TLS13}', 'min_version: has no meaning without cert_file and key_file'],
  ['tls_server_config: {prefer_server_cipher_suites: true}', 'has no meaning without cert_file'],
  [
    `${tls}  session_tickets: false`,
    'web.yml:4:3: tls_server_config.session_tickets: is no option here; there are cert, key',
  ],
  ['authorization: {}', 'web.yml:1:1: authorization: is no option here; there are tls_server_config'],
  [
    'http_server_config: {headers: {Server: x}}',
    'headers.Server: is no option here; there are Content-Security-Policy',
  ],
  [
    'http_server_config:\n  headers:\n    X-Frame-Options: allow',
    'web.yml:3:5: http_server_config.headers.X-Frame-Options: must be deny',
  ],
  ['http_server_config: {http2: maybe}', 'http2: must be true or false, not "maybe"'],
  ['http_server_config: {headers: {X-XSS-Protection: "a\\r\\nb"}}', 'must be one line of printable'],
  ['rate_limit: {interval: 1s}', 'rate_limit.burst: must be at least 1'],
  ['rate_limit: {interval: 1 s, burst: 1}', 'rate_limit.interval: must be a duration such as 100ms'],
  ['rate_limit: {interval: 1s, burst: -1}', 'rate_limit.burst: must be a whole number, not -1'],
  ['basic_auth_users: {a: secretword}', 'basic_auth_users.a: must be a bcrypt hash'],
  ['basic_auth_users:\n  a:', 'web.yml:2:3: basic_auth_users.a: must be a bcrypt hash'],
  [
    `basic_auth_users:\n  a: ${hash.replace('$10$', '$16$')}`,
    'must be a bcrypt hash with a cost from 4 to 15',
  ],
  [`basic_auth_users:\n  "a:b": ${hash}`, 'web.yml:2:3: basic_auth_users.a:b: is no name of a user'],
  ['basic_auth_users: alice:secretword', 'basic_auth_users: must be a section with keys of its own'],
  ['secretword', 'web.yml:1:1: must be a section with keys of its own'],
  ['basic_auth_users: {a: 1, a: 2}', 'web.yml:1:26: is no YAML: a key stands there twice'],
  ['basic_auth_users: {a: *secretword }', 'is no YAML: '],
  ['a: [', 'is no YAML: '],
];
for (const [text, told] of wrong) {
  test(`web config: refused with its place: ${JSON.stringify(text)}`, () => {
    const found = problems(text);
    assert.ok(
      found.some((problem) => problem.includes(told)),
      found.join('\n') || 'taken',
    );
    assert.ok(!found.join().includes('secretword'), found.join('\n'));
    assert.ok(!found.join().includes(hash.slice(7)), found.join('\n'));
  });
}

test('web config: everything that is wrong is told at once', () => {
  const found = problems('rate_limit: {interval: x}\nfoo: 1\nbasic_auth_users: {a: b}\n');
  assert.equal(found.length, 3, found.join('\n'));
});
