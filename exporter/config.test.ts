import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { type Config, type ConfigInput, loadConfig } from './config.ts';
import { describeConfig } from './config-describe.ts';
import { describeProblem } from './config-problems.ts';
import { resolveReceiver } from './config-receivers.ts';

interface Given {
  readonly yaml?: string;
  readonly env?: ConfigInput['env'];
  readonly flags?: ConfigInput['flags'];
}

function load(t: TestContext, { yaml, env = {}, flags = {} }: Given) {
  if (yaml === undefined) return { file: 'no file', loaded: loadConfig({ env, flags }) };
  const folder = mkdtempSync(join(tmpdir(), 'leasewatch-config-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'leasewatch.yaml');
  writeFileSync(file, yaml);
  return { file, loaded: loadConfig({ env, flags, file }) };
}

function valid(t: TestContext, given: Given): Config {
  const { loaded } = load(t, given);
  if (loaded.kind === 'invalid') throw new Error(loaded.problems.map(describeProblem).join('\n'));
  return loaded.config;
}

function problems(t: TestContext, given: Given): string {
  const { loaded, file } = load(t, given);
  if (loaded.kind === 'ok') return '';
  return loaded.problems.map((problem) => describeProblem(problem).replaceAll(file, 'FILE')).join('\n');
}

test('config: nothing given is everything of the cluster', (t) => {
  assert.deepEqual(valid(t, { env: { HOME: '/home/me' } }), {
    mode: 'cluster',
    listen: { host: '0.0.0.0', port: 9465 },
    web: { configFile: undefined, origins: [], hosts: [] },
    kubernetes: {
      kubeconfig: undefined,
      context: undefined,
      namespaces: 'all',
      leases: undefined,
      nodes: true,
      node: undefined,
      pods: true,
    },
    pod: { namespace: '', name: '' },
    replicas: undefined,
    websockets: { ports: [], pods: false, find: false, intervalMs: 5000, probes: [], endpoints: [] },
    otlp: { tracesUrl: undefined, sample: 1, ...resolveReceiver(undefined) },
    loki: {
      pushUrl: undefined,
      tenant: undefined,
      limits: { maxAgeMs: 604_800_000, maxFutureMs: 600_000 },
      ingestBytesPerSecond: 2_097_152,
      ...resolveReceiver(undefined),
    },
    proxy: { http: '', https: '', except: '' },
    outbox: {
      path: '/home/me/.local/state/leasewatch/outbox.db',
      maxBytes: 268435456,
      bytesPerSecond: undefined,
    },
    service: { name: 'leasewatch', attributes: {} },
    cluster: undefined,
    site: undefined,
    log: { level: 'info', format: 'text' },
    page: { traceUrl: undefined },
    record: undefined,
    policies: [],
  });
});

const full = `
mode: cluster
listen: "[::1]:9000"
kubernetes:
  kubeconfig: /etc/kube.yaml
  context: prod
  namespaces: [kube-system, shop]
  leases: [controller, cert-manager.io]
  nodes: false
  pods: false
pod: { namespace: monitoring, name: leasewatch-0 }
replicas: { lease: leasewatch }
websockets:
  ports: [8080, 8080, 8443]
  interval: 500ms
otlp:
  endpoint: http://tempo:4318/base/
  headers: { authorization: Bearer abc }
loki:
  url: http://loki:3100
  tenant: team-a
outbox: { path: /var/outbox.db, maxBytes: 2GiB, bytesPerSecond: 64KiB }
service: { name: watch, attributes: { team: infra, zone: 3 } }
cluster: east
site: paris
log: { level: debug, format: json }
record: /tmp/observations.jsonl
`;

test('config: every key of a file arrives', (t) => {
  const config = valid(t, { yaml: full });
  assert.deepEqual(config.listen, { host: '::1', port: 9000 });
  assert.deepEqual(config.kubernetes, {
    kubeconfig: '/etc/kube.yaml',
    context: 'prod',
    namespaces: ['kube-system', 'shop'],
    leases: ['controller', 'cert-manager.io'],
    nodes: false,
    node: undefined,
    pods: false,
  });
  assert.deepEqual(config.replicas, { namespace: 'monitoring', lease: 'leasewatch', pod: 'leasewatch-0' });
  assert.deepEqual(config.websockets, {
    ports: [8080, 8443],
    pods: false,
    find: false,
    intervalMs: 500,
    probes: [],
    endpoints: [],
  });
  assert.equal(config.otlp.tracesUrl, 'http://tempo:4318/base/v1/traces');
  assert.equal(config.loki.pushUrl, 'http://loki:3100/loki/api/v1/push');
  assert.deepEqual(config.outbox, { path: '/var/outbox.db', maxBytes: 2147483648, bytesPerSecond: 65536 });
  assert.deepEqual(config.service, { name: 'watch', attributes: { team: 'infra', zone: '3' } });
  assert.deepEqual(
    [config.cluster, config.site, config.record],
    ['east', 'paris', '/tmp/observations.jsonl'],
  );
  assert.deepEqual(config.log, { level: 'debug', format: 'json' });
});

test('config: the result cannot be changed', (t) => {
  const config = valid(t, { yaml: full });
  assert.throws(() => Reflect.apply(Array.prototype.push, config.websockets.ports, [1]), TypeError);
  assert.equal(Reflect.set(config.log, 'level', 'warn'), false);
});

test('config: a flag wins over a variable, and a variable over the file', (t) => {
  const yaml = 'otlp: { endpoint: "http://file" }\nservice: { name: file }';
  const env = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://env', OTEL_SERVICE_NAME: 'env' };
  assert.equal(valid(t, { yaml }).otlp.tracesUrl, 'http://file/v1/traces');
  assert.equal(valid(t, { yaml, env }).otlp.tracesUrl, 'http://env/v1/traces');
  const config = valid(t, { yaml, env, flags: { otlpEndpoint: 'http://flag' } });
  assert.deepEqual([config.otlp.tracesUrl, config.service.name], ['http://flag/v1/traces', 'env']);
});

test('config: the variables of OpenTelemetry mean what they mean elsewhere', (t) => {
  const config = valid(t, {
    env: {
      OTEL_EXPORTER_OTLP_ENDPOINT: 'http://ignored:4318',
      OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://tempo:4318/custom',
      OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Basic%20abc=, x-scope=a',
      OTEL_EXPORTER_OTLP_TRACES_HEADERS: 'x-scope=b',
      OTEL_RESOURCE_ATTRIBUTES: 'service.name=from-attributes,team=in%20fra',
      OTEL_SERVICE_NAME: '',
    },
  });
  assert.equal(config.otlp.tracesUrl, 'http://tempo:4318/custom');
  assert.deepEqual(config.otlp.headers, { authorization: 'Basic abc=', 'x-scope': 'b' });
  assert.deepEqual(config.service, {
    name: 'from-attributes',
    attributes: { 'service.name': 'from-attributes', team: 'in fra' },
  });
});

test('config: a sidecar watches the named leases of its own namespace', (t) => {
  const config = valid(t, { flags: { mode: 'sidecar', leases: 'shop' }, env: { POD_NAMESPACE: 'front' } });
  assert.deepEqual(config.kubernetes.namespaces, ['front']);
  assert.deepEqual(config.kubernetes.leases, ['shop']);
  assert.deepEqual([config.kubernetes.nodes, config.kubernetes.node], [false, undefined]);
  assert.equal(config.kubernetes.pods, false);
});

test('config: a sidecar without leases watches none, only sockets', (t) => {
  const config = valid(t, { flags: { mode: 'sidecar', ports: '8080' } });
  assert.deepEqual([config.kubernetes.namespaces, config.kubernetes.leases], [[], []]);
});

test('config: mode node counts the connections of its Pods unless told otherwise', (t) => {
  const env = { NODE_NAME: 'edge-1' };
  assert.equal(valid(t, { yaml: 'mode: node', env }).websockets.pods, true);
  assert.equal(valid(t, { yaml: 'mode: node\nwebsockets: { pods: false }', env }).websockets.pods, false);
});

test('config: mode node watches the lease and the Node of its own node', (t) => {
  const { kubernetes } = valid(t, { flags: { mode: 'node' }, env: { NODE_NAME: 'n1' } });
  assert.deepEqual([kubernetes.namespaces, kubernetes.leases], [['kube-node-lease'], ['n1']]);
  assert.deepEqual([kubernetes.nodes, kubernetes.node, kubernetes.pods], [true, 'n1', false]);
});

test('config: what is printed hides credentials', (t) => {
  const yaml = `${full}`.replace('http://loki', 'http://user:secret@loki');
  const printed = describeConfig(valid(t, { yaml }));
  assert.doesNotMatch(printed, /secret|Bearer/);
  assert.match(printed, /authorization: \(hidden\)/);
  assert.match(printed, /listen: "?\[::1\]:9000/);
});

test('config: an empty file, and keys without values, are the defaults', (t) => {
  const nothing = valid(t, {});
  assert.deepEqual(valid(t, { yaml: '' }), nothing);
  assert.deepEqual(valid(t, { yaml: '# nothing\notlp:\nlog:\n  level:\n' }), nothing);
});

const bad: readonly (readonly [string, Given, string])[] = [
  [
    'everything at once',
    {
      yaml: [
        'mode: daemon',
        'listne: 0.0.0.0:1',
        'kubernetes: { namespaces: [Shop, ok], leases: x, nodes: "yes" }',
        'websockets: { ports: [0, http, 80], interval: 10 }',
        'otlp: []',
        'log: { levle: info, format: xml }',
        'outbox: { maxBytes: 10MB, dir: /tmp }',
      ].join('\n'),
    },
    `mode: must be sidecar, node or cluster, not "daemon"
kubernetes.namespaces[0]: must be a namespace: lower-case letters, digits and -, not "Shop"
kubernetes.leases: must be a list, not "x"
kubernetes.nodes: must be true or false, not "yes"
websockets.ports[0]: must be a port number from 1 to 65535, not 0
websockets.ports[1]: must be a port number from 1 to 65535, not "http"
websockets.interval: must be a duration from 100ms to 24h, such as 500ms, 10s or 5m, not 10
otlp: must be a section with keys of its own, not []
outbox.maxBytes: must be a size of at least 1MiB, such as 64MiB or 2GiB, not "10MB"
outbox.dir: is no option here; there are path, maxBytes, bytesPerSecond
log.format: must be text or json, not "xml"
log.levle: is no option; did you mean level?
listne: is no option; did you mean listen?`,
  ],
  [
    'flags and variables are named as they were given',
    {
      flags: { listen: '9465', ports: '80,x', namespaces: 'A' },
      env: { OTEL_EXPORTER_OTLP_ENDPOINT: 'tempo:4318', NODE_NAME: 'no_de' },
    },
    `--listen: must be HOST:PORT, such as 0.0.0.0:9465 or [::1]:9465, not "9465"
--namespaces: must be a namespace: lower-case letters, digits and -, not "A"
NODE_NAME: must be a name of Kubernetes: lower-case letters, digits, - and ., not "no_de"
--ports: must be a port number from 1 to 65535, not "x"
OTEL_EXPORTER_OTLP_ENDPOINT: must be an http:// or https:// address, not "tempo:4318"`,
  ],
  [
    'a header is never repeated in an error',
    { yaml: 'loki: { headers: { x: [secret] } }', env: { OTEL_EXPORTER_OTLP_HEADERS: 'secret,a=%zz' } },
    `OTEL_EXPORTER_OTLP_HEADERS: must be KEY=VALUE pairs with commas between them, percent-encoded, not (hidden)
OTEL_EXPORTER_OTLP_HEADERS: must be KEY=VALUE pairs with commas between them, percent-encoded, not (hidden)
loki.headers.x: must be a text of printable ASCII characters, not (hidden)`,
  ],
  [
    'a broken YAML file',
    { yaml: 'log: {level: info\nmode: [', flags: { listen: 'x' } },
    `FILE:2:1: is no YAML: Flow map in block collection must be sufficiently indented and end with a }
FILE:2:8: is no YAML: Flow sequence in block collection must be sufficiently indented and end with a ]
--listen: must be HOST:PORT, such as 0.0.0.0:9465 or [::1]:9465, not "x"`,
  ],
  ['a key twice', { yaml: 'site: a\nsite: b' }, 'FILE:2:1: is no YAML: Map keys must be unique'],
  ['a file of something else', { yaml: '- a' }, 'FILE: must be a section with keys of its own, not ["a"]'],
  [
    'a long value is cut',
    { yaml: `mode: ${'x'.repeat(500)}` },
    `mode: must be sidecar, node or cluster, not "${'x'.repeat(79)}…`,
  ],
  [
    'a sidecar with nothing to do',
    { flags: { mode: 'sidecar' } },
    `--mode: sidecar has nothing to watch: name kubernetes.leases, or ports, probes or endpoints of websockets`,
  ],
  [
    'a sidecar that does not know its namespace',
    { flags: { mode: 'sidecar', leases: 'a' }, yaml: 'kubernetes: { nodes: true }' },
    `POD_NAMESPACE: is needed in mode sidecar with leases: set it from metadata.namespace
kubernetes.nodes: has no meaning in mode sidecar`,
  ],
  [
    'replicas without a place for their Lease, and with nothing to keep records in',
    { flags: { replicaLease: 'leasewatch', outbox: 'off' } },
    `POD_NAMESPACE: is needed: the Lease of the replicas is there
--outbox: must be a file with several replicas: it keeps what the one that pushes may not have sent, not "off"`,
  ],
  [
    'replicas without a Lease',
    { yaml: 'replicas: { namespace: a }' },
    'replicas: needs a lease, the name of the Lease by which the replicas agree',
  ],
  [
    'replicas where each one pushes what only it sees',
    { flags: { mode: 'sidecar', ports: '80' }, yaml: 'replicas: { lease: a }' },
    'replicas: has no meaning in mode sidecar',
  ],
  [
    'mode node without the node, together with other problems',
    { flags: { mode: 'node', leases: 'a' }, yaml: 'listen: 1' },
    `listen: must be HOST:PORT, such as 0.0.0.0:9465 or [::1]:9465, not 1
NODE_NAME: is needed in mode node: set it from spec.nodeName
--leases: has no meaning in mode node`,
  ],
];

for (const [name, given, expected] of bad) {
  test(`bad config: ${name}`, (t) => assert.equal(problems(t, given), expected));
}

test('bad config: a file that is not there', () => {
  const loaded = loadConfig({ flags: {}, env: {}, file: '/nowhere/leasewatch.yaml' });
  assert.deepEqual(loaded.kind === 'invalid' && loaded.problems.map(describeProblem), [
    "/nowhere/leasewatch.yaml: cannot be read: ENOENT: no such file or directory, open '/nowhere/leasewatch.yaml'",
  ]);
});
