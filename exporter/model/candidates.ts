import type { HolderClock } from './holder-clock.ts';
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
  /** Its last renewal was found in a list: only its date tells when that was. */
  readonly listed: boolean;
  /** Monotonic milliseconds; Infinity once it is stale, and until the list is complete in which it was found. */
  staleAt: number;
  counts: boolean;
}

/** What is known of the lease for which they stand: its holder is one of them. */
interface Stood {
  standing: number | undefined;
  readonly clock: HolderClock;
}

/** While no clock of theirs is known, the holders of their leases are looked at so often (ms). */
const lookEvery = 10_000;

/** LeaseCandidates have one source. */
const sourceName = 'candidates';

/** Who stands for election, as LeaseCandidates tell: keeps their number on the row of each lease. */
export class Candidates {
  readonly #all = new Map<string, Candidate>();
  readonly #counts = new Map<string, number>();
  readonly #rows: ReadonlyMap<string, Stood>;
  /** How far their clocks are at least ahead of our monotonic one, in µs: they stand side by side, and agree. */
  #ahead = Number.NEGATIVE_INFINITY;
  /** Somebody renewed before our eyes: it is so far ahead, and no further. */
  #heard = false;
  #next = Number.POSITIVE_INFINITY;
  #blind = false;

  /** `rows` by `NAMESPACE/NAME`. */
  constructor(rows: ReadonlyMap<string, Stood>) {
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
    const listed = silent ? known.listed : seen.change === 'listed';
    const staleAt = silent ? known.staleAt : listed ? Number.POSITIVE_INFINITY : now.at.mono + staleAfter;
    const { generation } = source;
    this.#all.set(id, { lease, renewTime, generation, staleAt, listed, counts: known?.counts ?? false });
    if (!silent && !listed) {
      this.#join(id);
      this.#hear(renewTime, now);
    }
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
    const newest = [...this.#all.values()].reduce((most, { renewTime = 0 }) => Math.max(most, renewTime), 0);
    // It was made before the list: they are so far ahead at least.
    this.#ahead = Math.max(this.#ahead, newest - now.at.mono * 1000);
    for (const [id, { listed, staleAt }] of this.#all)
      if (listed && staleAt === Number.POSITIVE_INFINITY) this.#join(id);
    this.#date(now);
    this.wake(now);
  }

  /** Somebody renewed just now. */
  #hear(renewTime: number | undefined, now: Now): void {
    if (renewTime === undefined) return;
    this.#heard = true;
    const ahead = renewTime - now.at.mono * 1000;
    if (ahead <= this.#ahead) return;
    this.#ahead = ahead;
    this.#date(now);
  }

  /** Nobody renewed before our eyes yet, but a holder may have renewed its lease, by the same clock. */
  #lookAtHolders(at: Now['at']): void {
    for (const lease of this.#counts.keys()) {
      const clock = this.#rows.get(lease)?.clock;
      if (clock?.established === true) this.#heard = true;
      const ahead = (clock?.ahead(at) ?? Number.NEGATIVE_INFINITY) + at.wall - at.mono * 1000;
      this.#ahead = Math.max(this.#ahead, ahead);
    }
  }

  /**
   * What was found in a list was renewed before we looked: how long before, only its date tells. Our own clock does
   * not count, since it may be wrong. Until a clock of theirs is known, the newest was renewed just before the list.
   */
  #date(now: Now): void {
    if (!this.#heard) this.#lookAtHolders(now.at);
    for (const candidate of this.#all.values()) {
      if (!candidate.listed || !candidate.counts) continue;
      candidate.staleAt = ((candidate.renewTime ?? 0) - this.#ahead) / 1000 + staleAfter;
      const again = this.#heard ? Number.POSITIVE_INFINITY : now.at.mono + lookEvery;
      this.#next = Math.min(this.#next, candidate.staleAt, again);
    }
  }

  /** Monotonic milliseconds at which `wake` is to be called. */
  next(): number {
    return this.#next;
  }

  wake(now: Now): void {
    if (now.at.mono < this.#next) return;
    this.#next = Number.POSITIVE_INFINITY;
    if (!this.#heard) this.#date(now);
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
