import { News } from './news.ts';
import type { ProbeSession, ProbeSpread } from './probe-observation.ts';
import type { Now } from './sink.ts';

/** So many names of backends are told for one target; what the others answered is added up. */
const mostNames = 16;
const nameLivesMs = 3_600_000;
/** The name under which the others are told. */
const otherBackends = 'other';

/** Whether sessions that begin by polling go on. */
export class SessionChecks {
  readonly counts = new Map<string, number>();
  readonly #news = new News();

  see(target: string, { failure, why }: ProbeSession, now: Now): void {
    const verdict = failure ?? 'none';
    // A counter that began with its first event would hide that one from a rate.
    for (const known of ['none', 'session_lost']) add(this.counts, known, 0);
    add(this.counts, verdict, 1);
    const untold = this.#news.heard(verdict, now.at.mono);
    if (untold === undefined) return;
    now.sink.event({ kind: 'probe', step: 'session', at: now.at, target, failure, why, untold });
  }
}

/** Which backends answer. */
export class SpreadChecks {
  /** How many there were at the last check; `undefined`: nobody knows. */
  backends: number | undefined;
  readonly connections = new Map<string, number>();
  readonly failures = new Map<string, number>();
  readonly #seenAt = new Map<string, number>();
  readonly #news = new News();

  see(target: string, { backends, failures, why }: ProbeSpread, now: Now): void {
    this.backends = backends.length === 0 ? undefined : backends.length;
    this.#forgetOld(now.at.mono);
    for (const [name, count] of backends) add(this.connections, this.#labelOf(name, now.at.mono), count);
    for (const [failure, count] of failures) add(this.failures, failure, count);
    const untold = this.#news.heard(verdictOf({ backends, failures }), now.at.mono);
    if (untold === undefined) return;
    const about = { target, backends, failures, why, untold };
    now.sink.event({ kind: 'probe', step: 'spread', at: now.at, ...about });
  }

  /** Nothing is known any more of what is behind the target. */
  forget(): void {
    this.backends = undefined;
  }

  /** Servers choose their names: a series for each would be a load of their making. */
  #labelOf(name: string, mono: number): string {
    if (name === otherBackends) return otherBackends;
    if (!this.#seenAt.has(name) && this.#seenAt.size >= mostNames) return otherBackends;
    this.#seenAt.set(name, mono);
    return name;
  }

  #forgetOld(mono: number): void {
    for (const [name, seenAt] of this.#seenAt) {
      if (mono - seenAt < nameLivesMs) continue;
      this.#seenAt.delete(name);
      this.connections.delete(name);
    }
  }
}

function verdictOf({ backends, failures }: Pick<ProbeSpread, 'backends' | 'failures'>): string {
  const [failed] = failures;
  if (failed !== undefined) return failed[0];
  return backends.length === 1 ? 'one' : 'several';
}

function add(counts: Map<string, number>, key: string, count: number): void {
  counts.set(key, (counts.get(key) ?? 0) + count);
}
