import assert from 'node:assert/strict';
import { test } from 'node:test';
import { resolveWeb, webSchema } from './config-web.ts';

const read = (written: unknown) => {
  const parsed = webSchema.safeParse(written);
  return parsed.success ? resolveWeb(parsed.data) : parsed.error.issues.map(({ message }) => message);
};

test('config: origins and hosts are written down in one form', () => {
  assert.deepEqual(
    read({ origins: ['https://Grafana.example.com:443/'], hosts: ['Lease.Example.com', '[::1]'] }),
    {
      configFile: undefined,
      origins: ['https://grafana.example.com'],
      hosts: ['lease.example.com', '[::1]'],
    },
  );
});

test('config: an origin with a path, and a host with a port, are refused: they would never match', () => {
  for (const origin of [
    'https://a.example/page',
    'a.example',
    'ws://a.example',
    'https://me@a.example',
    7,
    '*',
  ])
    assert.match(String(read({ origins: [origin] })), /must be an origin/, String(origin));
  for (const host of ['a.example:80', 'a.example/x', 'http://a.example', '', '*.a b', 7])
    assert.match(String(read({ hosts: [host] })), /must be a host/, String(host));
});
