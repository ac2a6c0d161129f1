import { type Candidate, matchInWords, nearMisses } from './near-misses.ts';
import type { Policy } from './policy.ts';
import type { SourceRow } from './sight.ts';
import type { Now } from './sink.ts';
import { couldApply } from './source-scope.ts';
import type { PolicyView } from './view.ts';

/** After everything was listed once, a policy has this long to match something (ms). */
const matchWithin = 60_000;

/** What is known of one policy while it is in force. */
export class PolicyRow<P extends Policy = Policy> implements PolicyView {
  readonly policy: P;
  matched = false;
  near: readonly string[] | undefined;
  /** When it is told that nothing matched (monotonic ms). */
  checkAt = Number.POSITIVE_INFINITY;

  constructor(policy: P) {
    this.policy = policy;
  }
}

/** What there is: policies that match none of it are compared with it. */
export interface Known {
  readonly leases: readonly Candidate[];
  readonly nodes: readonly string[];
}

/** Tells once of every policy that matched nothing: a slip of the pen, which else nobody would ever notice. */
export class MatchCheck {
  readonly #rows: readonly PolicyRow[];
  #next = Number.POSITIVE_INFINITY;

  constructor(rows: readonly PolicyRow[]) {
    this.#rows = rows;
  }

  next(): number {
    return this.#next;
  }

  /** While we do not see everything that a policy could match, it may well match something. */
  blind({ name }: SourceRow): void {
    for (const row of this.#rows) if (couldApply(row.policy, name)) row.checkAt = Number.POSITIVE_INFINITY;
    this.#plan();
  }

  sighted({ name }: SourceRow, sources: readonly SourceRow[], now: Now): void {
    for (const row of this.#rows) {
      if (row.matched || row.near !== undefined || !couldApply(row.policy, name)) continue;
      const waiting = sources.some((source) => !source.up && couldApply(row.policy, source.name));
      if (!waiting) row.checkAt = now.at.mono + matchWithin;
    }
    this.#plan();
  }

  wake(now: Now, found: () => Known): void {
    if (now.at.mono < this.#next) return;
    const due = this.#rows.filter(({ checkAt }) => now.at.mono >= checkAt);
    for (const row of due) row.checkAt = Number.POSITIVE_INFINITY;
    const unmatched = due.filter(({ matched }) => !matched);
    if (unmatched.length > 0) {
      const known = found();
      for (const row of unmatched) tell(row, now, known);
    }
    this.#plan();
  }

  #plan(): void {
    this.#next = Math.min(Number.POSITIVE_INFINITY, ...this.#rows.map(({ checkAt }) => checkAt));
  }
}

function tell(row: PolicyRow, now: Now, { leases, nodes }: Known): void {
  const { policy } = row;
  row.near = nearMisses(policy, leases, nodes);
  now.sink.event({
    kind: 'policy-unmatched',
    at: now.at,
    policy: policy.path,
    about: policy.about,
    matches: matchInWords(policy),
    near: row.near,
  });
}
