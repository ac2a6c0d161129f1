import type { Merged } from './config-layers.ts';
import { type ConfigProblem, type Path, shownAt, valueAt } from './config-problems.ts';
import type { WrittenConfig } from './config-schema.ts';
import type { Policy } from './model/policy.ts';

/** How long an expected lease may be without a holder when its policy does not say: a restart takes less. */
const defaultGraceMs = 60_000;

/** The policies as the judge wants them, with every default filled in. */
export function resolvePolicies(written: WrittenConfig['policies']): readonly Policy[] {
  return (written ?? []).map(({ match, grace, ...said }, index): Policy => {
    const path = `policies[${index}]`;
    const graceMs = grace ?? defaultGraceMs;
    if (match.node !== undefined) return { about: 'nodes', path, match: { node: match.node }, graceMs };
    return {
      about: 'leases',
      path,
      match: { namespace: match.namespace, name: match.name, labels: match.labels ?? {} },
      expect: said.expect,
      graceMs,
      severity: said.severity,
      team: said.team,
      lateAfterMs: said.lateAfter,
      leftoverAfterMs: said.leftoverAfter,
      ignore: said.ignore ?? false,
      class: said.class,
    };
  });
}

/** What single values cannot tell: what a policy needs, and what has no meaning in it. Judged as written. */
export function policyProblems(merged: Merged): readonly ConfigProblem[] {
  const written = valueAt(merged.raw, ['policies']);
  if (!Array.isArray(written)) return [];
  return written.flatMap((_, index) => problemsAt(merged, ['policies', index]));
}

function problemsAt({ raw, origin }: Merged, path: Path): readonly ConfigProblem[] {
  const has = (...keys: readonly string[]) => valueAt(raw, [...path, ...keys]) !== undefined;
  const at = (keys: readonly string[], message: string): ConfigProblem => ({
    path: origin([...path, ...keys]),
    value: '',
    message,
  });
  const meaningless = (keys: readonly string[], where: string) =>
    keys.filter((key) => has(key)).map((key) => at([key], `has no meaning ${where}`));
  if (!has('match')) return [];
  return [...matchProblems(), ...labelProblems(raw, [...path, 'match', 'labels'], origin), ...saidProblems()];

  function matchProblems(): readonly ConfigProblem[] {
    const forLeases = ['namespace', 'name', 'labels'].filter((key) => has('match', key));
    if (has('match', 'node')) {
      return forLeases.map((key) => at(['match', key], 'is for leases, and node beside it for nodes'));
    }
    if (valueAt(raw, [...path, 'match', 'namespace']) === 'kube-node-lease') {
      return [at(['match', 'namespace'], 'holds the leases of nodes: match them with node')];
    }
    if (forLeases.length > 0) return [];
    return [at(['match'], 'is empty: name: "*" matches every lease, node: "*" every node')];
  }

  function saidProblems(): readonly ConfigProblem[] {
    if (has('match', 'node')) {
      const missing = has('grace') ? [] : [at([], 'says nothing: for nodes it needs grace')];
      return [...missing, ...meaningless(['expect', ...forLeases, 'ignore'], 'for nodes')];
    }
    if (valueAt(raw, [...path, 'ignore']) === true) {
      return meaningless(['expect', 'grace', ...forLeases], 'where ignore is true');
    }
    if (![...forLeases, 'expect', 'ignore', 'grace'].some((key) => has(key))) {
      return [at([], `says nothing: for leases there are expect, ${forLeases.join(', ')} and ignore`)];
    }
    return has('expect') ? [] : meaningless(['grace'], 'without expect: held');
  }
}

const forLeases = ['severity', 'team', 'lateAfter', 'leftoverAfter', 'class'];

const part = '[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?';
const labelKey = new RegExp(`^(?:[a-z0-9](?:[-a-z0-9.]{0,251}[a-z0-9])?/)?${part}$`);

function labelProblems(raw: unknown, path: Path, origin: (path: Path) => string): readonly ConfigProblem[] {
  const labels = valueAt(raw, path);
  if (typeof labels !== 'object' || labels === null || Array.isArray(labels)) return [];
  return Object.keys(labels)
    .filter((key) => !labelKey.test(key))
    .map((key) => ({
      path: origin(path),
      value: shownAt({ key }, ['key']),
      message: 'must have keys such as app or example.com/app, without wildcards',
    }));
}
