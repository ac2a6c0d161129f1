import { groupVersion, type Resource, resources } from './resources.ts';

const verbs = ['create', 'delete', 'get', 'list', 'patch', 'update', 'watch'];
const version = { groupVersion: 'coordination.k8s.io/v1', version: 'v1' };
const beta = { groupVersion: 'coordination.k8s.io/v1beta1', version: 'v1beta1' };
const group = { name: 'coordination.k8s.io', versions: [version, beta], preferredVersion: version };

const pages: Readonly<Record<string, unknown>> = {
  '/healthz': 'ok',
  '/livez': 'ok',
  '/readyz': 'ok',
  '/': {
    paths: ['/api', '/api/v1', '/apis', '/apis/coordination.k8s.io', '/healthz', '/readyz', '/version'],
  },
  '/version': {
    major: '1',
    minor: '35',
    gitVersion: 'v1.35.0-simulated',
    gitCommit: '',
    gitTreeState: 'clean',
    buildDate: '1970-01-01T00:00:00Z',
    goVersion: '',
    compiler: '',
    platform: 'simulated',
  },
  '/api': { kind: 'APIVersions', versions: ['v1'], serverAddressByClientCIDRs: [] },
  '/api/v1': { kind: 'APIResourceList', groupVersion: 'v1', resources: resourceList('v1') },
  '/apis': { kind: 'APIGroupList', apiVersion: 'v1', groups: [group] },
  '/apis/coordination.k8s.io': { kind: 'APIGroup', apiVersion: 'v1', ...group },
  '/apis/coordination.k8s.io/v1': {
    kind: 'APIResourceList',
    apiVersion: 'v1',
    groupVersion: 'coordination.k8s.io/v1',
    resources: resourceList('coordination.k8s.io/v1'),
  },
  '/apis/coordination.k8s.io/v1beta1': {
    kind: 'APIResourceList',
    apiVersion: 'v1',
    groupVersion: 'coordination.k8s.io/v1beta1',
    resources: resourceList('coordination.k8s.io/v1beta1'),
  },
};

/** What the server tells about itself at a path: an object, plain text, or nothing (404). */
export function discover(path: string): unknown {
  return Object.hasOwn(pages, path) ? pages[path] : undefined;
}

function resourceList(of: string): readonly unknown[] {
  return resources.filter((resource) => groupVersion(resource) === of).flatMap(describe);
}

function describe(resource: Resource): readonly unknown[] {
  const { plural, singular, namespaced, kind, shortNames } = resource;
  const main = { name: plural, singularName: singular, namespaced, kind, verbs, shortNames };
  const status = {
    name: `${plural}/status`,
    singularName: '',
    namespaced,
    kind,
    verbs: ['get', 'patch', 'update'],
  };
  return resource.status ? [main, status] : [main];
}
