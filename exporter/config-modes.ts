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
  if (mode === 'node') return [...nodeProblems(has), ...unused(['namespaces', 'leases', 'pods'], 'node')];
  if (mode === 'sidecar') return [...sidecarProblems(has, origin(['mode'])), ...unused(['nodes'], 'sidecar')];
  return [];

  function unused(keys: readonly string[], name: string): readonly ConfigProblem[] {
    return keys
      .map((key) => ['kubernetes', key])
      .filter((path) => valueAt(raw, path) !== undefined)
      .map((path) => ({ path: origin(path), value: '', message: `has no meaning in mode ${name}` }));
  }
}

function nodeProblems(has: (...path: readonly string[]) => boolean): readonly ConfigProblem[] {
  if (has('pod', 'node')) return [];
  return [{ path: 'NODE_NAME', value: '', message: 'is needed in mode node: set it from spec.nodeName' }];
}

function sidecarProblems(
  has: (...path: readonly string[]) => boolean,
  modeAt: string,
): readonly ConfigProblem[] {
  const leases = has('kubernetes', 'leases');
  if (!leases && !has('websockets', 'ports')) {
    const message = 'sidecar has nothing to watch: name kubernetes.leases or websockets.ports';
    return [{ path: modeAt, value: '', message }];
  }
  if (!leases || has('pod', 'namespace') || has('kubernetes', 'namespaces')) return [];
  const message = 'is needed in mode sidecar with leases: set it from metadata.namespace';
  return [{ path: 'POD_NAMESPACE', value: '', message }];
}
