import type { DatabaseSync, SQLOutputValue } from 'node:sqlite';
import { type DropReason, importance, type Route } from './outbox.ts';
import { isSound } from './record-checksum.ts';
import { asRoute, type CounterName, counterStatements, type Row, toRow } from './store-statements.ts';

export type Kind = keyof typeof importance;

const kinds: readonly Kind[] = ['transition', 'outage', 'renewal', 'chatter'];

/** A record in the outbox, as it is on disk. */
export interface KeptRecord extends Row {
  /** False when it is not what was written: it will not be sent. */
  readonly sound: boolean;
  /** Of a dead letter. */
  readonly refusal: KeptRefusal | undefined;
}

export interface KeptRefusal {
  /** Unix microseconds. */
  readonly at: number;
  readonly destination: string;
  readonly words: string;
}

/** Records that are sent in their order. */
export interface Queue {
  readonly route: Route;
  readonly stream: string;
}

/** Times in Unix microseconds. */
export interface WaitingGroup {
  readonly route: Route;
  readonly kind: Kind | 'unknown';
  readonly records: number;
  readonly bytes: number;
  readonly oldest: number;
}

export interface LetterGroup {
  readonly route: Route;
  readonly destination: string;
  readonly words: string;
  readonly records: number;
  readonly bytes: number;
  readonly newest: number;
}

export interface RouteCounts {
  readonly route: Route;
  readonly enqueued: number;
  readonly delivered: number;
  readonly refused: number;
  readonly dropped: Readonly<Record<DropReason, number>>;
}

export interface Summary {
  readonly waiting: readonly WaitingGroup[];
  readonly deadLetters: readonly LetterGroup[];
  readonly counts: readonly RouteCounts[];
}

export type Table = 'records' | 'dead_letters';

const routes: readonly Route[] = ['traces', 'logs'];
const pageRows = 200;
/** A version before dead letters has none. */
const noLetters = `
  CREATE TEMP TABLE IF NOT EXISTS dead_letters (
    id, route, stream, importance, created, size, checksum, body, refused, destination, words)`;

/**
 * What an outbox holds, in pages: between two of them nothing is locked, so a program that writes to the
 * same file goes on. Throws SQLite's errors.
 */
export class OutboxPages {
  readonly #db: DatabaseSync;
  readonly close: () => void;

  constructor(db: DatabaseSync, close: () => void) {
    this.#db = db;
    this.close = close;
    const present = db.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'dead_letters'").get();
    if (present === undefined) db.exec(noLetters);
  }

  /** One snapshot. */
  summary(): Summary {
    this.#db.exec('BEGIN');
    try {
      const { counters } = counterStatements(this.#db);
      const counts = routes.map((route) => countsOf(route, counters(route)));
      return { waiting: this.#waiting(), deadLetters: this.#letters(), counts };
    } finally {
      this.#db.exec('COMMIT');
    }
  }

  queues(table: Table): readonly Queue[] {
    const sql = `SELECT route, stream, min(id) AS first FROM ${table} GROUP BY route, stream ORDER BY first`;
    return this.#db
      .prepare(sql)
      .all()
      .map((row) => ({ route: asRoute(row.route), stream: String(row.stream) }));
  }

  /** Oldest first; of all queues unless one is named. */
  *records(table: Table, queue?: Queue): Generator<KeptRecord> {
    const where = queue === undefined ? '' : 'AND route = ? AND stream = ?';
    const page = this.#db.prepare(
      `SELECT * FROM ${table} WHERE id > ? ${where} ORDER BY id LIMIT ${pageRows}`,
    );
    const of = queue === undefined ? [] : [queue.route, queue.stream];
    for (let last = 0; ; ) {
      const rows = page.all(last, ...of).map(toKept);
      yield* rows;
      const end = rows.at(-1);
      if (end === undefined) return;
      last = end.id;
    }
  }

  find(id: number): KeptRecord | undefined {
    for (const table of ['records', 'dead_letters']) {
      const row = this.#db.prepare(`SELECT * FROM ${table} WHERE id = ?`).get(id);
      if (row !== undefined) return toKept(row);
    }
    return undefined;
  }

  #waiting(): readonly WaitingGroup[] {
    const sql = `
      SELECT route, importance, count(*) AS records, total(size) AS bytes, min(created) AS oldest
      FROM records GROUP BY route, importance ORDER BY route, importance DESC`;
    return this.#db
      .prepare(sql)
      .all()
      .map((row) => ({
        route: asRoute(row.route),
        kind: kindOf(Number(row.importance)),
        records: Number(row.records),
        bytes: Number(row.bytes),
        oldest: Number(row.oldest),
      }));
  }

  #letters(): readonly LetterGroup[] {
    const sql = `
      SELECT route, destination, words, count(*) AS records, total(size) AS bytes, max(refused) AS newest
      FROM dead_letters GROUP BY route, destination, words ORDER BY newest DESC, route, words`;
    return this.#db
      .prepare(sql)
      .all()
      .map((row) => ({
        route: asRoute(row.route),
        destination: String(row.destination),
        words: String(row.words),
        records: Number(row.records),
        bytes: Number(row.bytes),
        newest: Number(row.newest),
      }));
  }
}

function countsOf(route: Route, counters: Readonly<Record<CounterName, number>>): RouteCounts {
  const { enqueued, delivered, refused, ...dropped } = counters;
  return { route, enqueued, delivered, refused, dropped };
}

function toKept(row: Record<string, SQLOutputValue>): KeptRecord {
  const record = toRow(row);
  const refusal =
    row.refused === undefined
      ? undefined
      : { at: Number(row.refused), destination: String(row.destination), words: String(row.words) };
  return { ...record, sound: isSound(record), refusal };
}

export function kindOf(rank: number): Kind | 'unknown' {
  return kinds.find((kind) => importance[kind] === rank) ?? 'unknown';
}
