import type { LeaseClass } from './event.ts';
import type { LeaseRecord } from './observation.ts';
import type { LeasePolicy } from './policy.ts';

export const nodeLeaseNamespace = 'kube-node-lease';

/** What kind of lease a record is; the first match wins, and a policy that says it comes first of all. A release must not be classified: it lost its traits. */
export function classify(lease: LeaseRecord, policy?: LeasePolicy): LeaseClass {
  if (policy?.class !== undefined) return policy.class;
  if (lease.namespace === nodeLeaseNamespace) return 'node';
  if (lease.identityLabel !== undefined) return 'apiserver';
  if (lease.strategy !== undefined) return 'coordinated';
  if (lease.durationSeconds === undefined || lease.renewTime === undefined) return 'lock';
  if (lease.holder === lease.name && (lease.transitions ?? 0) === 0) return 'heartbeat';
  return 'election';
}

/** Only these have rounds: the others have one owner for life. */
export function hasRounds(kind: LeaseClass): boolean {
  return kind === 'election' || kind === 'coordinated';
}

/**
 * Whether two records say the same about the election: labels may be edited without being a renewal, and so
 * may strategy and preferredHolder, which the controller of a coordinated election writes into the holder's record.
 */
export function sameSpec(a: LeaseRecord, b: LeaseRecord): boolean {
  return (
    a.holder === b.holder &&
    a.renewTime === b.renewTime &&
    a.acquireTime === b.acquireTime &&
    a.durationSeconds === b.durationSeconds &&
    a.transitions === b.transitions
  );
}
