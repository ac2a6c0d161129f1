import type { Attempt, CandidateOptions } from '../../exporter/kube/candidate.ts';
import { type ElectionRecord, nobody, sameRecord } from '../../exporter/kube/election-record.ts';

/**
 * One candidate of a coordinated election between two waits of its elector: what client-go's LeaderElector does
 * in `tryCoordinatedRenew`. It never takes a lease; it renews the one for which the controller has named it.
 */
export class CoordinatedCandidate {
  readonly #options: CandidateOptions;
  #observed: ElectionRecord = nobody;
  #observedAt = Number.NEGATIVE_INFINITY;
  /** The last record that was read, not written. */
  #raw: ElectionRecord | undefined;

  constructor(options: CandidateOptions) {
    this.#options = options;
  }

  get holds(): boolean {
    return this.#observed.holder === this.#options.identity;
  }

  async tryAcquireOrRenew(signal: AbortSignal): Promise<Attempt> {
    const { lock, clock, identity, durationSeconds } = this.#options;
    const now = clock.now();
    const read = await lock.get(signal);
    if (read.kind !== 'done') return read;
    const { record } = read;
    if (this.#raw === undefined || !sameRecord(this.#raw, record)) this.#observe(record);
    this.#raw = record;
    // A record that it saw for the first time a moment ago has its whole time before it, however old it is.
    const isUp = this.#observedAt + record.durationSeconds * 1000 < now.mono;
    if (isUp || !this.holds || record.preferredHolder !== '') return { kind: 'taken' };
    const renewed = { ...record, holder: identity, durationSeconds, renewTime: now.wall };
    const written = await lock.update(renewed, signal);
    if (written.kind !== 'done') return written;
    this.#observe(renewed);
    return { kind: 'held' };
  }

  #observe(record: ElectionRecord): void {
    this.#observed = record;
    this.#observedAt = this.#options.clock.now().mono;
  }
}
