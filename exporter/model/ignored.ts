import { leaseKeyOf } from './lease-key.ts';
import type { LeaseRecord } from './observation.ts';
import type { LeasePolicy } from './policy.ts';
import type { SourceRow } from './sight.ts';

export interface IgnoredLease {
  readonly namespace: string;
  readonly name: string;
  readonly policy: LeasePolicy;
}

/** The leases that a policy ignores: nothing is kept of them but that they are there. */
export class Ignored {
  readonly #leases = new Map<string, IgnoredLease & { source: string; generation: number }>();

  get size(): number {
    return this.#leases.size;
  }

  [Symbol.iterator](): Iterator<IgnoredLease> {
    return this.#leases.values();
  }

  put({ namespace, name }: LeaseRecord, policy: LeasePolicy, source: SourceRow): void {
    const { name: sourceName, generation } = source;
    this.#leases.set(leaseKeyOf({ namespace, name }), {
      namespace,
      name,
      policy,
      source: sourceName,
      generation,
    });
  }

  /** Whether it was among them. */
  remove(lease: LeaseRecord): boolean {
    return this.#leases.delete(leaseKeyOf(lease));
  }

  /** Removes what a complete list did not name, and returns it. */
  sweep(source: SourceRow): readonly IgnoredLease[] {
    const gone = [...this.#leases.values()].filter(
      (lease) => lease.source === source.name && lease.generation !== source.generation,
    );
    for (const lease of gone) this.#leases.delete(leaseKeyOf(lease));
    return gone;
  }
}
