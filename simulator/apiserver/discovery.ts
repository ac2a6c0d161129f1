import { type CandidateVersion, groupVersion, type Resource, resources } from './resources.ts';

const verbs = ['create', 'delete', 'get', 'list', 'patch', 'update', 'watch'];
const version = { groupVersion: 'coordination.k8s.io/v1', version: 'v1' };

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
};

/** What the server tells about itself at a path: an object, plain text, or nothing (404). */
export function discover(path: string, candidates: CandidateVersion): unknown {
  const all = { ...pages, ...coordinationPages(candidates) };
  return Object.hasOwn(all, path) ? all[path] : undefined;
}

function coordinationPages(candidates: CandidateVersion): Readonly<Record<string, unknown>> {
  const names = ['v1', ...(candidates === 'none' ? [] : [candidates])];
  const versions = names.map((name) => ({ groupVersion: `coordination.k8s.io/${name}`, version: name }));
  const group = { name: 'coordination.k8s.io', versions, preferredVersion: version };
  const lists = versions.map((each) => [`/apis/${each.groupVersion}`, resourcesOf(each.groupVersion)]);
  return {
    '/apis': { kind: 'APIGroupList', apiVersion: 'v1', groups: [group] },
    '/apis/coordination.k8s.io': { kind: 'APIGroup', apiVersion: 'v1', ...group },
    ...Object.fromEntries(lists),
  };
}

function resourcesOf(of: string): object {
  return { kind: 'APIResourceList', apiVersion: 'v1', groupVersion: of, resources: resourceList(of) };
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
