import { type ElectionRecord, recordOf, specOf } from './election-record.ts';
import type { LeaseClient, LeaseMetadata, LeaseObject, LeaseResult } from './lease-client.ts';

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
  #annotations: Readonly<Record<string, string>> = {};

  constructor(client: LeaseClient, namespace: string, name: string) {
    this.#client = client;
    this.#namespace = namespace;
    this.#name = name;
  }

  /** Annotations of the lease last read or written. */
  get annotations(): Readonly<Record<string, string>> {
    return this.#lease?.metadata.annotations ?? {};
  }

  /** What the next writes put beside the record; other annotations stay as they are. */
  annotate(annotations: Readonly<Record<string, string>>): void {
    this.#annotations = annotations;
  }

  async get(signal: AbortSignal): Promise<LockResult> {
    return this.#keep(await this.#client.get(this.#namespace, this.#name, signal));
  }

  async create(record: ElectionRecord, signal: AbortSignal): Promise<LockResult> {
    const metadata = this.#annotated({ namespace: this.#namespace, name: this.#name });
    return this.#keep(await this.#client.create({ metadata, spec: specOf(record) }, signal));
  }

  async update(record: ElectionRecord, signal: AbortSignal): Promise<LockResult> {
    if (this.#lease === undefined)
      return { kind: 'failed', reason: 'lease lock: updated before it was read' };
    const metadata = this.#annotated(this.#lease.metadata);
    return this.#keep(await this.#client.update({ metadata, spec: specOf(record) }, signal));
  }

  #annotated(metadata: LeaseMetadata): LeaseMetadata {
    if (Object.keys(this.#annotations).length === 0) return metadata;
    return { ...metadata, annotations: { ...metadata.annotations, ...this.#annotations } };
  }

  #keep(result: LeaseResult): LockResult {
    if (result.kind !== 'found') return result;
    this.#lease = result.lease;
    return { kind: 'done', record: recordOf(result.lease.spec) };
  }
}
