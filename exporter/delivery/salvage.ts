import { DatabaseSync, type SQLOutputValue } from 'node:sqlite';
import { isCorruption, isUnknownName } from './sqlite-errors.ts';

type Row = Record<string, SQLOutputValue>;

const recordColumns = ['id', 'route', 'stream', 'importance', 'created', 'size', 'checksum', 'body'] as const;

/**
 * Copies what can still be read of a damaged database into a new one, under the same ids, so that
 * batches keep their bounds. Returns the number of records saved.
 */
export function salvage(path: string, into: DatabaseSync): number {
  const from = new DatabaseSync(path, { readOnly: true });
  into.exec('BEGIN');
  try {
    copyTable(from, into, 'counters', ['route', 'name', 'value']);
    copyTable(from, into, 'batches', ['id', 'route', 'stream', 'first', 'last']);
    const saved = copyRecords(from, into);
    copyLetters(from, into);
    copyCheckpoint(from, into);
    into.exec('COMMIT');
    return saved;
  } catch (error) {
    into.exec('ROLLBACK');
    // Nothing at all could be read: then the new file starts empty.
    if (isCorruption(error) || isUnknownName(error)) return 0;
    throw error;
  } finally {
    from.close();
  }
}

function copyTable(from: DatabaseSync, into: DatabaseSync, table: string, columns: readonly string[]): void {
  const insert = inserter(into, table, columns);
  const select = from.prepare(`SELECT * FROM ${table}`);
  try {
    for (const row of select.iterate()) insert(row);
  } catch (error) {
    if (!isCorruption(error)) throw error;
  }
}

/** What lies between is seen anew by the watches. */
function copyCheckpoint(from: DatabaseSync, into: DatabaseSync): void {
  copyFromBothEnds(from, 'checkpoint', 'key', inserter(into, 'checkpoint', ['key', 'checksum', 'body']));
}

function copyLetters(from: DatabaseSync, into: DatabaseSync): void {
  const refusal = ['refused', 'destination', 'words'];
  copyFromBothEnds(
    from,
    'dead_letters',
    'id',
    inserter(into, 'dead_letters', [...recordColumns, ...refusal]),
  );
  // A broken table may still show what had moved to the other one.
  into.exec('DELETE FROM dead_letters WHERE id IN (SELECT id FROM records)');
}

/** From both ends up to the damage. */
function copyFromBothEnds(
  from: DatabaseSync,
  table: string,
  key: string,
  insert: (row: Row) => boolean,
): void {
  for (const order of ['ASC', 'DESC']) {
    try {
      for (const row of from.prepare(`SELECT * FROM ${table} ORDER BY ${key} ${order}`).iterate())
        insert(row);
    } catch (error) {
      // A file of an older version has no such table.
      if (!isCorruption(error) && !isUnknownName(error)) throw error;
    }
  }
}

function copyRecords(from: DatabaseSync, into: DatabaseSync): number {
  const insert = inserter(into, 'records', recordColumns);
  const upwards = from.prepare('SELECT * FROM records NOT INDEXED WHERE id BETWEEN ? AND ? ORDER BY id');
  const downwards = from.prepare(
    'SELECT * FROM records NOT INDEXED WHERE id BETWEEN ? AND ? ORDER BY id DESC',
  );
  let saved = 0;

  /** Copies rows up to the damage; returns the last id that was read, and whether there is damage. */
  function copy(rows: Iterable<Row>, before: number): { reached: number; broken: boolean } {
    let reached = before;
    try {
      for (const row of rows) {
        if (typeof row.id === 'number') reached = row.id;
        if (insert(row)) saved += 1;
      }
      return { reached, broken: false };
    } catch (error) {
      if (isCorruption(error)) return { reached, broken: true };
      throw error;
    }
  }

  // From both ends up to the damage, then again in both halves of what lies between. A scan can also
  // end early without an error, on an id that changed; so only a range that gave nothing is left.
  function between(first: number, last: number): void {
    if (first > last) return;
    const up = copy(upwards.iterate(first, last), first - 1);
    if (up.reached >= last) return;
    const down = copy(downwards.iterate(up.reached + 1, last), last + 1);
    const sawNothing = up.reached < first && down.reached > last;
    if ((sawNothing && !up.broken && !down.broken) || down.reached - up.reached <= 2) return;
    const middle = Math.floor((up.reached + down.reached) / 2);
    between(up.reached + 1, middle);
    between(middle + 1, down.reached - 1);
  }

  between(1, lastId(from));
  return saved;
}

function lastId(db: DatabaseSync): number {
  const row = db.prepare("SELECT seq FROM sqlite_sequence WHERE name = 'records'").get();
  return typeof row?.seq === 'number' ? row.seq : 0;
}

/** The returned function tells whether the row went in; one that breaks the schema does not. */
function inserter(db: DatabaseSync, table: string, columns: readonly string[]): (row: Row) => boolean {
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
