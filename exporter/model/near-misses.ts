import { matchesGlob } from './glob.ts';
import type { LeaseMatch, LeasePolicy, Policy } from './policy.ts';

export interface Candidate {
  readonly namespace: string;
  readonly name: string;
  /** The policy that applies to it. */
  readonly policy: LeasePolicy | undefined;
}

const most = 5;

/**
 * What a policy that matches nothing may have been meant for: leases that an earlier policy took, then
 * those of the right name elsewhere or with other labels, then those of the namespace, the most alike first.
 */
export function nearMisses(policy: Policy, leases: readonly Candidate[], nodes: readonly string[]): string[] {
  if (policy.about === 'nodes') return closest(policy.match.node, nodes);
  const { namespace = '*', name = '*', labels } = policy.match;
  const labelled = Object.keys(labels).length > 0;
  const near: string[] = [];
  const alike: { readonly name: string; readonly told: string }[] = [];
  for (const lease of leases) {
    const where = matchesGlob(namespace, lease.namespace);
    const which = matchesGlob(name, lease.name);
    const told = `${lease.namespace}/${lease.name}`;
    if (where && which) near.push(taken(told, lease.policy, labelled));
    else if (which && name !== '*') near.push(told);
    else if (where && namespace !== '*') alike.push({ name: lease.name, told });
  }
  const rest = closest(
    name,
    alike.map((lease) => lease.name),
  );
  const others = rest.flatMap((like) => alike.filter((lease) => lease.name === like).map(({ told }) => told));
  return [...new Set([...near, ...others])].slice(0, most);
}

function taken(told: string, by: LeasePolicy | undefined, labelled: boolean): string {
  if (by !== undefined) return `${told} (${by.path} applies to it)`;
  return labelled ? `${told} (other labels)` : told;
}

/** The names that have the longest beginning in common with a pattern. */
function closest(pattern: string, names: readonly string[]): string[] {
  return names
    .map((name) => ({ name, common: commonPrefix(pattern, name) }))
    .sort((a, b) => b.common - a.common || (a.name < b.name ? -1 : 1))
    .slice(0, most)
    .map(({ name }) => name);
}

function commonPrefix(a: string, b: string): number {
  let length = 0;
  while (length < a.length && a[length] === b[length]) length += 1;
  return length;
}

/** `namespace shop, name till-*`: a policy's pattern in words. */
export function matchInWords(policy: Policy): string {
  if (policy.about === 'nodes') return `node ${policy.match.node}`;
  const { namespace, name, labels }: LeaseMatch = policy.match;
  const parts = [
    ...(namespace === undefined ? [] : [`namespace ${namespace}`]),
    ...(name === undefined ? [] : [`name ${name}`]),
    ...Object.entries(labels).map(([key, value]) => `label ${key}=${value}`),
  ];
  return parts.join(', ');
}
