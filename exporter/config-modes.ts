import type { Merged } from './config-layers.ts';
import { type ConfigProblem, valueAt } from './config-problems.ts';

/**
 * What the modes need and what they cannot do. Judged on the values as written, so that these problems
 * are reported together with those of single values.
 */
export function modeProblems({ raw, origin }: Merged): readonly ConfigProblem[] {
  const has = (...path: readonly string[]): boolean => {
    const value = valueAt(raw, path);
    return value !== undefined && !(Array.isArray(value) && value.length === 0);
  };
  const mode = valueAt(raw, ['mode']);
  if (mode === 'node') {
    const useless = unused(
      'node',
      ['kubernetes', 'namespaces'],
      ['kubernetes', 'leases'],
      ['kubernetes', 'pods'],
      ['replicas'],
    );
    return [...nodeProblems(has), ...useless];
  }
  if (mode === 'sidecar') {
    const useless = unused(
      'sidecar',
      ['kubernetes', 'nodes'],
      ['replicas'],
      ['websockets', 'pods'],
      ['websockets', 'find'],
    );
    return [...sidecarProblems(has, origin(['mode'])), ...useless];
  }
  const useless = unused('cluster', ['websockets', 'pods'], ['websockets', 'find']);
  return [...(has('replicas') ? replicaProblems(has, { raw, origin }) : []), ...useless];

  function unused(name: string, ...paths: readonly (readonly string[])[]): readonly ConfigProblem[] {
    return paths
      .filter((path) => valueAt(raw, path) !== undefined)
      .map((path) => ({ path: origin(path), value: '', message: `has no meaning in mode ${name}` }));
  }
}

function nodeProblems(has: (...path: readonly string[]) => boolean): readonly ConfigProblem[] {
  if (has('pod', 'node')) return [];
  return [{ path: 'NODE_NAME', value: '', message: 'is needed in mode node: set it from spec.nodeName' }];
}

function replicaProblems(
  has: (...path: readonly string[]) => boolean,
  { raw, origin }: Merged,
): readonly ConfigProblem[] {
  if (!has('replicas', 'lease')) {
    const message = 'needs a lease, the name of the Lease by which the replicas agree';
    return [{ path: origin(['replicas']), value: '', message }];
  }
  const nowhere = {
    path: 'POD_NAMESPACE',
    value: '',
    message: 'is needed: the Lease of the replicas is there',
  };
  const place = has('replicas', 'namespace') || has('pod', 'namespace') ? [] : [nowhere];
  const path = ['outbox', 'path'];
  if (valueAt(raw, path) !== 'off') return place;
  const message = 'must be a file with several replicas: it keeps what the one that pushes may not have sent';
  return [...place, { path: origin(path), value: '"off"', message }];
}

function sidecarProblems(
  has: (...path: readonly string[]) => boolean,
  modeAt: string,
): readonly ConfigProblem[] {
  const leases = has('kubernetes', 'leases');
  const sockets = ['ports', 'probes', 'endpoints'].some((key) => has('websockets', key));
  if (!leases && !sockets) {
    const message =
      'sidecar has nothing to watch: name kubernetes.leases, or ports, probes or endpoints of websockets';
    return [{ path: modeAt, value: '', message }];
  }
  if (!leases || has('pod', 'namespace') || has('kubernetes', 'namespaces')) return [];
  const message = 'is needed in mode sidecar with leases: set it from metadata.namespace';
  return [{ path: 'POD_NAMESPACE', value: '', message }];
}
