import { classify } from './classify.ts';
import { Expectations } from './expectations.ts';
import { matchesGlob } from './glob.ts';
import { Ignored } from './ignored.ts';
import { isRelease, type LeaseRow } from './lease-row.ts';
import { MatchCheck, PolicyRow } from './match-check.ts';
import type { NodeRules } from './node-row.ts';
import type { LeaseObservation, LeaseRecord } from './observation.ts';
import type { LeasePolicy, NodePolicy, Policy } from './policy.ts';
import type { SourceRow } from './sight.ts';
import type { Now } from './sink.ts';
import type { PoliciesView } from './view.ts';

/** The policies in force: which applies to what, what they expect, and which of them match nothing. */
export class Policies implements PoliciesView {
  readonly all: readonly PolicyRow[];
  readonly ignored = new Ignored();
  readonly expected: Expectations;
  readonly #leases: readonly PolicyRow<LeasePolicy>[];
  readonly #nodes: readonly PolicyRow<NodePolicy>[];
  readonly #check: MatchCheck;
  readonly #rules: NodeRules;
  readonly #byLabels: boolean;

  constructor(policies: readonly Policy[], rules: NodeRules) {
    this.#rules = rules;
    const leases = policies.flatMap((policy) => (policy.about === 'leases' ? [new PolicyRow(policy)] : []));
    const nodes = policies.flatMap((policy) => (policy.about === 'nodes' ? [new PolicyRow(policy)] : []));
    this.all = [...leases, ...nodes];
    this.expected = new Expectations(leases.map(({ policy }) => policy));
    this.#leases = leases;
    this.#nodes = nodes;
    this.#check = new MatchCheck(this.all);
    this.#byLabels = leases.some(({ policy }) => Object.keys(policy.match.labels).length > 0);
  }

  next(): number {
    return Math.min(this.expected.next(), this.#check.next());
  }

  wake(now: Now, leases: ReadonlyMap<string, LeaseRow>, nodes: ReadonlyMap<string, unknown>): void {
    this.expected.wake(now);
    this.#check.wake(now, () => ({
      leases: [...leases.values(), ...this.ignored],
      nodes: [...nodes.keys()],
    }));
  }

  /** Whether nothing is to be made of this observation; `row` is what was made of the lease before. */
  ignores(seen: LeaseObservation, row: LeaseRow | undefined, source: SourceRow, now: Now): boolean {
    const { lease, change } = seen;
    if (change === 'deleted') {
      const was = this.ignored.remove(lease);
      if (was) this.expected.lost(lease, source.up, now);
      return was;
    }
    if (row !== undefined && !this.#relabelled(row, lease)) return false;
    const policy = this.#match(lease);
    if (policy?.ignore !== true) {
      this.ignored.remove(lease);
      return false;
    }
    this.ignored.put(lease, policy, source);
    this.expected.drop(lease, now, 'a policy ignores it');
    return true;
  }

  /** Finds the policy of a lease that was just seen for the first time. */
  adopt(row: LeaseRow, now: Now): void {
    this.#apply(row, row.record, now);
  }

  /** Finds the policy of a lease from before a restart. Returns whether it is to be judged at all. */
  recall(row: LeaseRow, now: Now): boolean {
    this.adopt(row, now);
    // Its source does not see yet: what is absent is counted from when it does.
    row.expected?.blind();
    return row.policy?.ignore !== true;
  }

  /** What was expected of leases that turned out to be none of this cluster. */
  identified(leases: ReadonlyMap<string, LeaseRow>, sources: Iterable<SourceRow>, now: Now): void {
    const up = [...sources].filter((source) => source.up).map(({ name }) => name);
    this.expected.reconcile(leases, up, now);
  }

  /** A lease whose labels were edited may have another policy from here on. Returns whether it has. */
  review(row: LeaseRow, next: LeaseRecord, now: Now): boolean {
    const before = row.policy;
    if (this.#relabelled(row, next)) this.#apply(row, next, now);
    return row.policy !== before;
  }

  /** A deleted lease is told no more. */
  forgotten(row: LeaseRow, source: SourceRow, now: Now): void {
    this.expected.lost(row, source.up, now);
  }

  /** The rules by which a node is judged. */
  rulesOf(node: string): NodeRules {
    const row = this.#nodes.find(({ policy }) => matchesGlob(policy.match.node, node));
    if (row === undefined) return this.#rules;
    row.matched = true;
    return { graceMs: row.policy.graceMs };
  }

  /** What a complete list did not name is not ignored any more: it is not there. */
  sweep(source: SourceRow, now: Now): void {
    for (const lease of this.ignored.sweep(source)) this.expected.lost(lease, false, now);
  }

  blind(source: SourceRow): void {
    this.expected.blind(source.name);
    this.#check.blind(source);
  }

  sighted(source: SourceRow, sources: Iterable<SourceRow>, now: Now): void {
    this.expected.sighted(source.name, now);
    this.#check.sighted(source, [...sources], now);
  }

  #apply(row: LeaseRow, record: LeaseRecord, now: Now): void {
    const policy = this.#match(record);
    row.labels = record.labels;
    row.policy = policy;
    // A released lease has lost the traits of its class; what it was found to be before stands.
    if (policy?.class !== undefined || !isRelease(record)) row.class = classify(record, policy);
    this.expected.govern(row, now);
  }

  #relabelled(row: LeaseRow, { labels }: LeaseRecord): boolean {
    return this.#byLabels && !sameLabels(row.labels ?? {}, labels ?? {});
  }

  #match(lease: LeaseRecord): LeasePolicy | undefined {
    const row = this.#leases.find(({ policy }) => applies(policy, lease));
    if (row !== undefined) row.matched = true;
    return row?.policy;
  }
}

function applies({ match }: LeasePolicy, { namespace, name, labels = {} }: LeaseRecord): boolean {
  return (
    (match.namespace === undefined || matchesGlob(match.namespace, namespace)) &&
    (match.name === undefined || matchesGlob(match.name, name)) &&
    Object.entries(match.labels).every(([key, pattern]) => {
      const value = Object.hasOwn(labels, key) ? labels[key] : undefined;
      return value !== undefined && matchesGlob(pattern, value);
    })
  );
}

type Labels = Readonly<Record<string, string>>;

function sameLabels(a: Labels, b: Labels): boolean {
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => a[key] === b[key]);
}
