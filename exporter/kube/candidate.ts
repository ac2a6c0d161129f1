import type { Clock } from '../clock.ts';
import { type ElectionRecord, nobody, sameRecord } from './election-record.ts';
import type { Lock, LockResult } from './lease-lock.ts';

export interface CandidateOptions {
  readonly lock: Lock;
  /** Its wall time is what the candidate writes; only its monotonic time decides. */
  readonly clock: Pick<Clock, 'now'>;
  readonly identity: string;
  readonly durationSeconds: number;
}

/** What a try came to. `taken`: another one holds the lease, and its time is not up yet. */
export type Attempt =
  | { readonly kind: 'held' }
  | { readonly kind: 'taken' }
  | Exclude<LockResult, { kind: 'done' }>;

/**
 * One candidate for a lease, between two waits of its elector: what client-go's LeaderElector does in
 * `tryAcquireOrRenew`. The elector of leasewatch and the simulated ones differ only in when they try.
 */
export class Candidate {
  readonly #options: CandidateOptions;
  #observed = nobody;
  #observedAt = Number.NEGATIVE_INFINITY;
  /** The last record that was read, not written: renewing it renews `#observedAt`. */
  #raw: ElectionRecord | undefined;

  constructor(options: CandidateOptions) {
    this.#options = options;
  }

  /** The record last read or written. */
  get observed(): ElectionRecord {
    return this.#observed;
  }

  get holds(): boolean {
    return this.#observed.holder === this.#options.identity;
  }

  /** When the observed record is out of time, in monotonic ms; by its own duration, which need not be ours. */
  get validUntil(): number {
    return this.#observedAt + this.#observed.durationSeconds * 1000;
  }

  /** Acquires the lease if it may, renews it if it has it. */
  async tryAcquireOrRenew(signal: AbortSignal): Promise<Attempt> {
    const startedAt = this.#mono;
    const wanted = this.#ownRecord();
    if (this.holds && this.#validAt(startedAt)) {
      const kept = keeping(wanted, this.#observed);
      const written = await this.#write('update', kept, signal);
      return written.kind === 'held' ? written : this.#readAndWrite(kept, startedAt, signal);
    }
    return this.#readAndWrite(wanted, startedAt, signal);
  }

  async #readAndWrite(wanted: ElectionRecord, startedAt: number, signal: AbortSignal): Promise<Attempt> {
    const read = await this.#options.lock.get(signal);
    // A record left over from the leader's quick path is created as it is: a holder that makes its
    // deleted lease anew keeps acquireTime and transitions.
    if (read.kind === 'not-found') return this.#write('create', wanted, signal);
    if (read.kind !== 'done') return read;
    if (this.#raw === undefined || !sameRecord(this.#raw, read.record)) {
      this.#observe(read.record);
      this.#raw = read.record;
    }
    if (read.record.holder !== '' && this.#validAt(startedAt) && !this.holds) return { kind: 'taken' };
    const next = this.holds
      ? keeping(wanted, read.record)
      : { ...wanted, transitions: read.record.transitions + 1 };
    return this.#write('update', next, signal);
  }

  async #write(how: 'create' | 'update', record: ElectionRecord, signal: AbortSignal): Promise<Attempt> {
    const result = await this.#options.lock[how](record, signal);
    if (result.kind !== 'done') return result;
    this.#observe(record);
    return { kind: 'held' };
  }

  #ownRecord(): ElectionRecord {
    const { identity, durationSeconds, clock } = this.#options;
    const now = clock.now().wall;
    return { ...nobody, holder: identity, durationSeconds, acquireTime: now, renewTime: now };
  }

  #observe(record: ElectionRecord): void {
    this.#observed = record;
    this.#observedAt = this.#mono;
  }

  #validAt(mono: number): boolean {
    return this.validUntil > mono;
  }

  get #mono(): number {
    return this.#options.clock.now().mono;
  }
}

/** The same holder goes on: since when, and after how many others, stays as it was. */
function keeping(wanted: ElectionRecord, old: ElectionRecord): ElectionRecord {
  return { ...wanted, acquireTime: old.acquireTime, transitions: old.transitions };
}
