import { formatMicroTime } from '../../exporter/kube/microtime.ts';

/** A Lease as kube-apiserver would tell it in JSON. */
export type Lease = Readonly<Record<string, unknown>>;

const group = { kind: 'Lease', apiVersion: 'coordination.k8s.io/v1' };
/** Of a hundred: the rest are heartbeats of nodes. */
const others = 5;
const time = Date.parse('2026-01-02T03:04:05Z') * 1000;
const created = '2026-01-02T03:04:05Z';

/** What the sender writes over: as long in every event, wherever it stands. */
export const placeholders = {
  resourceVersion: '1000000000',
  /** Unix microseconds; its nanoseconds need five bytes in protobuf. */
  renewTime: time + 900_000,
} as const;

/** The leases of a large cluster: 95 of 100 are of nodes, the others elections, locks, and API servers' identities. */
export function leaseAt(index: number): Lease {
  if (index % 100 >= others) return nodeLease(index);
  const kind = index % 20;
  if (kind === 0) return apiServerLease(index);
  return kind === 1 ? lock(index) : election(index);
}

function nodeLease(index: number): Lease {
  const name = `ip-10-${index >> 16}-${(index >> 8) & 255}-${index & 255}.eu-central-1.compute.internal`;
  const owner = { apiVersion: 'v1', kind: 'Node', name, uid: uidOf(index + 1_000_000) };
  const metadata = { ...metaOf(index, 'kube-node-lease', name), ownerReferences: [owner] };
  const owned = ['f:holderIdentity', 'f:leaseDurationSeconds', 'f:renewTime'];
  const owners = { ownerReferences: { '.': {}, [`k:{"uid":"${owner.uid}"}`]: {} } };
  return {
    ...group,
    metadata: { ...metadata, managedFields: managedBy('kubelet', owned, owners) },
    spec: { holderIdentity: name, leaseDurationSeconds: 40, renewTime: renewed },
  };
}

function election(index: number): Lease {
  const name = `controller-${index}`;
  const owned = ['acquireTime', 'holderIdentity', 'leaseDurationSeconds', 'leaseTransitions', 'renewTime'];
  const spec = {
    holderIdentity: `${name}-7d9c6b5f4-x2x7q_${uidOf(index + 2_000_000)}`,
    ...{
      leaseDurationSeconds: 15,
      acquireTime: formatMicroTime(time),
      renewTime: renewed,
      leaseTransitions: 3,
    },
  };
  return withWriter(metaOf(index, `team-${index % 300}`, name), 'controller', owned, spec);
}

function lock(index: number): Lease {
  const spec = { holderIdentity: `worker-${index}`, renewTime: renewed };
  return withWriter(metaOf(index, `team-${index % 300}`, `lock-${index}`), 'worker', Object.keys(spec), spec);
}

function apiServerLease(index: number): Lease {
  const name = `apiserver-${uidOf(index)}`;
  const labels = { 'apiserver.kubernetes.io/identity': 'kube-apiserver' };
  const spec = { holderIdentity: `${name}_0`, leaseDurationSeconds: 3600, renewTime: renewed };
  const meta = { ...metaOf(index, 'kube-system', name), labels };
  return withWriter(meta, 'kube-apiserver', Object.keys(spec), spec);
}

const renewed = formatMicroTime(placeholders.renewTime);

function metaOf(index: number, namespace: string, name: string) {
  const { resourceVersion } = placeholders;
  return { name, namespace, uid: uidOf(index), resourceVersion, creationTimestamp: created };
}

function withWriter(metadata: object, manager: string, owned: readonly string[], spec: object): Lease {
  const fields = owned.map((field) => `f:${field}`);
  return { ...group, metadata: { ...metadata, managedFields: managedBy(manager, fields, {}) }, spec };
}

function managedBy(manager: string, owned: readonly string[], metadata: object) {
  const spec = Object.fromEntries(owned.map((field) => [field, {}]));
  const others = Object.entries(metadata).map(([field, value]) => [`f:${field}`, value]);
  const fieldsV1 = {
    ...(others.length === 0 ? {} : { 'f:metadata': Object.fromEntries(others) }),
    'f:spec': spec,
  };
  const entry = { manager, operation: 'Update', apiVersion: group.apiVersion, time: created };
  return [{ ...entry, fieldsType: 'FieldsV1', fieldsV1 }];
}

function uidOf(index: number): string {
  return `5eed0000-0000-4000-8000-${index.toString(16).padStart(12, '0')}`;
}
