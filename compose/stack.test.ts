import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { parse } from 'yaml';
import { z } from 'zod';
import { config as alertConfig } from '../alerts/config.ts';
import { isLogql } from '../dashboards/lint/queries.ts';
import { loadConfig } from '../exporter/config.ts';
import { needTool } from '../test/tool.ts';
import { addresses } from './addresses.ts';

const here = import.meta.dirname;
const read = (path: string) => readFileSync(join(here, path), 'utf8');

const service = z.looseObject({
  image: z.string().optional(),
  build: z.object({ context: z.string(), dockerfile: z.string() }).optional(),
  volumes: z.array(z.string()).default([]),
  ports: z.array(z.string()).default([]),
  healthcheck: z.looseObject({ test: z.array(z.string()) }).optional(),
  mem_limit: z.string().optional(),
  cpus: z.number().optional(),
  restart: z.string().optional(),
  depends_on: z.record(z.string(), z.object({ condition: z.string() })).default({}),
});
const composition = z.object({
  services: z.record(z.string(), service),
  volumes: z.record(z.string(), z.null()).default({}),
});
const readStack = (path: string) => composition.parse(parse(read(path), { merge: true }));
const stack = readStack('compose.yaml');
const cluster = readStack('compose.cluster.yaml');

test('every service has a pinned image, a health check, limits, and ports for this machine alone', () => {
  for (const [name, { image, healthcheck, mem_limit, cpus, restart, ports }] of Object.entries(
    stack.services,
  )) {
    assert.match(image ?? '', /:v?\d+\.\d+\.\d+(-[\w.-]+)?$/, name);
    assert.ok(healthcheck !== undefined && mem_limit !== undefined && cpus !== undefined, name);
    assert.equal(restart, 'unless-stopped', name);
    for (const port of ports) assert.match(port, /^127\.0\.0\.1:/, name);
  }
});

test('what is mounted is there, and what is waited for is a service', () => {
  for (const { volumes, depends_on, build } of [
    ...Object.values(stack.services),
    ...Object.values(cluster.services),
  ]) {
    for (const volume of volumes) {
      const [source = ''] = volume.split(':');
      if (source.startsWith('.')) assert.ok(existsSync(join(here, source)), source);
      else if (!source.startsWith('$')) assert.ok(Object.hasOwn(stack.volumes, source), source);
    }
    for (const other of Object.keys(depends_on)) assert.ok(Object.hasOwn(stack.services, other), other);
    if (build !== undefined) assert.ok(existsSync(join(here, build.context, build.dockerfile)));
  }
  assert.ok(Object.keys(cluster.services).every((name) => Object.hasOwn(stack.services, name)));
});

test('what a browser opens is published', () => {
  const published = Object.values(stack.services).flatMap(({ ports }) =>
    ports.map((port) => port.split(':')[1]),
  );
  for (const address of Object.values(addresses))
    assert.ok(published.includes(new URL(address).port), address);
});

/** The checker of a component says that its configuration is good. */
function checked(t: Parameters<typeof needTool>[0], tool: string, ...args: string[]): void {
  const path = needTool(t, tool);
  if (path === undefined) return;
  const ran = spawnSync(path, args, { cwd: here, encoding: 'utf8' });
  assert.equal(ran.status, 0, ran.stdout + ran.stderr);
}

test('docker-compose reads both files', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'leasewatch-compose-'));
  t.after(() => rmSync(folder, { recursive: true }));
  // The one that Debian has is older than the key `name`.
  const whole = join(folder, 'compose.yaml');
  writeFileSync(whole, read('compose.yaml').replace(/^name: .*$/m, ''));
  const project = ['--project-directory', here];
  checked(t, 'docker-compose', ...project, '-f', whole, 'config', '-q');
  checked(
    t,
    'docker-compose',
    ...project,
    '-f',
    whole,
    '-f',
    join(here, 'compose.cluster.yaml'),
    'config',
    '-q',
  );
});

test('promtool accepts the configuration of Prometheus, with its rules and targets', (t) => {
  checked(t, 'promtool', 'check', 'config', 'prometheus/prometheus.yaml');
});

test('amtool accepts the configuration of Alertmanager', (t) => {
  checked(t, 'amtool', 'check-config', 'alertmanager/alertmanager.yaml');
});

test('amtool: a critical alert goes to the pager, the watchdog to its own route', (t) => {
  const routed = (...labels: string[]) => [
    'config',
    'routes',
    'test',
    '--config.file',
    'alertmanager/alertmanager.yaml',
    ...labels,
  ];
  checked(
    t,
    'amtool',
    ...routed('--verify.receivers=pager', 'severity=critical', 'alertname=LeaderLeaseExpired'),
  );
  checked(t, 'amtool', ...routed('--verify.receivers=deadman', 'alertname=LeasewatchWatchdog'));
});

test('leasewatch accepts its configurations, and Prometheus gives the same name to the cluster', () => {
  const targets = z.array(z.object({ labels: z.object({ cluster: z.string() }) }));
  const pairs = [
    ['leasewatch/demo.yaml', 'prometheus/leasewatch.targets.yaml'],
    ['leasewatch/cluster.yaml', 'prometheus/cluster.targets.yaml'],
  ] as const;
  for (const [file, scraped] of pairs) {
    const loaded = loadConfig({ flags: {}, env: {}, file: join(here, file) });
    assert.ok(loaded.kind === 'ok', JSON.stringify(loaded));
    const [target] = targets.parse(parse(read(scraped)));
    assert.equal(loaded.config.cluster, target?.labels.cluster);
  }
});

