import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { loadConfig } from './config.ts';
import { describeConfig } from './config-describe.ts';
import { describeProblem } from './config-problems.ts';

function load(t: TestContext, endpoints: string) {
  const folder = mkdtempSync(join(tmpdir(), 'leasewatch-config-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'leasewatch.yaml');
  writeFileSync(file, `websockets:\n  endpoints:\n    - ${endpoints}`);
  return loadConfig({ env: {}, flags: {}, file });
}

function valid(t: TestContext, endpoint: string) {
  const loaded = load(t, endpoint);
  if (loaded.kind === 'invalid') throw new Error(loaded.problems.map(describeProblem).join('\n'));
  return loaded.config;
}

test('endpoints: of Envoy the admin address is enough', (t) => {
  assert.deepEqual(
    valid(t, '{ name: mesh, kind: envoy, url: "http://127.0.0.1:9901" }').websockets.endpoints,
    [
      {
        name: 'mesh',
        url: 'http://127.0.0.1:9901/stats/prometheus?filter=downstream_cx_upgrades',
        side: 'proxy',
        connections: 'envoy_http_downstream_cx_upgrades_active',
        total: 'envoy_http_downstream_cx_upgrades_total',
        labels: {},
        intervalMs: 15_000,
        timeoutMs: 5000,
        headers: {},
        allowAddresses: [],
        headerFiles: {},
        ...{ caFile: undefined, certFile: undefined, keyFile: undefined },
      },
    ],
  );
});

test('endpoints: a path that is given is asked for as it is', (t) => {
  const { endpoints } = valid(t, '{ name: a, kind: envoy, url: "http://a/envoy/metrics" }').websockets;
  assert.equal(endpoints[0]?.url, 'http://a/envoy/metrics');
});

const whole = `name: hub
      url: https://hub.example.com/metrics
      side: app
      connections: centrifugo_node_num_clients
      labels: { zone: 3, transport: websocket }
      interval: 1s
      allowAddresses: [169.254.20.10]
      headers: { x-key: secret }
      headerFiles: { authorization: /etc/token }
      caFile: /etc/ca.pem
      certFile: /etc/client.pem
      keyFile: /etc/client.key`;

test('endpoints: every key of another one arrives, and values of headers are not printed', (t) => {
  const config = valid(t, whole);
  assert.deepEqual(config.websockets.endpoints, [
    {
      name: 'hub',
      url: 'https://hub.example.com/metrics',
      side: 'app',
      connections: 'centrifugo_node_num_clients',
      total: undefined,
      labels: { zone: '3', transport: 'websocket' },
      intervalMs: 1000,
      timeoutMs: 1000,
      allowAddresses: ['169.254.20.10'],
      headers: { 'x-key': 'secret' },
      headerFiles: { authorization: '/etc/token' },
      caFile: '/etc/ca.pem',
      certFile: '/etc/client.pem',
      keyFile: '/etc/client.key',
    },
  ]);
  assert.doesNotMatch(describeConfig(config), /secret/);
});

const url = 'url: "http://a"';
const bad: readonly (readonly [string, string])[] = [
  [`{ name: a, ${url} }`, 'connections: is needed: the metric that counts open connections'],
  [
    `{ name: a, ${url}, connections: "a b" }`,
    'connections: must be the name of a metric, such as traefik_open_connections, not "a b"',
  ],
  [`{ name: a, ${url}, side: app, connections: a, total: b }`, 'total: has no meaning for side: app'],
  [`{ name: a, ${url}, connections: a, timeout: 16s }`, 'timeout: must not be longer than the interval'],
  [
    `{ name: a, ${url}, connections: a, caFile: /x }`,
    'caFile: has no meaning without TLS: the address begins with http://',
  ],
  [
    '{ name: a, url: "http://me:secret@a", connections: a }',
    'url: must be without credentials: use headerFiles',
  ],
  ['{ name: a, url: "ws://a", connections: a }', 'url: must be an http:// or https:// address, not "ws://a"'],
  [`{ name: a, ${url}, kind: nginx, connections: a }`, 'kind: must be envoy or prometheus, not "nginx"'],
  [
    `{ name: a, ${url}, connections: a, headers: { Connection: close } }`,
    'headers: must not have "Connection": it belongs to the connection',
  ],
];

for (const [endpoint, expected] of bad) {
  test(`bad endpoint: ${endpoint}`, (t) => {
    const loaded = load(t, endpoint);
    assert.ok(loaded.kind === 'invalid');
    const told = loaded.problems.map(describeProblem).join('\n');
    assert.equal(told.replaceAll('websockets.endpoints[0].', ''), expected);
  });
}
