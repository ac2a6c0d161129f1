import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fromBrowser, hostAllowed, originAllowed } from './origin.ts';

const others = ['https://grafana.example.com'];

const origins: readonly (readonly [string | undefined, string | undefined, boolean])[] = [
  [undefined, 'leasewatch:9465', true],
  ['http://leasewatch:9465', 'leasewatch:9465', true],
  ['http://LEASEWATCH:9465', 'leasewatch:9465', true],
  ['https://lw.example.com', 'lw.example.com', true],
  ['https://lw.example.com', 'lw.example.com:443', true],
  ['http://lw.example.com:80', 'lw.example.com', true],
  ['http://[::1]:9465', '[::1]:9465', true],
  ['https://grafana.example.com', 'leasewatch:9465', true],
  ['http://grafana.example.com', 'leasewatch:9465', false],
  ['https://grafana.example.com.evil.example', 'leasewatch:9465', false],
  ['http://leasewatch:9466', 'leasewatch:9465', false],
  ['http://evil.example', 'leasewatch:9465', false],
  ['https://lw.example.com', 'lw.example.com:80', false],
  ['http://leasewatch:9465@evil.example', 'leasewatch:9465', false],
  ['http://evil.example', undefined, false],
  ['null', 'leasewatch:9465', false],
  ['', 'leasewatch:9465', false],
  ['file://', 'leasewatch:9465', false],
  ['chrome-extension://abc', 'leasewatch:9465', false],
];

test('origin: a WebSocket may be opened by our own pages, by configured ones and by programs', () => {
  for (const [origin, host, allowed] of origins)
    assert.equal(originAllowed({ origin, host }, others), allowed, `${origin} at ${host}`);
});

const names: readonly (readonly [string | undefined, boolean])[] = [
  ['localhost:9465', true],
  ['LOCALHOST', true],
  ['127.0.0.1:9465', true],
  ['0x7f.1', true],
  ['[::1]:9465', true],
  ['leasewatch', true],
  ['leasewatch.monitoring.svc:9465', true],
  ['leasewatch.monitoring.svc.cluster.local', true],
  ['app.localhost', true],
  ['lw.example.com', true],
  ['evil.example', false],
  ['127.0.0.1.evil.example', false],
  ['localhost.evil.example:9465', false],
  ['evil.example:9465', false],
  ['', false],
  ['a b', false],
  [undefined, false],
];

test('origin: a browser may call us by names that no stranger can register, and by configured ones', () => {
  for (const [host, allowed] of names)
    assert.equal(hostAllowed(host, ['lw.example.com']), allowed, String(host));
});

test('origin: browsers are told from programs by what they cannot leave out', () => {
  assert.ok(fromBrowser({ 'accept-language': 'de' }));
  assert.ok(fromBrowser({ origin: 'http://a' }));
  assert.ok(!fromBrowser({ accept: 'text/plain', 'user-agent': 'Prometheus/3.5.0' }));
});