const destinations = z.array(
  z.object({ name: z.string(), url: z.string().optional(), datasourceUid: z.string().optional() }),
);
const sources = z
  .object({
    datasources: z.array(
      z.object({ name: z.string(), uid: z.string(), url: z.string(), jsonData: z.looseObject({}) }),
    ),
  })
  .parse(parse(read('grafana/provisioning/datasources/leasewatch.yaml'))).datasources;
const settingsOf = (uid: string) => sources.find((source) => source.uid === uid)?.jsonData ?? {};

test('datasources lead to each other, and each of them is a service', () => {
  const uids = sources.map(({ uid }) => uid);
  assert.deepEqual(uids, ['prometheus', 'loki', 'jaeger']);
  for (const { url } of sources) assert.ok(Object.hasOwn(stack.services, new URL(url).hostname), url);
  for (const [, uid] of JSON.stringify(sources).matchAll(/"datasourceUid":"(\w+)"/g)) {
    assert.ok(uids.includes(uid ?? ''), uid);
  }
});

/** What provisioning makes of a value, and Grafana of its variables. */
function filledIn(text: string, values: Readonly<Record<string, string>>): string {
  const provisioned = text.replaceAll('$$', '$');
  return provisioned.replaceAll(/\$(?:\{([^}]+)\}|(__tags))/g, (_, braced?: string, bare?: string) => {
    return values[braced ?? bare ?? ''] ?? assert.fail(`nothing fills in ${braced ?? bare}`);
  });
}

const trace = '0af7651916cd43dd8448eb211c80319c';

test('an exemplar opens its trace: by address first, since the link within Grafana fails', () => {
  const [first, second] = destinations.parse(settingsOf('prometheus').exemplarTraceIdDestinations);
  assert.equal(first?.name, 'trace_id');
  assert.equal(filledIn(first?.url ?? '', { '__value.raw': trace }), `${addresses.jaeger}/trace/${trace}`);
  assert.equal(second?.datasourceUid, 'jaeger');
});

test('a line opens its trace, and a trace its lines', () => {
  const derived = z.array(
    z.object({
      matcherType: z.string(),
      matcherRegex: z.string(),
      url: z.string(),
      datasourceUid: z.string(),
    }),
  );
  const [field] = derived.parse(settingsOf('loki').derivedFields);
  assert.deepEqual(
    [field?.matcherType, field?.matcherRegex, field?.datasourceUid],
    ['label', 'trace_id', 'jaeger'],
  );
  assert.equal(filledIn(field?.url ?? '', { '__value.raw': trace }), trace);
  const toLogs = z.object({
    query: z.string(),
    spanStartTimeShift: z.string(),
    spanEndTimeShift: z.string(),
  });
  const lines = toLogs.parse(settingsOf('jaeger').tracesToLogsV2);
  const query = filledIn(lines.query, { __tags: 'service_name="leasewatch"', '__trace.traceId': trace });
  assert.equal(query, `{service_name="leasewatch"} | trace_id="${trace}"`);
  assert.ok(isLogql(query));
  // The other way round the window would be turned inside out.
  assert.deepEqual([lines.spanStartTimeShift, lines.spanEndTimeShift], ['-5m', '5m']);
});

test('links in the rules of the stack lead into the stack', () => {
  const examples = [alertConfig.grafana, alertConfig.traces, alertConfig.runbooks];
  for (const path of [
    'prometheus/rules.yaml',
    'loki/rules/fake/leasewatch.yaml',
    'alertmanager/alertmanager.yaml',
  ]) {
    const text = read(path);
    for (const example of examples) assert.ok(!text.includes(example), `${path}: ${example}`);
    for (const [url] of text.matchAll(/https?:\/\/[\w.-]+(:\d+)?/g)) {
      const known = Object.values<string>(addresses).includes(url) || url === 'http://pages:8080';
      assert.ok(known, `${path}: ${url}`);
    }
  }
});

test('Loki finds its rules where its tenant has them, and pages through the same Alertmanager', () => {
  const ruler = z.object({
    auth_enabled: z.literal(false),
    ruler: z.looseObject({
      storage: z.object({ type: z.literal('local'), local: z.object({ directory: z.string() }) }),
      alertmanager_url: z.literal('http://alertmanager:9093'),
    }),
  });
  const { directory } = ruler.parse(parse(read('loki/loki.yaml'))).ruler.storage.local;
  assert.ok(stack.services.loki?.volumes.includes(`./loki/rules:${directory}:ro`));
});

test('Grafana finds the dashboards where they are mounted', () => {
  const providers = z.object({ providers: z.array(z.object({ options: z.object({ path: z.string() }) })) });
  const [provider] = providers.parse(
    parse(read('grafana/provisioning/dashboards/leasewatch.yaml')),
  ).providers;
  assert.ok(stack.services.grafana?.volumes.includes(`../dashboards/json:${provider?.options.path}:ro`));
});
