import type { DatabaseSync, SQLOutputValue } from 'node:sqlite';
import { deadLetterStatements } from './dead-letters.ts';
import type { DropReason, OutboxRange, Route } from './outbox.ts';

export type CounterName = 'enqueued' | 'delivered' | 'refused' | DropReason;

/** Records of one stream from `first` to `last`, both included. */
export interface Bounds {
  readonly route: Route;
  readonly stream: string;
  readonly first: number;
  readonly last: number;
}

export interface Row {
  readonly id: number;
  readonly route: Route;
  readonly stream: string;
  readonly importance: number;
  readonly created: number;
  readonly size: number;
  readonly checksum: number;
  /** Undefined when what is stored is not bytes any more. */
  readonly body: Uint8Array | undefined;
}

export type StoreStatements = ReturnType<typeof prepareStatements>;

/** Every SQL statement of the store, prepared once, as plain typed functions. */
export function prepareStatements(db: DatabaseSync) {
  return {
    ...recordStatements(db),
    ...queueStatements(db),
    ...batchStatements(db),
    ...counterStatements(db),
    ...checkpointStatements(db),
    ...rangeStatements(db),
    ...deadLetterStatements(db),
  };
}

function recordStatements(db: DatabaseSync) {
  const insert = db.prepare(
    'INSERT INTO records (route, stream, importance, created, size, checksum, body) VALUES (?, ?, ?, ?, ?, ?, ?)',
  );
  const record = db.prepare('SELECT * FROM records WHERE id = ?');
  const deleteRecord = db.prepare('DELETE FROM records WHERE id = ?');
  const range = db.prepare(
    'SELECT * FROM records WHERE route = ? AND stream = ? AND id BETWEEN ? AND ? ORDER BY id',
  );
  const rangeSize = db.prepare(
    'SELECT total(size) AS bytes FROM records WHERE route = ? AND stream = ? AND id BETWEEN ? AND ?',
  );
  const deleteRange = db.prepare('DELETE FROM records WHERE route = ? AND stream = ? AND id BETWEEN ? AND ?');
  return {
    insert(row: Omit<Row, 'id'> & { readonly body: Uint8Array }): void {
      insert.run(row.route, row.stream, row.importance, row.created, row.size, row.checksum, row.body);
    },
    /** Tells whether it was there: a damaged index can show a record twice. */
    deleteRecord(id: number): boolean {
      return deleteRecord.run(id).changes === 1;
    },
    range(of: Bounds): readonly Row[] {
      return range.all(of.route, of.stream, of.first, of.last).map(toRow);
    },
    record(id: number): Row | undefined {
      const row = record.get(id);
      return row === undefined ? undefined : toRow(row);
    },
    deleteRange(of: Bounds): { count: number; bytes: number } {
      const bytes = number(rangeSize.get(of.route, of.stream, of.first, of.last)?.bytes);
      // What was really deleted: a damaged index can show a record twice.
      const { changes } = deleteRange.run(of.route, of.stream, of.first, of.last);
      return { count: Number(changes), bytes };
    },
  };
}

function queueStatements(db: DatabaseSync) {
  const pending = db.prepare(
    'SELECT count(*) AS pending, total(size) AS bytes FROM records INDEXED BY records_by_stream WHERE route = ?',
  );
  const oldest = db.prepare('SELECT created FROM records WHERE route = ? ORDER BY id LIMIT 1');
  // A stream with a batch under way waits for it: order within a stream is a promise.
  const head = db.prepare(`
    SELECT id, stream FROM records INDEXED BY records_by_route
    WHERE route = ?1 AND stream NOT IN (SELECT stream FROM batches WHERE route = ?1)
    ORDER BY id LIMIT 1`);
  const following = db.prepare(
    'SELECT id, size FROM records WHERE route = ? AND stream = ? AND id >= ? ORDER BY id',
  );
  const leastImportant = db.prepare(`
    SELECT id, route, size FROM records INDEXED BY records_by_importance
    WHERE NOT EXISTS (
      SELECT 1 FROM batches
      WHERE route = records.route AND stream = records.stream AND records.id BETWEEN first AND last)
    ORDER BY importance, id LIMIT 1`);
  return {
    pending(route: Route): { pending: number; bytes: number } {
      const row = pending.get(route);
      return { pending: number(row?.pending), bytes: number(row?.bytes) };
    },
    oldest(route: Route): number | undefined {
      const row = oldest.get(route);
      return row === undefined ? undefined : number(row.created);
    },
    head(route: Route): { id: number; route: Route; stream: string } | undefined {
      const row = head.get(route);
      return row === undefined ? undefined : { id: number(row.id), route, stream: text(row.stream) };
    },
    /** The id of the last record from `start` on that still fits; the first one always does. */
    lastWithin(start: { id: number; route: Route; stream: string }, maxBytes: number): number {
      let last = start.id;
      let bytes = 0;
      for (const row of following.iterate(start.route, start.stream, start.id)) {
        bytes += number(row.size);
        if (bytes > maxBytes && number(row.id) !== start.id) break;
        last = number(row.id);
      }
      return last;
    },
    leastImportant(): { id: number; route: Route; size: number } | undefined {
      const row = leastImportant.get();
      if (row === undefined) return undefined;
      return { id: number(row.id), route: asRoute(row.route), size: number(row.size) };
    },
  };
}

