import type { TablesChange } from './change.ts';
import type { Rows, TableName, Tables } from './tables.ts';

/**
 * What `/live` sends: first a state, then changes. A change may be empty: it tells that we are alive. A
 * reader that fell behind gets a state again.
 */
export type Message = StateMessage | ChangeMessage;

export interface StateMessage {
  readonly kind: 'state';
  /** Of the page's own files: a page of another build cannot read what follows. */
  readonly build: string;
  readonly now: Now;
  readonly tables: { readonly [N in TableName]: readonly Rows[N][] };
  readonly history: History;
}

export interface ChangeMessage {
  readonly kind: 'change';
  readonly now: Now;
  readonly tables?: TablesChange;
  readonly sample?: Sample;
}

/** Monotonic milliseconds of the program, and Unix seconds. */
export interface Now {
  readonly mono: number;
  readonly wall: number;
}

/** Connections over time, by the id of what has them; the same moments for all. */
export interface History {
  readonly at: readonly number[];
  readonly series: Readonly<Record<string, readonly (number | null)[]>>;
}

/** The next point of every series; one that is not named has none. */
export interface Sample {
  readonly at: number;
  readonly values: Readonly<Record<string, number>>;
}

/** How many moments a history has. */
export const historyLength = 180;

/** The history with one more moment, without the oldest one where it is full, and without series that are all gaps. */
export function extended({ at, series }: History, sample: Sample): History {
  const kept = at.slice(-(historyLength - 1));
  const next: Record<string, readonly (number | null)[]> = {};
  for (const id of new Set([...Object.keys(series), ...Object.keys(sample.values)])) {
    const before = series[id]?.slice(-(historyLength - 1)) ?? kept.map(() => null);
    const points = [...before, sample.values[id] ?? null];
    if (points.some((point) => point !== null)) next[id] = points;
  }
  return { at: [...kept, sample.at], series: next };
}

export function toTables(rows: StateMessage['tables']): Tables {
  const table = <N extends TableName>(name: N) =>
    new Map(rows[name].map((row): [string, Rows[N]] => [row.id, row]));
  return {
    ...{ about: table('about'), leases: table('leases'), rounds: table('rounds'), nodes: table('nodes') },
    ...{ ports: table('ports'), unread: table('unread'), probes: table('probes'), counts: table('counts') },
    ...{ sources: table('sources'), outbox: table('outbox') },
    ...{ silences: table('silences'), absences: table('absences') },
  };
}

export function fromTables(tables: Tables): StateMessage['tables'] {
  const rows = <N extends TableName>(name: N): readonly Rows[N][] => [...tables[name].values()];
  return {
    ...{ about: rows('about'), leases: rows('leases'), rounds: rows('rounds'), nodes: rows('nodes') },
    ...{ ports: rows('ports'), unread: rows('unread'), probes: rows('probes'), counts: rows('counts') },
    ...{ sources: rows('sources'), outbox: rows('outbox') },
    ...{ silences: rows('silences'), absences: rows('absences') },
  };
}
