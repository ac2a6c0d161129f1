import { matchesGlob } from './glob.ts';
import type { SourceName } from './observation.ts';
import type { Policy } from './policy.ts';

/** Names or globs; what is absent matches everything. */
interface LeaseNames {
  readonly namespace: string | undefined;
  readonly name: string | undefined;
}

/** Whether a source watches leases that match: `leases[/NAMESPACE[/NAME]]`, with `*` for any namespace. */
export function seesLeases(source: SourceName, { namespace = '*', name = '*' }: LeaseNames): boolean {
  const [kind, where = '*', which] = source.split('/');
  if (kind !== 'leases') return false;
  return (
    (where === '*' || matchesGlob(namespace, where)) && (which === undefined || matchesGlob(name, which))
  );
}

/** Whether a source watches anything to which a policy could apply. */
export function couldApply(policy: Policy, source: SourceName): boolean {
  if (policy.about === 'leases') return seesLeases(source, policy.match);
  const [kind, node] = source.split('/');
  return kind === 'nodes' && (node === undefined || matchesGlob(policy.match.node, node));
}
