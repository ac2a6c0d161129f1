import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { loadConfig } from './config.ts';
import { describeConfig } from './config-describe.ts';
import type { Environment } from './config-environment.ts';
import { describeProblem } from './config-problems.ts';
import { resolveReceiver } from './config-receivers.ts';

function loaded(t: TestContext, yaml: string, env: Environment = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'leasewatch-receivers-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'leasewatch.yaml');
  writeFileSync(file, yaml);
  return loadConfig({ flags: {}, env, file });
}

function problems(t: TestContext, yaml: string, env: Environment = {}): readonly string[] {
  const result = loaded(t, yaml, env);
  return result.kind === 'ok' ? [] : result.problems.map(describeProblem);
}

test('receivers: nothing given is no credentials, no authority of our own, and the whole line', () => {
  assert.deepEqual(resolveReceiver(undefined), {
    headers: {},
    headerFiles: {},
    tokenFile: undefined,
    basicAuth: undefined,
    caFile: undefined,
    certFile: undefined,
    keyFile: undefined,
    bytesPerSecond: undefined,
  });
});

const whole = `
otlp:
  endpoint: https://tempo:4318
  sample: 0.25
  tokenFile: /run/token
  headerFiles: { x-api-key: /run/key }
  caFile: /run/ca.pem
  certFile: /run/tls.crt
  keyFile: /run/tls.key
  bytesPerSecond: 4KiB
loki:
  url: http://loki:3100
  basicAuth: { username: ann, passwordFile: /run/password }
  maxAge: 30d
  maxFuture: 90s
  ingestBytesPerSecond: 100000
proxy: { http: "http://ann:secret-word@proxy:3128", except: "loki,.svc" }
`;

test('receivers: every key of a file arrives, and the passwords of proxies are not printed', (t) => {
  const result = loaded(t, whole, { http_proxy: '', HTTPS_PROXY: 'upper:1', https_proxy: 'lower:2' });
  assert.equal(result.kind, 'ok');
  const { otlp, loki, proxy } = result.config;
  assert.deepEqual(otlp, {
    tracesUrl: 'https://tempo:4318/v1/traces',
    sample: 0.25,
    headers: {},
    headerFiles: { 'x-api-key': '/run/key' },
    tokenFile: '/run/token',
    basicAuth: undefined,
    caFile: '/run/ca.pem',
    certFile: '/run/tls.crt',
    keyFile: '/run/tls.key',
    bytesPerSecond: 4096,
  });
  assert.deepEqual(loki.basicAuth, { username: 'ann', passwordFile: '/run/password' });
  assert.deepEqual(loki.limits, { maxAgeMs: 30 * 86_400_000, maxFutureMs: 90_000 });
  assert.equal(loki.ingestBytesPerSecond, 100_000);
  const http = 'http://ann:secret-word@proxy:3128/';
  assert.deepEqual(proxy, { http, https: 'http://lower:2/', except: 'loki,.svc' });
  assert.doesNotMatch(describeConfig(result.config), /secret-word/);
});

test('receivers: the certificates of OpenTelemetry have the names that they have elsewhere', (t) => {
  const result = loaded(t, 'otlp: { endpoint: "https://tempo" }', {
    OTEL_EXPORTER_OTLP_CERTIFICATE: '/ca.pem',
    OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE: '/c.pem',
    OTEL_EXPORTER_OTLP_CLIENT_KEY: '/k.pem',
    OTEL_EXPORTER_OTLP_TRACES_CLIENT_KEY: '/traces.pem',
  });
  assert.equal(result.kind, 'ok');
  const { caFile, certFile, keyFile } = result.config.otlp;
  assert.deepEqual([caFile, certFile, keyFile], ['/ca.pem', '/c.pem', '/traces.pem']);
});

const bad: readonly (readonly [string, string, Environment, readonly string[]])[] = [
  [
    'two ways to say who we are',
    'loki: { url: "http://l", tokenFile: /t, basicAuth: { username: "a:b", passwordFile: /p } }',
    {},
    [
      'loki.basicAuth: and tokenFile both say who we are: one of them is enough',
      'loki.basicAuth.username: must not have a colon',
    ],
  ],
  [
    'half a pair, and TLS where there is none',
    'otlp: { endpoint: "http://t", certFile: /c, caFile: /ca }',
    {},
    [
      'otlp.certFile: needs keyFile',
      'otlp.caFile: has no meaning without TLS: the address begins with http://',
      'otlp.certFile: has no meaning without TLS: the address begins with http://',
    ],
  ],
  [
    'names that are none, and headers that are ours',
    'loki: { url: "http://l", headers: { "a b": x }, headerFiles: { content-length: /f } }',
    {},
    [
      'loki.headers: must not have "a b": it is no name of a header',
      'loki.headerFiles: must not have "content-length": it belongs to the connection',
    ],
  ],
  [
    'a password without a user',
    'loki: { url: "http://l", basicAuth: { passwordFile: /p } }',
    {},
    ['loki.basicAuth.username: must be a text'],
  ],
  [
    'rates and ages that cannot be meant',
    'loki: { url: "http://l", bytesPerSecond: 500, maxAge: 7 }\noutbox: { bytesPerSecond: 1Mbit }\notlp: { sample: 0 }',
    {},
    [
      'otlp.sample: must be a number above 0 and at most 1, such as 0.1, not 0',
      'loki.maxAge: must be a duration from 1s to 366d, such as 10m, 12h or 7d, not 7',
      'loki.bytesPerSecond: must be bytes a second, at least 4000, such as 16KiB or 1MiB, not 500',
      'outbox.bytesPerSecond: must be bytes a second, at least 4000, such as 16KiB or 1MiB, not "1Mbit"',
    ],
  ],
  [
    'addresses of unknown kinds',
    'otlp: { endpoint: "ftp://t" }\nloki: { url: "loki:3100" }',
    { HTTPS_PROXY: 'socks5://ann:secret@p' },
    [
      'otlp.endpoint: must be an http:// or https:// address, not "ftp://t"',
      'loki.url: must be an http:// or https:// address, not "loki:3100"',
      'HTTPS_PROXY: must be an http:// or https:// address of a proxy, not "socks5://(hidden)@p"',
    ],
  ],
];

for (const [name, yaml, env, expected] of bad) {
  test(`bad receivers: ${name}`, (t) => assert.deepEqual(problems(t, yaml, env), expected));
}

test('receivers: an address with the path and one without mean the same', (t) => {
  for (const base of ['http://loki:3100', 'http://loki:3100/', 'http://loki:3100/loki/api/v1/push']) {
    const result = loaded(t, `loki: { url: "${base}" }`);
    assert.equal(result.kind === 'ok' && result.config.loki.pushUrl, 'http://loki:3100/loki/api/v1/push');
  }
  const below = loaded(t, 'loki: { url: "https://gate/logs/?team=a" }\notlp: { endpoint: "https://gate/x" }');
  assert.equal(below.kind, 'ok');
  assert.equal(below.config.loki.pushUrl, 'https://gate/logs/loki/api/v1/push?team=a');
  assert.equal(below.config.otlp.tracesUrl, 'https://gate/x/v1/traces');
});
