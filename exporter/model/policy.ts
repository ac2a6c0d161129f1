import { isGlob } from './glob.ts';

/**
 * What somebody knows about leases or nodes beforehand. Of a list of policies the first that matches a lease
 * applies to it, whole; the first that names a node applies to that.
 */
export type Policy = LeasePolicy | NodePolicy;

export interface LeasePolicy {
  readonly about: 'leases';
  /** Where it was written: `policies[2]`. */
  readonly path: string;
  readonly match: LeaseMatch;
  /** `held`: that nobody holds it is worth an alert. */
  readonly expect: 'held' | undefined;
  /** How long an expected lease may be without a holder before that is told (ms). */
  readonly graceMs: number;
  readonly severity: Severity | undefined;
  readonly team: string | undefined;
  /** A renewal after more than this is late (ms). */
  readonly lateAfterMs: number | undefined;
  /** An unrenewed lease at first sight is a leftover when its renewTime is older than this (ms). */
  readonly leftoverAfterMs: number | undefined;
  /** Not judged at all. */
  readonly ignore: boolean;
  readonly class: PolicyClass | undefined;
}

export interface NodePolicy {
  readonly about: 'nodes';
  readonly path: string;
  readonly match: { readonly node: string };
  /** After this silence the node controller calls such a node NotReady (ms). */
  readonly graceMs: number;
}

/** Globs; what is absent matches everything. */
export interface LeaseMatch {
  readonly namespace: string | undefined;
  readonly name: string | undefined;
  readonly labels: Readonly<Record<string, string>>;
}

export type Severity = 'critical' | 'warning' | 'info';

/** The class `node` is not among them: the leases of nodes are judged as nodes. */
export type PolicyClass = 'election' | 'coordinated' | 'apiserver' | 'lock' | 'heartbeat';

/** A policy that names one lease, so that the absence of this lease can be told. */
export interface ExactMatch {
  readonly namespace: string;
  readonly name: string;
}

/** The one lease that a policy can match, whatever its labels. */
export function exactMatch({ namespace, name, labels }: LeaseMatch): ExactMatch | undefined {
  if (namespace === undefined || name === undefined || Object.keys(labels).length > 0) return undefined;
  return isGlob(namespace) || isGlob(name) ? undefined : { namespace, name };
}

/** The labels of leases that some policy wants to see: all others are dropped when a lease is read. */
export function labelKeysOf(policies: readonly Policy[]): readonly string[] {
  const keys = policies.flatMap((policy) =>
    policy.about === 'leases' ? Object.keys(policy.match.labels) : [],
  );
  return [...new Set(keys)];
}
