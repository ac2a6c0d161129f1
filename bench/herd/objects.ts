/** The JSON of the objects of a large cluster, ready to be put together: only two fields ever change. */
export interface HerdLease {
  readonly namespace: string;
  readonly name: string;
  /** The text before the resourceVersion, between that and the renewTime, and behind it. */
  readonly parts: readonly [string, string, string];
  resourceVersion: number;
  renewTime: string;
}

const electionNamespaces = 250;
const acquired = '2026-11-01T08:00:00.000000Z';

export function nodeLease(index: number): HerdLease {
  const name = nodeName(index);
  const owner = `"ownerReferences":[{"apiVersion":"v1","kind":"Node","name":"${name}","uid":"${uid(1, index)}"}]`;
  return lease(
    'kube-node-lease',
    name,
    uid(2, index),
    owner,
    `"holderIdentity":"${name}","leaseDurationSeconds":40`,
  );
}

export function electionLease(index: number, durationSeconds: number, isLong: boolean): HerdLease {
  const namespace = `team-${index % electionNamespaces}`;
  const name = isLong ? `controller-${'of-all-things-'.repeat(22)}${index}` : `controller-${index}`;
  const holder = `${name}-7d9f8b6c5d-x2x4z_${uid(4, index)}`;
  const spec = `"holderIdentity":"${holder}","leaseDurationSeconds":${durationSeconds},"acquireTime":"${acquired}","leaseTransitions":3`;
  return lease(namespace, name, uid(3, index), '"labels":{"app":"controller"}', spec);
}

/** With the fields of managers, as an API server sends them: about a kilobyte. */
function lease(namespace: string, name: string, id: string, more: string, spec: string): HerdLease {
  const fields = ['acquireTime', 'holderIdentity', 'leaseDurationSeconds', 'leaseTransitions', 'renewTime'];
  const managed = fields.map((field) => `"f:${field}":{}`).join(',');
  const managedFields = `"managedFields":[{"manager":"kubelet","operation":"Update","apiVersion":"coordination.k8s.io/v1","time":"2026-11-01T08:00:00Z","fieldsType":"FieldsV1","fieldsV1":{"f:metadata":{"f:ownerReferences":{".":{},"k:{\\"uid\\":\\"${id}\\"}":{}}},"f:spec":{${managed}}}}]`;
  return {
    ...{ namespace, name, resourceVersion: 0, renewTime: '' },
    parts: [
      `{"kind":"Lease","apiVersion":"coordination.k8s.io/v1","metadata":{"name":"${name}","namespace":"${namespace}","uid":"${id}","resourceVersion":"`,
      `","creationTimestamp":"2026-11-01T08:00:00Z",${more},${managedFields}},"spec":{${spec},"renewTime":"`,
      `"}}`,
    ],
  };
}

export function leaseText({ parts, resourceVersion, renewTime }: HerdLease): string {
  return `${parts[0]}${resourceVersion}${parts[1]}${renewTime}${parts[2]}`;
}

export function nodeText(index: number): string {
  const ready = `{"type":"Ready","status":"True","reason":"KubeletReady","lastHeartbeatTime":"2026-11-01T08:00:00Z","lastTransitionTime":"2026-11-01T08:00:00Z"}`;
  return `{"kind":"Node","apiVersion":"v1","metadata":{"name":"${nodeName(index)}","uid":"${uid(1, index)}","resourceVersion":"1","creationTimestamp":"2026-11-01T08:00:00Z"},"spec":{},"status":{"conditions":[${ready}],"nodeInfo":{"bootID":"${uid(5, index)}"}}}`;
}

function nodeName(index: number): string {
  return `ip-10-${index >> 16}-${(index >> 8) & 255}-${index & 255}.eu-central-1.compute.internal`;
}

function uid(kind: number, index: number): string {
  return `${index.toString(16).padStart(8, '0')}-0000-4000-8000-${String(kind).padStart(12, '0')}`;
}
