import { DatabaseSync } from 'node:sqlite';
import { copyRecords, inserter, recordColumns, type StoredRow } from './salvage-records.ts';
import { dropRecordIndexes, makeRecordIndexes } from './schema.ts';
import { isCorruption, isUnknownName } from './sqlite-errors.ts';

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
    // Made at the end, they cost a fifth.
    into.exec(dropRecordIndexes);
    const saved = copyRecords(from, into);
    into.exec(makeRecordIndexes);
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
  insert: (row: StoredRow) => boolean,
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
