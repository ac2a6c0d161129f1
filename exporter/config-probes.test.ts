import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { loadConfig } from './config.ts';
import { describeConfig } from './config-describe.ts';
import { describeProblem } from './config-problems.ts';

function load(t: TestContext, yaml: string) {
  const folder = mkdtempSync(join(tmpdir(), 'leasewatch-config-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'leasewatch.yaml');
  writeFileSync(file, yaml);
  return loadConfig({ env: {}, flags: {}, file });
}

function probed(t: TestContext, probes: string) {
  const loaded = load(t, `websockets:\n  probes:\n    - ${probes}`);
  if (loaded.kind === 'invalid') throw new Error(loaded.problems.map(describeProblem).join('\n'));
  return loaded.config;
}

test('probes: a name and an address are enough', (t) => {
  assert.deepEqual(probed(t, '{ name: chat, url: "wss://chat.example.com" }').websockets.probes, [
    {
      name: 'chat',
      url: 'wss://chat.example.com/',
      intervalMs: 30_000,
      timeoutMs: 10_000,
      pingIntervalMs: 5000,
      expectStatus: 101,
      subprotocols: [],
      headers: {},
      headerFiles: {},
      ...{ caFile: undefined, certFile: undefined, keyFile: undefined },
      allowAddresses: [],
      socketIo: false,
      spread: undefined,
    },
  ]);
});

const whole = `name: a.b-c_1
      url: wss://chat.example.com/ws?room=1
      interval: 5s
      timeout: 2s
      pingInterval: 1s
      expectStatus: 101
      subprotocols: [v2.chat, v2.chat]
      headers: { x-key: secret, origin: https://example.com }
      headerFiles: { authorization: /etc/token }
      caFile: /etc/ca.pem
      certFile: /etc/client.pem
      keyFile: /etc/client.key
      allowAddresses: [169.254.20.10, "fe80::/64"]
      spread: { connections: 4, header: X-Served-By }`;

test('probes: every key arrives', (t) => {
  const [probe] = probed(t, whole).websockets.probes;
  assert.deepEqual(probe, {
    name: 'a.b-c_1',
    url: 'wss://chat.example.com/ws?room=1',
    intervalMs: 5000,
    timeoutMs: 2000,
    pingIntervalMs: 1000,
    expectStatus: 101,
    subprotocols: ['v2.chat'],
    headers: { 'x-key': 'secret', origin: 'https://example.com' },
    headerFiles: { authorization: '/etc/token' },
    caFile: '/etc/ca.pem',
    certFile: '/etc/client.pem',
    keyFile: '/etc/client.key',
    allowAddresses: ['169.254.20.10', 'fe80::/64'],
    socketIo: false,
    spread: { connections: 4, backend: { header: 'X-Served-By' } },
  });
});

test('probes: the address of a Socket.IO server is that of its clients, and a message may name the backend', (t) => {
  const of = (probe: string) => probed(t, probe).websockets.probes[0];
  const socketIo = of('{ name: a, url: "wss://a?room=1", socketIo: true }');
  assert.equal(socketIo?.url, 'wss://a/socket.io/?room=1&EIO=4&transport=websocket');
  assert.equal(
    of('{ name: a, url: "ws://a/x/", socketIo: true }')?.url,
    'ws://a/x/?EIO=4&transport=websocket',
  );
  const spread = of(`{ name: a, url: "ws://a", spread: { connections: "2", message: '"pod":"*"' } }`)?.spread;
  assert.deepEqual(spread, { connections: 2, backend: { message: { before: '"pod":"', after: '"' } } });
});

test('probes: what is printed hides the values of headers', (t) => {
  const printed = describeConfig(probed(t, whole));
  assert.doesNotMatch(printed, /secret/);
  assert.match(printed, /x-key: \(hidden\)/);
  assert.match(printed, /authorization: \/etc\/token/);
});

test('probes: an interval shorter than the usual patience shortens that', (t) => {
  assert.equal(probed(t, '{ name: a, url: "ws://a", interval: 1s }').websockets.probes[0]?.timeoutMs, 1000);
});

const bad: readonly (readonly [string, string])[] = [
  ['{ url: "ws://a" }', 'name: must be a name of letters, digits, -, _ and ., at most 63 of them'],
  [
    '{ name: "a b", url: "ws://a" }',
    'name: must be a name of letters, digits, -, _ and ., at most 63 of them, not "a b"',
  ],
  ['{ name: a, url: "http://a" }', 'url: must be a ws:// or wss:// address, not "http://a"'],
  ['{ name: a, url: "ws://a/#b" }', 'url: must be a ws:// or wss:// address, not "ws://a/#b"'],
  [
    '{ name: a, url: "ws://me:secret@a" }',
    'url: must be an address without credentials: they belong into headerFiles, not "ws://(hidden)@a"',
  ],
  [
    '{ name: a, url: "ws://a", expectStatus: 100 }',
    'expectStatus: must be 101, or the HTTP status with which the server shall refuse, not 100',
  ],
  [
    '{ name: a, url: "ws://a", subprotocols: ["v1, v2"] }',
    'subprotocols[0]: must be the name of a subprotocol, such as graphql-transport-ws, not "v1, v2"',
  ],
  [
    '{ name: a, url: "ws://a", headers: { "a b": secret, upgrade: secret } }',
    `headers: must not have "a b": it is no name of a header
headers: must not have "upgrade": it belongs to the connection`,
  ],
  [
    '{ name: a, url: "ws://a", headerFiles: { Sec-WebSocket-Key: /x } }',
    'headerFiles: must not have "Sec-WebSocket-Key": it belongs to the connection',
  ],
  ['{ name: a, url: "ws://a", timeout: 31s }', 'timeout: must not be longer than the interval'],
  [
    '{ name: a, url: "ws://a", caFile: /ca.pem }',
    'caFile: has no meaning without TLS: the address begins with ws://',
  ],
  ['{ name: a, url: "wss://a", certFile: /client.pem }', 'certFile: needs its keyFile'],
  ['{ name: a, url: "wss://a", keyFile: /client.key }', 'keyFile: needs its certFile'],
  [
    '{ name: a, url: "ws://a", allowAddresses: [10.0.0.0/33] }',
    'allowAddresses[0]: must be an IP address or a network, such as 169.254.20.10 or fe80::/64, not "10.0.0.0/33"',
  ],
  [
    '{ name: a, url: "ws://a", expectStatus: 401, socketIo: true, spread: { connections: 2, header: x } }',
    `socketIo: has no meaning where the handshake shall be refused (expectStatus)
spread: has no meaning where the handshake shall be refused (expectStatus)`,
  ],
  [
    '{ name: a, url: "ws://a/?EIO=3", socketIo: true }',
    'url: must say EIO=4 and transport=websocket, or neither, with socketIo',
  ],
  [
    '{ name: a, url: "ws://a", spread: { connections: 33, header: "a b" } }',
    `spread.connections: must be a number of connections from 2 to 32, not 33
spread.header: must be the name of a header, such as x-served-by, not "a b"`,
  ],
  [
    '{ name: a, url: "ws://a", spread: { connections: 2, message: "no star" } }',
    'spread.message: must be a text with one * where the name of the backend stands, such as "welcome to *!", not "no star"',
  ],
  [
    '{ name: a, url: "ws://a", spread: { connections: 2 } }',
    'spread: must name the backend, by either a header or a message, not {"connections":2}',
  ],
  [
    '{ name: a, url: "ws://a", spread: { connections: 2, header: x, message: "*!" } }',
    'spread: must name the backend, by either a header or a message, not {"connections":2,"header":"x","message":"*!"}',
  ],
  ['{ name: a, url: "ws://a", intervall: 5s }', 'intervall: is no option; did you mean interval?'],
];

for (const [probe, expected] of bad) {
  test(`bad probe: ${probe}`, (t) => {
    const loaded = load(t, `websockets: { probes: [${probe}] }`);
    assert.ok(loaded.kind === 'invalid');
    const told = loaded.problems.map(describeProblem).join('\n');
    assert.equal(told.replaceAll('websockets.probes[0].', ''), expected);
  });
}

test('bad probe: two of one name', (t) => {
  const loaded = load(t, 'websockets: { probes: [{ name: a, url: "ws://a" }, { name: a, url: "ws://b" }] }');
  assert.deepEqual(loaded.kind === 'invalid' && loaded.problems.map(describeProblem), [
    'websockets.probes[1].name: is the name of websockets.probes[0] too',
  ]);
});
