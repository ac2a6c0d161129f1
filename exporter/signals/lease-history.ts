import type { Moment } from '../clock.ts';
import type { Event, Round, RoundFateEvent } from '../model/event.ts';

/** What became of each lease while we watched: for those who tell its story. */
export interface LeaseHistory {
  observe(event: Event): void;
  of(namespace: string, lease: string, now: Moment): LeasePast;
}

export interface LeasePast {
  /** Changes of the holder in the last 24 hours, or since we began to watch. */
  readonly changes: number;
  /** There were more changes than are counted: `changes` is the least that there were. */
  readonly changesCut: boolean;
  /** The last round that closed; that in which the lease was created is none. */
  readonly last: LastRound | undefined;
}

/** What is kept of a closed round. */
export interface LastRound extends Pick<Round, Kept> {
  /** Monotonic milliseconds. */
  readonly closedMono: number;
}

type Kept =
  | ('traceId' | 'cause' | 'outcome' | 'uncertain' | 'predecessor' | 'successor' | 'lastRenewal')
  | ('acquired' | 'closed' | 'leaderlessSeconds' | 'predecessorAt' | 'fate' | 'outageTraceId');

interface Entry {
  /** Monotonic milliseconds of the latest changes, oldest first. */
  changes: number[];
  last: LeasePast['last'];
}

const dayMs = 24 * 3600 * 1000;
/** Of one lease. One that flaps says no more with a thousand. */
const mostChanges = 64;

/** Remembers the `most` leases whose rounds closed last. */
export function createLeaseHistory(most = 10_000): LeaseHistory {
  const entries = new Map<string, Entry>();
  return {
    observe(event) {
      if (event.kind === 'round-fate') return amend(entries.get(keyOf(event.namespace, event.lease)), event);
      if (event.kind !== 'round' || event.step !== 'closed' || event.round.cause === 'created') return;
      const key = keyOf(event.round.namespace, event.round.lease);
      const entry = entries.get(key) ?? { changes: [], last: undefined };
      note(entry, event.round, event.at.mono);
      // The map is in the order of the last round.
      entries.delete(key);
      entries.set(key, entry);
      const [oldest] = entries.keys();
      if (entries.size > most && oldest !== undefined) entries.delete(oldest);
    },
    of(namespace, lease, now) {
      const entry = entries.get(keyOf(namespace, lease));
      if (entry === undefined) return { changes: 0, changesCut: false, last: undefined };
      const recent = entry.changes.filter((mono) => now.mono - mono < dayMs);
      return { changes: recent.length, changesCut: recent.length === mostChanges, last: entry.last };
    },
  };
}

function note(entry: Entry, round: Round, closedMono: number): void {
  const { traceId, cause, outcome, uncertain, predecessor, successor, lastRenewal, acquired } = round;
  const { closed, leaderlessSeconds, predecessorAt, fate, outageTraceId } = round;
  // A round is more than its own fields: it has to be copied field by field.
  entry.last = {
    ...{ traceId, cause, outcome, uncertain, predecessor, successor, lastRenewal, acquired },
    ...{ closed, leaderlessSeconds, predecessorAt, fate, outageTraceId, closedMono },
  };
  if (outcome === 'elected') entry.changes = [...entry.changes, closedMono].slice(-mostChanges);
}

/** The fate of a predecessor may turn out when its round is long closed. */
function amend(entry: Entry | undefined, event: RoundFateEvent): void {
  if (entry?.last?.traceId !== event.traceId) return;
  const { fate, outageTraceId, predecessorAt } = event;
  entry.last = { ...entry.last, fate, outageTraceId, predecessorAt };
}

/** No name in Kubernetes has a slash in it. */
function keyOf(namespace: string, lease: string): string {
  return `${namespace}/${lease}`;
}
