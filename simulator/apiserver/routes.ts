import { groupVersion, pods, type Resource, resources } from './resources.ts';

/** What a path asks for. */
export type Route =
  | { readonly what: 'discovery'; readonly path: string }
  | { readonly what: 'collection'; readonly resource: Resource; readonly namespace: string | undefined }
  | {
      readonly what: 'object';
      readonly resource: Resource;
      readonly namespace: string | undefined;
      readonly name: string;
      readonly status: boolean;
    }
  /** A Pod is to be evicted. */
  | {
      readonly what: 'eviction';
      readonly resource: Resource;
      readonly namespace: string | undefined;
      readonly name: string;
    }
  | { readonly what: 'nothing' };

/** Reads a path without its query. */
export function route(pathname: string): Route {
  const path = pathname.length > 1 ? pathname.replace(/\/+$/, '') : pathname;
  const version = resources.map(prefixOf).find((prefix) => path.startsWith(`${prefix}/`));
  if (version === undefined) return { what: 'discovery', path };
  const steps = path
    .slice(version.length + 1)
    .split('/')
    .map(decodeURIComponent);
  return routeWithin(version, steps) ?? { what: 'nothing' };
}

export function prefixOf(resource: Resource): string {
  return `${resource.group === '' ? '/api' : '/apis'}/${groupVersion(resource)}`;
}

function routeWithin(prefix: string, steps: readonly string[]): Route | undefined {
  const [first = '', second = '', third, ...deeper] = steps;
  if (first === 'namespaces' && third !== undefined && !(third === 'status' && deeper.length === 0)) {
    return routeTo(prefix, second, [third, ...deeper]);
  }
  return routeTo(prefix, undefined, steps);
}

function routeTo(prefix: string, namespace: string | undefined, steps: readonly string[]): Route | undefined {
  const [plural, name, subresource, ...deeper] = steps;
  const resource = resources.find((one) => prefixOf(one) === prefix && one.plural === plural);
  if (resource === undefined || deeper.length > 0) return undefined;
  if (name === undefined) {
    return namespace === undefined || resource.namespaced
      ? { what: 'collection', resource, namespace }
      : undefined;
  }
  if (resource.namespaced !== (namespace !== undefined)) return undefined;
  if (subresource === 'eviction' && resource === pods) return { what: 'eviction', resource, namespace, name };
  if (subresource !== undefined && !(subresource === 'status' && resource.status)) return undefined;
  return { what: 'object', resource, namespace, name, status: subresource !== undefined };
}
