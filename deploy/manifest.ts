import { parseAllDocuments } from 'yaml';
import { z } from 'zod';
import { type Problem, problemsOfType } from './kubernetes-types.ts';
import { operatorTypes } from './operator-types.ts';

const manifestSchema = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.looseObject({ name: z.string(), namespace: z.string().optional() }),
});

export type Manifest = z.infer<typeof manifestSchema>;

/** The objects in a file of YAML documents. Throws where one is not even an object of Kubernetes. */
export function manifestsIn(yaml: string): readonly Manifest[] {
  return parseAllDocuments(yaml).flatMap((document) => {
    if (document.errors[0] !== undefined) throw document.errors[0];
    const object: unknown = document.toJS();
    return object === null ? [] : [manifestSchema.parse(object)];
  });
}

/** Types of Kubernetes by the apiVersion and kind that a manifest names. */
const types: Readonly<Record<string, string>> = {
  'v1 Namespace': 'V1Namespace',
  'v1 ConfigMap': 'V1ConfigMap',
  'v1 Service': 'V1Service',
  'v1 ServiceAccount': 'V1ServiceAccount',
  'apps/v1 Deployment': 'V1Deployment',
  'apps/v1 DaemonSet': 'V1DaemonSet',
  'policy/v1 PodDisruptionBudget': 'V1PodDisruptionBudget',
  'networking.k8s.io/v1 NetworkPolicy': 'V1NetworkPolicy',
  'rbac.authorization.k8s.io/v1 Role': 'V1Role',
  'rbac.authorization.k8s.io/v1 RoleBinding': 'V1RoleBinding',
  'rbac.authorization.k8s.io/v1 ClusterRole': 'V1ClusterRole',
  'rbac.authorization.k8s.io/v1 ClusterRoleBinding': 'V1ClusterRoleBinding',
};

/** What Kubernetes, or the Prometheus operator, would refuse or silently leave out. */
export function problemsOf(manifest: Manifest): readonly Problem[] {
  const { apiVersion, kind, metadata } = manifest;
  const at = `${kind} ${metadata.name}`;
  const type = types[`${apiVersion} ${kind}`];
  if (type !== undefined) return problemsOfType(manifest, type, at);
  const schema = Object.values(operatorTypes).find(({ shape }) => shape.kind.value === kind);
  if (schema === undefined) return [`${at}: ${apiVersion} ${kind} is not a type that the chart is to have`];
  const { error } = schema.safeParse(manifest);
  return (error?.issues ?? []).map(({ path, message }) => `${at}.${path.join('.')}: ${message}`);
}
