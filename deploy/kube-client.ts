import { readText } from '../exporter/kube/transport.ts';
import type { ClosableTransport } from '../exporter/kube/undici.ts';
import type { Manifest } from './manifest.ts';

export interface Answer {
  readonly status: number;
  readonly body: string;
}

/** Plural names and places in the API by kind: what tests apply to an API server. */
const collections: Readonly<Record<string, { readonly plural: string; readonly everywhere?: true }>> = {
  Namespace: { plural: 'namespaces', everywhere: true },
  ConfigMap: { plural: 'configmaps' },
  Service: { plural: 'services' },
  ServiceAccount: { plural: 'serviceaccounts' },
  Pod: { plural: 'pods' },
  Node: { plural: 'nodes', everywhere: true },
  Lease: { plural: 'leases' },
  Deployment: { plural: 'deployments' },
  DaemonSet: { plural: 'daemonsets' },
  PodDisruptionBudget: { plural: 'poddisruptionbudgets' },
  NetworkPolicy: { plural: 'networkpolicies' },
  Role: { plural: 'roles' },
  RoleBinding: { plural: 'rolebindings' },
  ClusterRole: { plural: 'clusterroles', everywhere: true },
  ClusterRoleBinding: { plural: 'clusterrolebindings', everywhere: true },
};

/** As `kubectl apply --server-side --validate=strict` does it; with `dryRun` nothing is kept. */
export async function apply(
  transport: ClosableTransport,
  manifest: Manifest,
  dryRun = false,
): Promise<Answer> {
  const query = `fieldManager=test&fieldValidation=Strict${dryRun ? '&dryRun=All' : ''}`;
  const path = `${collectionOf(manifest)}/${encodeURIComponent(manifest.metadata.name)}?${query}`;
  return send(transport, 'PATCH', path, manifest, 'application/apply-patch+yaml');
}

export async function send(
  transport: ClosableTransport,
  method: 'POST' | 'PATCH',
  path: string,
  body: unknown,
  type = 'application/json',
): Promise<Answer> {
  const response = await transport.request({
    ...{ method, path, headers: { 'content-type': type }, body: JSON.stringify(body) },
    signal: AbortSignal.timeout(20_000),
  });
  return { status: response.status, body: await readText(response.body) };
}

/** Whether there is an API for objects of this kind without a definition of our own. */
export function isBuiltIn({ kind }: Manifest): boolean {
  return kind in collections;
}

function collectionOf({ apiVersion, kind, metadata }: Manifest): string {
  const collection = collections[kind];
  if (collection === undefined) throw new Error(`kube: where ${kind} is in the API is not known here`);
  const group = apiVersion === 'v1' ? '/api/v1' : `/apis/${apiVersion}`;
  const place = collection.everywhere ? '' : `/namespaces/${metadata.namespace ?? 'default'}`;
  return `${group}${place}/${collection.plural}`;
}