/** Numbers of records, across streams. */
function rangeStatements(db: DatabaseSync) {
  const lastId = db.prepare("SELECT seq FROM sqlite_sequence WHERE name = 'records'");
  const firstPending = db.prepare('SELECT min(id) AS id FROM records WHERE route = ?');
  const uncut = `
    FROM records
    WHERE route = ?1 AND id > ?2 AND id <= ?3 AND NOT EXISTS (
      SELECT 1 FROM batches
      WHERE route = ?1 AND stream = records.stream AND records.id BETWEEN first AND last
        AND (first <= ?2 OR last > ?3))`;
  const uncutSize = db.prepare(`SELECT total(size) AS bytes ${uncut}`);
  const deleteUncut = db.prepare(`DELETE ${uncut}`);
  return {
    lastId: (): number => number(lastId.get()?.seq),
    firstPending(route: Route): number | undefined {
      const id = firstPending.get(route)?.id;
      return typeof id === 'number' ? id : undefined;
    },
    /** Deletes a range, but for batches that it would cut in two. */
    deleteUncut({ route, after, through }: OutboxRange): { count: number; bytes: number } {
      const bytes = number(uncutSize.get(route, after, through)?.bytes);
      const { changes } = deleteUncut.run(route, after, through);
      return { count: Number(changes), bytes };
    },
  };
}

function batchStatements(db: DatabaseSync) {
  const insertBatch = db.prepare('INSERT INTO batches (route, stream, first, last) VALUES (?, ?, ?, ?)');
  const batch = db.prepare('SELECT * FROM batches WHERE id = ?');
  const batches = db.prepare('SELECT * FROM batches WHERE route = ? ORDER BY first');
  const deleteBatch = db.prepare('DELETE FROM batches WHERE id = ?');
  return {
    insertBatch(bounds: Bounds): number {
      return Number(insertBatch.run(bounds.route, bounds.stream, bounds.first, bounds.last).lastInsertRowid);
    },
    batch(id: number): Bounds | undefined {
      const row = batch.get(id);
      return row === undefined ? undefined : toBatch(row);
    },
    batches: (route: Route): readonly (Bounds & { readonly id: number })[] => batches.all(route).map(toBatch),
    deleteBatch(id: number): void {
      deleteBatch.run(id);
    },
  };
}

export function counterStatements(db: DatabaseSync) {
  const count = db.prepare(`
    INSERT INTO counters (route, name, value) VALUES (?, ?, ?)
    ON CONFLICT DO UPDATE SET value = value + excluded.value`);
  const counters = db.prepare('SELECT name, value FROM counters WHERE route = ?');
  return {
    count(route: Route, name: CounterName, by: number): void {
      count.run(route, name, by);
    },
    counters(route: Route): Record<CounterName, number> {
      const stored = new Map(counters.all(route).map((row) => [row.name, number(row.value)]));
      const read = (name: CounterName) => stored.get(name) ?? 0;
      return {
        enqueued: read('enqueued'),
        delivered: read('delivered'),
        refused: read('refused'),
        rejected: read('rejected'),
        full: read('full'),
        damaged: read('damaged'),
        by_leader: read('by_leader'),
        folded: read('folded'),
      };
    },
  };
}

function checkpointStatements(db: DatabaseSync) {
  const upsert = db.prepare('INSERT OR REPLACE INTO checkpoint (key, checksum, body) VALUES (?, ?, ?)');
  const remove = db.prepare('DELETE FROM checkpoint WHERE key = ?');
  const page = db.prepare('SELECT key, checksum, body FROM checkpoint WHERE key > ? ORDER BY key LIMIT ?');
  return {
    keep(key: string, checksum: number, body: string): void {
      upsert.run(key, checksum, body);
    },
    forget(key: string): void {
      remove.run(key);
    },
    kept(after: string, most: number): readonly { key: string; checksum: number; body: string }[] {
      return page.all(after, most).map((row) => ({
        key: text(row.key),
        checksum: number(row.checksum),
        body: text(row.body),
      }));
    },
  };
}

export function toRow(row: Record<string, SQLOutputValue>): Row {
  return {
    id: number(row.id),
    route: asRoute(row.route),
    stream: text(row.stream),
    importance: number(row.importance),
    created: number(row.created),
    size: number(row.size),
    checksum: number(row.checksum),
    body: row.body instanceof Uint8Array ? row.body : undefined,
  };
}

function toBatch(row: Record<string, SQLOutputValue>): Bounds & { readonly id: number } {
  return {
    id: number(row.id),
    route: asRoute(row.route),
    stream: text(row.stream),
    first: number(row.first),
    last: number(row.last),
  };
}

// A flipped byte can change a column's type; what then comes out must fail a checksum, not the program.
function number(value: SQLOutputValue | undefined): number {
  return typeof value === 'number' ? value : 0;
}

function text(value: SQLOutputValue | undefined): string {
  return typeof value === 'string' ? value : String(value);
}

export function asRoute(value: SQLOutputValue | undefined): Route {
  return value === 'traces' ? 'traces' : 'logs';
}
