import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { z } from 'zod';
import type { ClosableTransport } from '../exporter/kube/undici.ts';
import { type RealServer, startRealServer } from '../test/conformance/real-server.ts';
import { apply, isBuiltIn } from './kube-client.ts';
import { type Manifest, manifestsIn } from './manifest.ts';
import { namespace, renderings } from './renderings.ts';

const root = join(import.meta.dirname, '..');
const assets = process.env.KUBEBUILDER_ASSETS ?? '';
const skip = assets === '' && 'skipped: KUBEBUILDER_ASSETS names no folder with kube-apiserver and etcd';

let server: RealServer;
let admin: ClosableTransport;

before(async () => {
  if (skip !== false) return;
  server = await startRealServer(assets);
  admin = server.transport();
  const names = ['shop', 'till', 'kube-node-lease', ...renderings.map(({ path }) => nameOf(path))];
  for (const name of new Set([namespace, ...names])) await labelled(name, 'privileged');
});

after(async () => {
  await admin?.close();
  await server?.close();
});

/** A namespace that lets Pods in by this level of Pod Security. */
async function labelled(name: string, level: string): Promise<void> {
  const labels = { 'pod-security.kubernetes.io/enforce': level };
  const { status, body } = await apply(admin, {
    ...{ apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } },
  });
  assert.ok(status < 300, body);
}

function nameOf(path: string): string {
  return path.replace(/^.*\/|(\.rendered)?\.yaml$/g, '');
}

const workload = z.object({
  kind: z.enum(['Deployment', 'DaemonSet']),
  spec: z.object({ template: z.looseObject({ spec: z.unknown() }) }),
});

/** The Pod that the controller of a workload would make. */
function podIn(manifests: readonly Manifest[], place: string): Manifest {
  const found = manifests.flatMap((manifest) => workload.safeParse(manifest).data ?? []);
  assert.equal(found.length, 1);
  const metadata = { name: 'pod', namespace: place };
  return { ...{ apiVersion: 'v1', kind: 'Pod', metadata }, spec: found[0]?.spec.template.spec };
}

test('admission: an API server takes every rendering, strictly', { skip }, async () => {
  for (const { path } of renderings) {
    for (const manifest of manifestsIn(readFileSync(join(root, path), 'utf8')).filter(isBuiltIn)) {
      const { status, body } = await apply(admin, manifest, true);
      assert.ok(status < 300, `${path}, ${manifest.kind} ${manifest.metadata.name}: ${body}`);
    }
  }
});

test('admission: an API server refuses a field that it does not have', { skip }, async () => {
  const [first] = manifestsIn(readFileSync(join(root, 'deploy/manifests/cluster.yaml'), 'utf8')).filter(
    ({ kind }) => kind === 'Deployment',
  );
  assert.ok(first !== undefined);
  const { status, body } = await apply(admin, { ...first, specification: {} }, true);
  assert.ok(status >= 400);
  assert.match(body, /specification: field not declared in schema/);
});

/** The strictest level that lets the Pod in, and what the next one says against it. */
const levels: Readonly<Record<string, { readonly level: string; readonly against?: RegExp }>> = {
  'deploy/manifests/cluster.yaml': { level: 'restricted' },
  'deploy/manifests/node.yaml': { level: 'privileged', against: /host namespaces.*hostPath volumes/ },
  'deploy/manifests/sidecar.yaml': { level: 'restricted' },
  'deploy/helm/cases/namespaced.rendered.yaml': { level: 'restricted' },
  'deploy/helm/cases/single.rendered.yaml': { level: 'restricted' },
  'deploy/helm/cases/node-heartbeats.rendered.yaml': { level: 'restricted' },
  'deploy/helm/cases/node-openshift.rendered.yaml': { level: 'privileged', against: /seLinuxOptions/ },
  'deploy/helm/cases/sidecar-sockets.rendered.yaml': { level: 'restricted' },
};

test('admission: every Pod is let in by the Pod Security level that is told, and by no stricter one', {
  skip,
}, async () => {
  for (const { path, plain } of renderings) {
    const place = nameOf(path);
    const expected = levels[path];
    assert.ok(expected !== undefined, path);
    if (plain !== undefined) assert.equal(plain.podSecurity, expected.level, path);
    const pod = podIn(manifestsIn(readFileSync(join(root, path), 'utf8')), place);
    await labelled(place, expected.level);
    const taken = await apply(admin, pod, true);
    assert.ok(taken.status < 300, `${path}: ${taken.body}`);
    if (expected.against === undefined) continue;
    await labelled(place, 'baseline');
    const refused = await apply(admin, pod, true);
    assert.equal(refused.status, 403, path);
    assert.match(refused.body, expected.against, path);
  }
});
