/** A kind of object that the server keeps. */
export interface Resource {
  readonly group: string;
  readonly version: string;
  readonly plural: string;
  readonly singular: string;
  readonly kind: string;
  readonly namespaced: boolean;
  /** Has a `/status` subresource, so that a plain update leaves the status alone. */
  readonly status: boolean;
  readonly shortNames: readonly string[];
}

const core = { group: '', version: 'v1' };

export const leases: Resource = {
  group: 'coordination.k8s.io',
  version: 'v1',
  plural: 'leases',
  singular: 'lease',
  kind: 'Lease',
  namespaced: true,
  status: false,
  shortNames: [],
};
/** Who stands for a coordinated election; real servers have it where the feature is on. */
export const leaseCandidates: Resource = {
  ...leases,
  version: 'v1beta1',
  plural: 'leasecandidates',
  singular: 'leasecandidate',
  kind: 'LeaseCandidate',
};
/** The same on a server of 1.32. No server of ours has both, so that nothing is to be converted. */
export const oldLeaseCandidates: Resource = { ...leaseCandidates, version: 'v1alpha2' };
export const namespaces: Resource = {
  ...core,
  plural: 'namespaces',
  singular: 'namespace',
  kind: 'Namespace',
  namespaced: false,
  status: true,
  shortNames: ['ns'],
};
export const nodes: Resource = {
  ...core,
  plural: 'nodes',
  singular: 'node',
  kind: 'Node',
  namespaced: false,
  status: true,
  shortNames: ['no'],
};
export const pods: Resource = {
  ...core,
  plural: 'pods',
  singular: 'pod',
  kind: 'Pod',
  namespaced: true,
  status: true,
  shortNames: ['po'],
};

export const resources: readonly Resource[] = [
  leases,
  leaseCandidates,
  oldLeaseCandidates,
  namespaces,
  nodes,
  pods,
];

/** `coordination.k8s.io/v1`, or `v1` for the core group. */
export function groupVersion(resource: Resource): string {
  return resource.group === '' ? resource.version : `${resource.group}/${resource.version}`;
}

/** Which version of LeaseCandidates a server has, if any. */
export type CandidateVersion = 'v1beta1' | 'v1alpha2' | 'none';

/** Whether a server of this kind answers at `path`. */
export function isServed(path: string, candidates: CandidateVersion): boolean {
  const version = /^\/apis\/coordination\.k8s\.io\/(v1beta1|v1alpha2)(\/|$)/.exec(path)?.[1];
  return version === undefined || version === candidates;
}

/** How messages name a resource: `leases.coordination.k8s.io`, or `nodes` for the core group. */
export function qualified(resource: Resource, name = resource.plural): string {
  return resource.group === '' ? name : `${name}.${resource.group}`;
}
