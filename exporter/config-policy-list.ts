import type { Config } from './config.ts';
import type { ConfigProblem } from './config-problems.ts';
import { coversGlob, matchesGlob } from './model/glob.ts';
import { exactMatch, type LeasePolicy, type Policy } from './model/policy.ts';

type Watched = Pick<Config, 'mode' | 'kubernetes' | 'policies'>;

/** Policies that can never apply, whatever there is in the cluster. */
export function policyListProblems({ mode, kubernetes, policies }: Watched): readonly ConfigProblem[] {
  return [
    ...policies.flatMap((policy, index) => shadowed(policy, policies.slice(0, index))),
    // One list of policies may serve all modes; only a whole cluster's view claims to have everything.
    ...(mode === 'cluster' ? policies.flatMap((policy) => unwatched(policy, kubernetes)) : []),
  ];
}

function shadowed(policy: Policy, earlier: readonly Policy[]): readonly ConfigProblem[] {
  const by = earlier.find((candidate) => covers(candidate, policy));
  if (by === undefined) return [];
  return [problem(policy, `never applies: ${by.path} matches first all that it could match`)];
}

function covers(wide: Policy, narrow: Policy): boolean {
  if (wide.about === 'nodes') {
    return narrow.about === 'nodes' && coversGlob(wide.match.node, narrow.match.node);
  }
  if (narrow.about === 'nodes') return false;
  const { namespace, name, labels } = narrow.match;
  return (
    coversGlob(wide.match.namespace ?? '*', namespace ?? '*') &&
    coversGlob(wide.match.name ?? '*', name ?? '*') &&
    Object.entries(wide.match.labels).every(([key, pattern]) => {
      const inner = labels[key];
      return inner !== undefined && coversGlob(pattern, inner);
    })
  );
}

function unwatched(policy: Policy, kubernetes: Config['kubernetes']): readonly ConfigProblem[] {
  if (policy.about === 'nodes') {
    return kubernetes.nodes ? [] : [problem(policy, 'is for nodes, and kubernetes.nodes is false')];
  }
  const { namespace = '*', name = '*' } = policy.match;
  const { namespaces, leases } = kubernetes;
  const where = namespaces === 'all' || namespaces.some((watched) => matchesGlob(namespace, watched));
  const which = leases === undefined || leases.some((watched) => matchesGlob(name, watched));
  if (where && which) return [];
  const said = where ? 'kubernetes.leases' : 'kubernetes.namespaces';
  return [problem(policy, `${told(policy)}: see ${said}`)];
}

function told(policy: LeasePolicy): string {
  const exact = exactMatch(policy.match);
  if (exact === undefined) return 'matches nothing of what is watched';
  return `${policy.expect === 'held' ? 'expects' : 'is for'} ${exact.namespace}/${exact.name}, which is not watched`;
}

function problem(policy: Policy, message: string): ConfigProblem {
  return { path: policy.path, value: '', message };
}
