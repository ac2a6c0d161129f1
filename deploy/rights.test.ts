import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { z } from 'zod';
import { type Manifest, manifestsIn } from './manifest.ts';
import { renderings } from './renderings.ts';

const root = join(import.meta.dirname, '..');
const roleSchema = z.object({
  kind: z.enum(['Role', 'ClusterRole']),
  metadata: z.object({ namespace: z.string().optional() }),
  rules: z.array(
    z.strictObject({
      apiGroups: z.array(z.string()),
      resources: z.array(z.string()),
      resourceNames: z.array(z.string()).optional(),
      verbs: z.array(z.string()),
    }),
  ),
});

/** Every right as `where: what (of these names): verbs`. */
function rightsOf(manifests: readonly Manifest[]): readonly string[] {
  return manifests
    .flatMap((manifest) => roleSchema.safeParse(manifest).data ?? [])
    .flatMap(({ kind, metadata, rules }) =>
      rules.map(({ resources, resourceNames, verbs }) => {
        const where = kind === 'ClusterRole' ? 'everywhere' : metadata.namespace;
        const names = resourceNames === undefined ? '' : ` ${resourceNames.join()}`;
        return `${where}: ${resources.join()}${names}: ${verbs.join()}`;
      }),
    )
    .sort();
}

const identity = 'everywhere: namespaces kube-system: get';

/** The whole of what each mode may do. A right more than that is one too many. */
const expected: Readonly<Record<string, readonly string[]>> = {
  'deploy/manifests/cluster.yaml': [
    'everywhere: leasecandidates: list,watch',
    'everywhere: leases: get,list,watch',
    identity,
    'everywhere: nodes: list,watch',
    'everywhere: pods: get,list',
    'leasewatch: leases leasewatch: get,list,watch,update',
    'leasewatch: leases: create',
  ],
  'deploy/helm/cases/namespaced.rendered.yaml': [
    identity,
    'leasewatch: leases leasewatch: get,list,watch,update',
    'leasewatch: leases: create',
    'shop: leases till,stock: get,list,watch',
    'shop: pods: get,list',
    'till: leases till,stock: get,list,watch',
    'till: pods: get,list',
  ],
  'deploy/helm/cases/single.rendered.yaml': [
    'everywhere: leasecandidates: list,watch',
    'everywhere: leases: get,list,watch',
    'everywhere: nodes: list,watch',
  ],
  'deploy/manifests/node.yaml': [
    identity,
    'everywhere: nodes: list,watch',
    'everywhere: pods: get,list',
    'kube-node-lease: leases: get,list,watch',
  ],
  'deploy/helm/cases/node-heartbeats.rendered.yaml': [
    identity,
    'everywhere: nodes: list,watch',
    'kube-node-lease: leases: get,list,watch',
  ],
  'deploy/helm/cases/node-openshift.rendered.yaml': [
    identity,
    'everywhere: nodes: list,watch',
    'everywhere: pods: get,list',
    'kube-node-lease: leases: get,list,watch',
  ],
  'deploy/manifests/sidecar.yaml': [identity, 'leasewatch: leases chat: get,list,watch'],
  'deploy/helm/cases/sidecar-sockets.rendered.yaml': [],
};

test('chart: every rendering has the rights that its mode needs, and no other', () => {
  for (const { path } of renderings) {
    assert.deepEqual(rightsOf(manifestsIn(readFileSync(join(root, path), 'utf8'))), expected[path], path);
  }
});

test('chart: a role that nobody is bound to, and a binding to a role that is not there, are mistakes', () => {
  const named = z.object({ kind: z.string(), metadata: z.object({ name: z.string() }) });
  const binding = z.object({ roleRef: z.object({ kind: z.string(), name: z.string() }) });
  for (const { path } of renderings) {
    const manifests = manifestsIn(readFileSync(join(root, path), 'utf8'));
    const roles = manifests
      .map((manifest) => named.parse(manifest))
      .flatMap(({ kind, metadata }) => (kind.endsWith('Role') ? [`${kind} ${metadata.name}`] : []));
    const bound = manifests
      .flatMap((manifest) => binding.safeParse(manifest).data ?? [])
      .map(({ roleRef }) => `${roleRef.kind} ${roleRef.name}`)
      .filter((name) => !name.includes('system:openshift'));
    assert.deepEqual(bound.sort(), roles.sort(), path);
  }
});
