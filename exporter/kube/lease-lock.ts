import { type ElectionRecord, recordOf, specOf } from './election-record.ts';
import type { LeaseClient, LeaseObject, LeaseResult } from './lease-client.ts';

export type LockResult =
  | { readonly kind: 'done'; readonly record: ElectionRecord }
  | Exclude<LeaseResult, { kind: 'found' }>;

/** A lease as a candidate uses it: read, made, or overwritten in the version last seen. */
export interface Lock {
  get(signal: AbortSignal): Promise<LockResult>;
  create(record: ElectionRecord, signal: AbortSignal): Promise<LockResult>;
  update(record: ElectionRecord, signal: AbortSignal): Promise<LockResult>;
}

/** A Lease used as a lock: remembers the object last seen, so that an update is bound to its version. */
export class LeaseLock implements Lock {
  readonly #client: LeaseClient;
  readonly #namespace: string;
  readonly #name: string;
  #lease: LeaseObject | undefined;

  constructor(client: LeaseClient, namespace: string, name: string) {
    this.#client = client;
    this.#namespace = namespace;
    this.#name = name;
  }

  async get(signal: AbortSignal): Promise<LockResult> {
    return this.#keep(await this.#client.get(this.#namespace, this.#name, signal));
  }

  async create(record: ElectionRecord, signal: AbortSignal): Promise<LockResult> {
    const metadata = { namespace: this.#namespace, name: this.#name };
    return this.#keep(await this.#client.create({ metadata, spec: specOf(record) }, signal));
  }

  async update(record: ElectionRecord, signal: AbortSignal): Promise<LockResult> {
    if (this.#lease === undefined)
      return { kind: 'failed', reason: 'lease lock: updated before it was read' };
    const lease = { metadata: this.#lease.metadata, spec: { ...this.#lease.spec, ...specOf(record) } };
    return this.#keep(await this.#client.update(lease, signal));
  }

  #keep(result: LeaseResult): LockResult {
    if (result.kind !== 'found') return result;
    this.#lease = result.lease;
    return { kind: 'done', record: recordOf(result.lease.spec) };
  }
}
