import type { Moment } from '../clock.ts';
import { Deadlines } from './deadlines.ts';
import { Expectation } from './expectation.ts';
import { leaseKeyOf } from './lease-key.ts';
import type { LeaseRow } from './lease-row.ts';
import { type AbsenceMemory, ageAt } from './memory.ts';
import { type ExactMatch, exactMatch, type LeasePolicy } from './policy.ts';
import type { Now } from './sink.ts';
import { seesLeases } from './source-scope.ts';

/** Every lease that is expected to be held: those named exactly, and of the others those that there are. */
export class Expectations {
  readonly #all = new Map<string, Expectation>();
  /** By the name of the lease: what is expected even of a lease that does not exist. */
  readonly #exact = new Map<string, { readonly lease: ExactMatch; readonly policy: LeasePolicy }>();
  readonly #deadlines = new Deadlines<Expectation>();
  /** Since when what an earlier process told is absent (monotonic ms), until it is known to be expected still. */
  readonly #recalled = new Map<string, number>();

  constructor(policies: readonly LeasePolicy[]) {
    for (const policy of policies) {
      const lease = policy.expect === undefined ? undefined : exactMatch(policy.match);
      if (lease === undefined || this.#exact.has(leaseKeyOf(lease))) continue;
      this.#exact.set(leaseKeyOf(lease), { lease, policy });
      this.#expect(lease, policy);
    }
  }

  [Symbol.iterator](): Iterator<Expectation> {
    return this.#all.values();
  }

  next(): number {
    return this.#deadlines.next();
  }

  wake(now: Now): void {
    for (
      let expectation = this.#deadlines.due(now.at.mono);
      expectation !== undefined;
      expectation = this.#deadlines.due(now.at.mono)
    ) {
      expectation.due(now);
    }
  }

  /** A policy applies to this lease from here on, or none. */
  govern(row: LeaseRow, now: Now): void {
    const { policy } = row;
    row.expected = undefined;
    if (policy?.expect === undefined) return this.drop(row, now, 'another policy applies to it');
    const expectation = this.#all.get(leaseKeyOf(row)) ?? this.#expect(row, policy);
    expectation.policy = policy;
    expectation.turned(row.state, now);
    row.expected = expectation;
  }

  /** There is no such lease any more, and no trace of it is told. `seen`: if it came again, we would know. */
  lost(lease: ExactMatch, seen: boolean, now: Now): void {
    const exact = this.#exact.get(leaseKeyOf(lease));
    if (exact === undefined) return this.drop(lease, now, 'it was deleted long ago');
    const expectation = this.#all.get(leaseKeyOf(lease)) ?? this.#expect(exact.lease, exact.policy);
    expectation.policy = exact.policy;
    expectation.state = 'missing';
    if (seen) expectation.sighted(now);
  }

  /** `leases` are all that there are; `sources` those that see. */
  reconcile(leases: ReadonlyMap<string, unknown>, sources: readonly string[], now: Now): void {
    for (const lease of [...this.#all.values()]) {
      if (lease.state === 'missing' || leases.has(leaseKeyOf(lease))) continue;
      const seen = sources.some((source) => seesLeases(source, lease));
      this.lost(lease, seen, now);
    }
  }

  /** An absence that lasts, for a restart; `undefined` where there is none. */
  remember(key: string, at: Moment): AbsenceMemory | undefined {
    const expectation = this.#all.get(key);
    if (expectation?.absent !== true || expectation.since === undefined) return undefined;
    const { namespace, name: lease, since } = expectation;
    return { of: 'absence', at, namespace, lease, sinceAge: ageAt(at, since) };
  }

  /** The absence that an earlier process told goes on, if the lease is still expected. */
  recall(key: string, since: number): void {
    const expectation = this.#all.get(key);
    if (expectation === undefined) this.#recalled.set(key, since);
    else expectation.recall(since);
  }

  /** What was recalled is of another cluster. */
  forgetRecalled(now: Now): void {
    this.#recalled.clear();
    for (const expectation of this.#all.values()) expectation.forgetRecalled(now);
  }

  /** Nothing is expected of this lease from here on. */
  drop(lease: ExactMatch, now: Now, why: string): void {
    this.#all.get(leaseKeyOf(lease))?.forget(now, why);
    this.#all.delete(leaseKeyOf(lease));
  }

  blind(source: string): void {
    for (const expectation of this.#all.values()) {
      if (seesLeases(source, expectation)) expectation.blind();
    }
  }

  sighted(source: string, now: Now): void {
    for (const expectation of this.#all.values()) {
      if (seesLeases(source, expectation)) expectation.sighted(now);
    }
  }

  #expect(lease: ExactMatch, policy: LeasePolicy): Expectation {
    const expectation = new Expectation(lease, policy, this.#deadlines);
    const since = this.#recalled.get(leaseKeyOf(lease));
    if (since !== undefined) expectation.recall(since);
    this.#recalled.delete(leaseKeyOf(lease));
    this.#all.set(leaseKeyOf(lease), expectation);
    return expectation;
  }
}
