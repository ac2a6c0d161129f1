import type { DatabaseSync, SQLOutputValue } from 'node:sqlite';
import { isCorruption } from './sqlite-errors.ts';

export type StoredRow = Record<string, SQLOutputValue>;

export const recordColumns = ['id', 'route', 'stream', 'importance', 'created', 'size', 'checksum', 'body'];

/** A page in the middle of the tree can hide a great many records: the search for what is readable ends. */
const mostScans = 20_000;
/** A damaged number may be any. */
const mostRecords = 1e12;

interface Range {
  readonly first: number;
  readonly last: number;
}

/**
 * Copies the records that can be read: from both ends up to the damage, then in both halves of what lies
 * between, the widest ranges first. A scan can also end early without an error, on an id that changed; so only
 * a range that gave nothing is left. Returns how many went in.
 */
export function copyRecords(from: DatabaseSync, into: DatabaseSync): number {
  const insert = inserter(into, 'records', recordColumns);
  const upwards = new Scan(from, 'ASC', insert);
  const downwards = new Scan(from, 'DESC', insert);
  const newest = lastId(from);
  const ranges: Range[] = [{ first: 1, last: newest }];
  for (const { first, last } of ranges) {
    if (first > last || upwards.scans > mostScans) continue;
    const up = upwards.copy(first, last);
    const low = up.reached ?? first - 1;
    if (low >= last) continue;
    const down = downwards.copy(low + 1, last);
    const high = down.reached ?? last + 1;
    const sound = !up.broken && !down.broken && up.reached === undefined && down.reached === undefined;
    if (sound || high - low <= 2) continue;
    const middle = Math.floor((low + high) / 2);
    ranges.push({ first: low + 1, last: middle }, { first: middle + 1, last: high - 1 });
  }
  goOnAfter(into, newest);
  return upwards.saved + downwards.saved;
}

/** Numbers are never used twice: those of records that were lost neither. */
function goOnAfter(db: DatabaseSync, newest: number): void {
  db.exec("DELETE FROM sqlite_sequence WHERE name = 'records'");
  db.prepare("INSERT INTO sqlite_sequence (name, seq) VALUES ('records', ?)").run(newest);
}

/** Reads ranges of records in one direction. */
class Scan {
  scans = 0;
  saved = 0;
  readonly #db: DatabaseSync;
  readonly #sql: string;
  readonly #insert: (row: StoredRow) => boolean;
  #select: ReturnType<DatabaseSync['prepare']>;

  constructor(db: DatabaseSync, order: 'ASC' | 'DESC', insert: (row: StoredRow) => boolean) {
    this.#db = db;
    this.#sql = `SELECT * FROM records NOT INDEXED WHERE id BETWEEN ? AND ? ORDER BY id ${order}`;
    this.#insert = insert;
    this.#select = db.prepare(this.#sql);
  }

  /** Copies rows up to the damage; returns the last id that was read, if any, and whether there is damage. */
  copy(first: number, last: number): { readonly reached: number | undefined; readonly broken: boolean } {
    let reached: number | undefined;
    this.scans += 1;
    try {
      for (const row of this.#select.iterate(first, last)) {
        if (typeof row.id === 'number') reached = row.id;
        if (this.#insert(row)) this.saved += 1;
      }
      return { reached, broken: false };
    } catch (error) {
      if (!isCorruption(error)) throw error;
      // Used again, a statement that failed would fail with the same error.
      this.#select = this.#db.prepare(this.#sql);
      return { reached, broken: true };
    }
  }
}

/** The greatest number that a record may have: it is told in several places, of which some can be broken. */
function lastId(db: DatabaseSync): number {
  const places = [
    "SELECT seq AS last FROM sqlite_sequence WHERE name = 'records'",
    'SELECT max(id) AS last FROM records',
    "SELECT sum(value) AS last FROM counters WHERE name = 'enqueued'",
  ];
  return Math.max(0, ...places.map((sql) => numberFrom(db, sql)));
}

function numberFrom(db: DatabaseSync, sql: string): number {
  try {
    const last = db.prepare(sql).get()?.last;
    return typeof last === 'number' && last < mostRecords ? last : 0;
  } catch (error) {
    if (isCorruption(error)) return 0;
    throw error;
  }
}

/** The returned function tells whether the row went in; one that breaks the schema does not. */
export function inserter(
  db: DatabaseSync,
  table: string,
  columns: readonly string[],
): (row: StoredRow) => boolean {
  const places = columns.map(() => '?').join(', ');
  const insert = db.prepare(`INSERT OR IGNORE INTO ${table} (${columns.join(', ')}) VALUES (${places})`);
  return (row) => {
    if ('route' in row && row.route !== 'traces' && row.route !== 'logs') return false;
    try {
      return insert.run(...columns.map((column) => row[column] ?? null)).changes === 1;
    } catch (error) {
      if (isConstraint(error)) return false;
      throw error;
    }
  };
}

function isConstraint(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && Number(error.errcode) % 256 === 19;
}
