import assert from 'node:assert/strict';
import { existsSync, globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { parse } from 'yaml';
import { z } from 'zod';
import { loadConfig } from '../exporter/config.ts';
import { problemsOfType } from './kubernetes-types.ts';
import { allowedWords } from './kubernetes-words.ts';
import { type Manifest, manifestsIn, problemsOf } from './manifest.ts';
import { headOf, type Rendering, renderings } from './renderings.ts';
import { valuesSchema } from './values-schema.ts';

const root = join(import.meta.dirname, '..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const objects = z.record(z.string(), z.unknown());

function manifestsOf({ path }: Rendering): readonly Manifest[] {
  return manifestsIn(read(path));
}

test('chart: the renderings that are kept are those of the chart as it stands', () => {
  for (const rendering of renderings) {
    const [head] = read(rendering.path).split('\n');
    assert.equal(`${head}\n`, headOf(rendering), `${rendering.path} is stale; with helm: npm run generate`);
  }
  const kept = globSync('deploy/{manifests/*,helm/cases/*.rendered}.yaml', { cwd: root });
  assert.deepEqual(kept.sort(), renderings.map(({ path }) => path).sort());
});

test('chart: Kubernetes has every field of every rendering, of that type, and misses none', () => {
  for (const rendering of renderings) {
    const manifests = manifestsOf(rendering);
    assert.ok(manifests.length >= 4, rendering.path);
    assert.deepEqual(manifests.flatMap(problemsOf), [], rendering.path);
  }
});

test('chart: what Kubernetes does not have is found', () => {
  const bad = `
apiVersion: apps/v1
kind: Deployment
metadata: { name: bad, labels: { tier: 1 } }
spec:
  replica: 2
  replicas: two
  template:
    spec:
      containers:
        - { name: a, imagePullPolicy: Allways, ports: [{ name: metrics }], resources: { limits: { memory: 1 } } }
        - { image: b, securityContext: { capabilities: [ALL] } }
---
apiVersion: monitoring.coreos.com/v1
kind: PodMonitor
metadata: { name: bad, namespace: x, labels: {} }
spec: { selector: { matchLabels: {} }, podMetricsEndpoints: [{ port: a, interval: 15, honourLabels: true }] }
---
apiVersion: apps/v1beta1
kind: Deployment
metadata: { name: old }
`;
  assert.deepEqual(manifestsIn(bad).flatMap(problemsOf), [
    'Deployment bad.metadata.labels.tier: must be of type string, and is 1',
    'Deployment bad.spec.replica: V1DeploymentSpec has no such field',
    'Deployment bad.spec.replicas: must be of type number, and is "two"',
    'Deployment bad.spec.template.spec.containers[0].imagePullPolicy: must be one of Always, IfNotPresent, Never, and is "Allways"',
    'Deployment bad.spec.template.spec.containers[0].ports[0].containerPort: V1ContainerPort needs it',
    'Deployment bad.spec.template.spec.containers[0].resources.limits.memory: must be of type string, and is 1',
    'Deployment bad.spec.template.spec.containers[1].securityContext.capabilities: must be an object (V1Capabilities)',
    'Deployment bad.spec.template.spec.containers[1].name: V1Container needs it',
    'Deployment bad.spec.selector: V1DeploymentSpec needs it',
    'PodMonitor bad.spec.podMetricsEndpoints.0.interval: Invalid input: expected string, received number',
    'PodMonitor bad.spec.podMetricsEndpoints.0.honorLabels: Invalid input: expected boolean, received undefined',
    'PodMonitor bad.spec.podMetricsEndpoints.0.relabelings: Invalid input: expected array, received undefined',
    'PodMonitor bad.spec.podMetricsEndpoints.0: Unrecognized key: "honourLabels"',
    'Deployment old: apps/v1beta1 Deployment is not a type that the chart is to have',
  ]);
});

test('chart: the words that are known are those of fields that Kubernetes has', () => {
  for (const [place, [word]] of Object.entries(allowedWords)) {
    const [type = '', field = ''] = place.split('.');
    const unknown = problemsOfType({ [field]: word }, type, 'x').filter((each) => each.includes('no such'));
    assert.deepEqual(unknown, [], place);
  }
});

test('chart: the files that its pages link to are there', () => {
  for (const page of ['deploy/README.md', 'deploy/helm/leasewatch/README.md']) {
    for (const [, file] of read(page).matchAll(/\]\((?!http)([^)#]+)\)/g)) {
      assert.ok(existsSync(join(root, dirname(page), file ?? '')), `${page} links to ${file}`);
    }
  }
});

const configMap = z.object({
  kind: z.literal('ConfigMap'),
  data: z.object({ 'leasewatch.yaml': z.string() }),
});

/** What the Pod of the chart finds in its environment. */
const env = { POD_NAMESPACE: 'leasewatch', POD_NAME: 'leasewatch-0', NODE_NAME: 'node-1' };

function configIn(t: TestContext, rendering: Rendering) {
  const folder = mkdtempSync(join(tmpdir(), 'leasewatch-chart-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'leasewatch.yaml');
  const maps = manifestsOf(rendering).flatMap((manifest) => configMap.safeParse(manifest).data ?? []);
  assert.equal(maps.length, 1, rendering.path);
  writeFileSync(file, maps[0]?.data['leasewatch.yaml'] ?? '');
  return loadConfig({ flags: {}, env, file });
}

test('chart: leasewatch accepts the configuration of every rendering', (t) => {
  for (const rendering of renderings) {
    const loaded = configIn(t, rendering);
    assert.deepEqual(loaded.kind === 'invalid' ? loaded.problems : [], [], rendering.path);
  }
});

test('chart: only several replicas elect, by a Lease of the name that they may write', (t) => {
  const electing = renderings.filter((rendering) => {
    const loaded = configIn(t, rendering);
    return loaded.kind === 'ok' && loaded.config.replicas !== undefined;
  });
  const writing = renderings.filter((rendering) => read(rendering.path).includes('verbs: [create]'));
  assert.deepEqual(
    electing.map(({ path }) => path),
    ['deploy/manifests/cluster.yaml', 'deploy/helm/cases/namespaced.rendered.yaml'],
  );
  assert.deepEqual(writing, electing);
});

test('chart: its values, and those of every case, are such as its schema has them', () => {
  const defaults = objects.parse(parse(read('deploy/helm/leasewatch/values.yaml')));
  assert.deepEqual(valuesSchema.safeParse(defaults).error, undefined);
  const example = objects.parse(parse(read('deploy/helm/example/values.yaml')));
  const files = globSync('deploy/helm/cases/*.values.yaml', { cwd: root });
  assert.equal(files.length, renderings.filter(({ values }) => values !== undefined).length);
  for (const given of [example, ...files.map((file) => objects.parse(parse(read(file))))]) {
    const { leasewatch: own = given } = given;
    const parsed = valuesSchema.safeParse(merged(defaults, own));
    assert.deepEqual(parsed.error?.issues ?? [], []);
  }
});

test('chart: a misspelt value, a key that the chart decides, and a bad configuration are refused', () => {
  const defaults = objects.parse(parse(read('deploy/helm/leasewatch/values.yaml')));
  const wrong: readonly unknown[] = [
    { replicaCount: 2 },
    { image: { tags: 'x' } },
    { mode: 'deployment' },
    { config: { mode: 'node' } },
    { config: { outbox: { path: '/tmp/x' } } },
    { config: { kubernetes: { namespace: ['a'] } } },
  ];
  for (const values of wrong) {
    assert.equal(valuesSchema.safeParse(merged(defaults, values)).success, false, JSON.stringify(values));
  }
});

/** As helm puts values on top of defaults: objects by their keys, anything else as a whole. */
function merged(under: unknown, over: unknown): unknown {
  const [below, above] = [objects.safeParse(under), objects.safeParse(over)];
  if (!below.success || !above.success) return over;
  const keys = new Set([...Object.keys(below.data), ...Object.keys(above.data)]);
  return Object.fromEntries(
    [...keys].map((key) => [
      key,
      key in above.data ? merged(below.data[key], above.data[key]) : below.data[key],
    ]),
  );
}
