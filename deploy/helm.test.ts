import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { z } from 'zod';
import { type Manifest, manifestsIn, problemsOf } from './manifest.ts';
import { helm, helmIsThere, render, withChart } from './render.ts';
import { renderings } from './renderings.ts';

const root = join(import.meta.dirname, '..');
const skip = helmIsThere() ? false : 'skipped: helm is not on the PATH';
const kube = ['--kube-version', '1.34.0'];

function template(...args: readonly string[]): readonly Manifest[] {
  return manifestsIn(helm('template', 'leasewatch', join(root, 'deploy/helm/leasewatch'), ...kube, ...args));
}

test('helm: lint has nothing against the chart, with any of the values', { skip }, () => {
  for (const { chart, values, set } of renderings) {
    withChart(chart, (folder) => {
      const given = [
        ...(values === undefined ? [] : ['--values', join(root, values)]),
        ...(set === undefined ? [] : ['--set', set]),
      ];
      assert.match(
        helm('lint', folder, '--strict', '--kube-version', '1.34.0', ...given),
        /0 chart\(s\) failed/,
      );
    });
  }
});

test('helm: every rendering that is kept is what helm renders today', { skip }, () => {
  for (const rendering of renderings) {
    assert.equal(readFileSync(join(root, rendering.path), 'utf8'), render(rendering), rendering.path);
  }
});

test('helm: values that the chart does not have are refused before anything is rendered', { skip }, () => {
  const refused = (set: string, why: RegExp) => assert.throws(() => template('--set', set), why);
  refused('replicaCount=3', /additional properties 'replicaCount' not allowed/);
  refused('mode=deployment', /mode/);
  refused('config.kubernetes.namespace=shop', /'\/config\/kubernetes'.*'namespace' not allowed/);
  refused('config.log.level=loud', /'\/config\/log\/level'/);
});

test('helm: a configuration with which leasewatch would not start is refused', { skip }, () => {
  const refused = (set: string, why: RegExp) => assert.throws(() => template('--set', set), why);
  refused('mode=sidecar', /mode sidecar has nothing to watch/);
  refused('mode=node,config.kubernetes.pods=true', /config\.kubernetes\.pods has no meaning in mode node/);
  refused('config.websockets.find=false', /config\.websockets\.find has no meaning in mode cluster/);
});

test('helm: what the values say of an endpoint wins', { skip }, () => {
  const given = ['scrapeTimeout=5s', 'relabelings[0].action=drop', 'relabelings[0].regex=x'];
  const [monitor] = template(
    '--set',
    ['monitor.enabled=true', ...given.map((each) => `monitor.endpoint.${each}`)].join(),
  ).filter(({ kind }) => kind === 'ServiceMonitor');
  assert.deepEqual(monitor?.spec, {
    selector: {
      matchLabels: { 'app.kubernetes.io/instance': 'leasewatch', 'app.kubernetes.io/name': 'leasewatch' },
    },
    endpoints: [
      {
        ...{ port: 'metrics', interval: '15s', scheme: 'http', honorLabels: true, scrapeTimeout: '5s' },
        relabelings: [{ action: 'drop', regex: 'x' }],
      },
    ],
  });
});

const ruleSchema = z.object({
  kind: z.literal('PrometheusRule'),
  spec: z.object({
    groups: z.array(
      z.object({ rules: z.array(z.object({ annotations: z.record(z.string(), z.string()).optional() })) }),
    ),
  }),
});

test('helm: the rules are those of alerts/, with the addresses of the values', { skip }, () => {
  const given = [
    'runbooks=https://runbooks.test/',
    'grafana=https://grafana.test',
    'traces=https://traces.test/',
  ];
  const manifests = template(
    '--set',
    ['prometheusRule.enabled=true', ...given.map((value) => `prometheusRule.${value}`)].join(),
  );
  assert.deepEqual(manifests.flatMap(problemsOf), []);
  const rules = manifests.flatMap((manifest) => ruleSchema.safeParse(manifest).data ?? []);
  const links = rules
    .flatMap(({ spec }) => spec.groups)
    .flatMap((group) => group.rules)
    .flatMap(
      ({ annotations }) =>
        Object.values(annotations ?? {})
          .join(' ')
          .match(/https:\/\/[\w.]+/g) ?? [],
    );
  assert.deepEqual([...new Set(links)].sort(), [
    'https://grafana.test',
    'https://runbooks.test',
    'https://traces.test',
  ]);
});

const dashboardMap = z.object({
  kind: z.literal('ConfigMap'),
  metadata: z.object({ labels: z.object({ grafana_dashboard: z.literal('1') }) }),
  data: z.record(z.string(), z.string()),
});

test('helm: the dashboards are those of dashboards/json, each for the sidecar of Grafana to find', {
  skip,
}, () => {
  const manifests = template('--set', 'dashboards.enabled=true');
  assert.deepEqual(manifests.flatMap(problemsOf), []);
  const found = manifests
    .flatMap((manifest) => dashboardMap.safeParse(manifest).data ?? [])
    .flatMap(({ data }) => Object.entries(data));
  const files = readdirSync(join(root, 'dashboards/json')).filter((file) => file.endsWith('.json'));
  assert.deepEqual(found.map(([file]) => file).sort(), files.sort());
  for (const [file, text] of found) {
    const made: unknown = JSON.parse(readFileSync(join(root, 'dashboards/json', file), 'utf8'));
    assert.deepEqual(JSON.parse(text), made, file);
  }
});

test('helm: two releases in one cluster share no name', { skip }, (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'leasewatch-helm-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const values = join(folder, 'values.yaml');
  writeFileSync(values, 'mode: node\n');
  const chart = join(root, 'deploy/helm/leasewatch');
  const names = ['cluster', 'nodes'].flatMap((release) => {
    const more = release === 'nodes' ? ['--values', values] : [];
    return manifestsIn(helm('template', release, chart, ...kube, '--namespace', 'monitoring', ...more)).map(
      ({ kind, metadata }) => `${kind} ${metadata.namespace ?? ''}/${metadata.name}`,
    );
  });
  assert.equal(new Set(names).size, names.length);
});
