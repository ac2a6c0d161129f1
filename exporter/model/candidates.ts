import type { CandidateObservation } from './observation.ts';
import type { SourceRow } from './sight.ts';
import type { Now } from './sink.ts';

/** A candidate renews every 5 min; after so long without it the controller, too, does not count it (ms). */
const staleAfter = 30 * 60_000;

interface Candidate {
  readonly lease: string;
  readonly renewTime: number | undefined;
  /** Number of the list that named it last. */
  readonly generation: number;
  /** Monotonic milliseconds; Infinity once it is stale, and until the list is complete in which it was found. */
  staleAt: number;
  /** Found in a list that is not complete yet: its age is to be judged. */
  isNew: boolean;
  counts: boolean;
}

const renewsEvery = 5 * 60_000;

/** LeaseCandidates have one source. */
const sourceName = 'candidates';

/** Who stands for election, as LeaseCandidates tell: keeps their number on the row of each lease. */
export class Candidates {
  readonly #all = new Map<string, Candidate>();
  readonly #counts = new Map<string, number>();
  readonly #rows: ReadonlyMap<string, { standing: number | undefined }>;
  #next = Number.POSITIVE_INFINITY;
  #blind = false;

  /** `rows` by `NAMESPACE/NAME`. */
  constructor(rows: ReadonlyMap<string, { standing: number | undefined }>) {
    this.#rows = rows;
  }

  /** `undefined` for a lease for which nobody ever stood, and while nobody can see who does. */
  count(lease: string): number | undefined {
    return this.#blind ? undefined : this.#counts.get(lease);
  }

  see(seen: CandidateObservation, source: SourceRow, now: Now): void {
    source.count(seen.change, now.at);
    const { candidate } = seen;
    const id = `${candidate.namespace}/${candidate.name}`;
    if (seen.change === 'deleted' || candidate.lease === undefined) return this.#drop(id);
    const lease = `${candidate.namespace}/${candidate.lease}`;
    if (this.#all.get(id)?.lease !== lease) this.#drop(id);
    const known = this.#all.get(id);
    const { renewTime } = candidate;
    // The controller writes a ping into the same object: only the candidate's own answer is a sign of life.
    const silent = known !== undefined && known.renewTime === renewTime;
    const isNew = silent ? known.isNew : seen.change === 'listed';
    const staleAt = silent ? known.staleAt : isNew ? Number.POSITIVE_INFINITY : now.at.mono + staleAfter;
    const { generation } = source;
    this.#all.set(id, { lease, renewTime, generation, staleAt, isNew, counts: known?.counts ?? false });
    if (!silent && !isNew) this.#join(id);
    this.#next = Math.min(this.#next, staleAt);
    this.wake(now);
  }

  /** The source that tells of candidates went blind, or sees again. */
  look({ name, up }: SourceRow): void {
    if (name !== sourceName) return;
    this.#blind = !up;
    for (const lease of this.#counts.keys()) this.#tell(lease);
  }

  /** A complete list of the source did not name them: they are gone. */
  sweep({ name, generation }: SourceRow, now: Now): void {
    if (name !== sourceName) return;
    for (const [id, candidate] of this.#all) if (candidate.generation !== generation) this.#drop(id);
    this.#date(now);
  }

  /**
   * What was found in a list was renewed before we looked. How long before, the newest renewal of all tells: who is
   * alive renews every 5 min. Our own clock counts only where it does not contradict that, since it may be wrong.
   */
  #date(now: Now): void {
    const all = [...this.#all];
    const newest = all.reduce((most, [, { renewTime = 0 }]) => Math.max(most, renewTime), 0);
    const idle = (now.at.wall - newest) / 1000;
    const since = idle >= 0 && idle <= renewsEvery ? idle : 0;
    for (const [id, candidate] of all) {
      if (!candidate.isNew) continue;
      candidate.isNew = false;
      candidate.staleAt = now.at.mono + staleAfter - since - (newest - (candidate.renewTime ?? 0)) / 1000;
      this.#join(id);
      this.#next = Math.min(this.#next, candidate.staleAt);
    }
    this.wake(now);
  }

  /** Monotonic milliseconds at which `wake` is to be called. */
  next(): number {
    return this.#next;
  }

  wake(now: Now): void {
    if (now.at.mono < this.#next) return;
    this.#next = Number.POSITIVE_INFINITY;
    for (const candidate of this.#all.values()) {
      if (candidate.staleAt <= now.at.mono) this.#leave(candidate);
      else this.#next = Math.min(this.#next, candidate.staleAt);
    }
  }

  #join(id: string): void {
    const candidate = this.#all.get(id);
    if (candidate === undefined || candidate.counts) return;
    candidate.counts = true;
    this.#add(candidate.lease, 1);
  }

  #leave(candidate: Candidate): void {
    candidate.staleAt = Number.POSITIVE_INFINITY;
    if (!candidate.counts) return;
    candidate.counts = false;
    this.#add(candidate.lease, -1);
  }

  #drop(id: string): void {
    const candidate = this.#all.get(id);
    if (candidate === undefined) return;
    this.#all.delete(id);
    this.#leave(candidate);
  }

  #add(lease: string, change: number): void {
    const count = (this.#counts.get(lease) ?? 0) + change;
    this.#counts.set(lease, count);
    this.#tell(lease);
  }

  #tell(lease: string): void {
    const row = this.#rows.get(lease);
    if (row !== undefined) row.standing = this.count(lease);
  }
}
