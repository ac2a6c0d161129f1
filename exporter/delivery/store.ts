import type { DatabaseSync } from 'node:sqlite';
import { crc32 } from 'node:zlib';
import { corruption, isUnknownName, openDatabase } from './database.ts';
import type {
  OutboxBatch,
  OutboxPosition,
  OutboxRange,
  OutboxRecord,
  Outcome,
  Route,
  RouteStats,
} from './outbox.ts';
import type { KeptText } from './outbox-protocol.ts';
import { salvage } from './salvage.ts';
import { type CounterName, prepareStatements, type StoreStatements } from './store-statements.ts';

export interface NewRecord extends OutboxRecord {
  /** Unix microseconds. */
  readonly created: number;
}

export interface StoreOptions {
  /** A file, or `:memory:`. */
  readonly path: string;
  /** Cap on the sum of all bodies; beyond it the least important and oldest records go. */
  readonly maxBytes: number;
  readonly now: Date;
  /** The file was found damaged while it was used: start a new one with what can be read of it. */
  readonly damaged: boolean;
}

export type OpenedStore =
  | { readonly kind: 'open'; readonly store: Store; readonly notices: readonly string[] }
  | { readonly kind: 'refused'; readonly why: string };

export const routes: readonly Route[] = ['traces', 'logs'];

/** Opens the store; throws when the disk is full, cannot be read, or the file is in use. */
export function openStore(options: StoreOptions): OpenedStore {
  const { path, now, damaged } = options;
  const opened = openDatabase(path, now, damaged);
  if (opened.kind === 'refused') return opened;
  try {
    return start(opened.db, opened.setAside, options);
  } catch (error) {
    opened.db.close();
    // The names of tables and columns can be what is damaged.
    if (isUnknownName(error) && !damaged) return openStore({ ...options, damaged: true });
    throw error;
  }
}

function start(
  db: DatabaseSync,
  setAside: string | undefined,
  { path, maxBytes }: StoreOptions,
): OpenedStore {
  const notices: string[] = [];
  if (setAside !== undefined) {
    const saved = salvage(setAside, db);
    notices.push(`outbox: ${path} is damaged, kept as ${setAside}; started anew with ${saved} records of it`);
  }
  const store = new Store(db, maxBytes);
  return { kind: 'open', store, notices: [...notices, ...store.reconcile()] };
}

const indexDisagrees = 'an index disagrees with its table';

interface Tally {
  pending: number;
  bytes: number;
}

/**
 * The outbox on SQLite, synchronous. Every method is one transaction, and throws SQLite's error with
 * nothing changed.
 */
export class Store {
  readonly #db: DatabaseSync;
  readonly #sql: StoreStatements;
  readonly #maxBytes: number;
  readonly #sending = new Set<number>();
  /** Counting a long queue for every scrape would hold up the writing. */
  #tally: Record<Route, Tally>;

  constructor(db: DatabaseSync, maxBytes: number) {
    this.#db = db;
    this.#sql = prepareStatements(db);
    this.#maxBytes = maxBytes;
    this.#tally = { traces: this.#sql.pending('traces'), logs: this.#sql.pending('logs') };
  }

  /** Appends all or none. `lost` counts records that were given up before they came here. */
  appendMany(records: readonly NewRecord[], lost: Readonly<Record<Route, number>>): void {
    this.#transaction(() => {
      for (const route of routes) this.#give(route, lost[route], 'enqueued', 'full');
      for (const record of records) this.#append(record);
      this.#makeRoom();
    });
  }

  /** The oldest batch of a route that is not being sent: one begun earlier before a new one. */
  next(route: Route, maxBytes: number): OutboxBatch | undefined {
    return this.#transaction(() => this.#begunEarlier(route) ?? this.#begin(route, maxBytes));
  }

  /** Ends a batch, with its counters. `retry` keeps it; a batch that is not known changes nothing. */
  settle(batch: number, outcome: Outcome): void {
    const bounds = this.#sql.batch(batch);
    if (bounds !== undefined && outcome.kind !== 'retry') {
      this.#transaction(() => {
        const gone = this.#sql.deleteRange(bounds);
        this.#take(
          bounds.route,
          gone.count,
          gone.bytes,
          outcome.kind === 'accepted' ? 'delivered' : 'rejected',
        );
        this.#sql.deleteBatch(batch);
      });
    }
    this.#sending.delete(batch);
  }

  stats(): readonly RouteStats[] {
    return routes.map((route) => {
      const { enqueued, delivered, ...dropped } = this.#sql.counters(route);
      return {
        route,
        enqueued,
        delivered,
        dropped,
        ...this.#tally[route],
        oldest: this.#sql.oldest(route),
      };
    });
  }

  position(): OutboxPosition {
    const last = this.#sql.lastId();
    const left = (route: Route) => (this.#sql.firstPending(route) ?? last + 1) - 1;
    return { last, left: { traces: left('traces'), logs: left('logs') } };
  }

  /** Drops a range that another replica delivered; nothing while a batch of the route is being sent. */
  forgo(range: OutboxRange): void {
    const batches = this.#sql.batches(range.route);
    if (batches.some(({ id }) => this.#sending.has(id))) return;
    this.#transaction(() => {
      const gone = this.#sql.deleteUncut(range);
      this.#take(range.route, gone.count, gone.bytes, 'by_leader');
      for (const { id, first, last } of batches) {
        if (first > range.after && last <= range.through) this.#sql.deleteBatch(id);
      }
    });
  }

  /** Keeps all of these memories, each in the place of the one before under its key, or none. */
  remember(memories: readonly KeptText[]): void {
    this.#transaction(() => {
      for (const { key, text } of memories) {
        if (text === undefined) this.#sql.forget(key);
        else this.#sql.keep(key, textChecksum(key, text), text);
      }
    });
  }

  /** The next memories in the order of their keys; one that is damaged comes without its text. */
  recall(after: string, most: number): KeptText[] {
    return this.#sql.kept(after, most).map(({ key, checksum, body }) => ({
      key,
      text: checksum === textChecksum(key, body) ? body : undefined,
    }));
  }

  /**
   * Records that a broken file swallowed are missing from the sum: they count as damaged, so that
   * enqueued = delivered + dropped + pending also holds after damage. Returns what there is to tell.
   */
  reconcile(): string[] {
    if (routes.some((route) => this.#missing(route) !== 0)) this.#reindex();
    return this.#transaction(() =>
      routes.flatMap((route) => {
        const missing = this.#missing(route);
        this.#give(route, Math.abs(missing), missing > 0 ? 'damaged' : 'enqueued');
        return missing > 0 ? [`outbox: ${missing} records of ${route} were lost to damage`] : [];
      }),
    );
  }

  close(): void {
    this.#db.close();
  }

  #missing(route: Route): number {
    const { enqueued, delivered, ...dropped } = this.#sql.counters(route);
    const gone = Object.values(dropped).reduce((sum, count) => sum + count, delivered);
    return enqueued - gone - this.#tally[route].pending;
  }

  /** Records are counted and found by the indexes, which can be damaged where the records are not. */
  #reindex(): void {
    this.#db.exec('REINDEX');
    this.#tally = { traces: this.#sql.pending('traces'), logs: this.#sql.pending('logs') };
  }

  #append(record: NewRecord): void {
    const size = record.body.byteLength;
    if (size > this.#maxBytes) {
      this.#give(record.route, 1, 'enqueued', 'full');
      return;
    }
    this.#sql.insert({ ...record, size, checksum: checksum(record) });
    this.#give(record.route, 1, 'enqueued');
    this.#tally[record.route].pending += 1;
    this.#tally[record.route].bytes += size;
  }

  #makeRoom(): void {
    let excess = this.#tally.traces.bytes + this.#tally.logs.bytes - this.#maxBytes;
    while (excess > 0) {
      // What is being sent stays: its batch must come again with the same bytes.
      const victim = this.#sql.leastImportant();
      if (victim === undefined) return;
      this.#sql.deleteRecord(victim.id);
      this.#take(victim.route, 1, victim.size, 'full');
      excess -= victim.size;
    }
  }

  #begunEarlier(route: Route): OutboxBatch | undefined {
    for (const bounds of this.#sql.batches(route)) {
      if (this.#sending.has(bounds.id)) continue;
      const bodies = this.#sound(this.#sql.range(bounds));
      if (bodies.length > 0) return this.#send({ id: bounds.id, route, stream: bounds.stream, bodies });
      this.#sql.deleteBatch(bounds.id);
    }
    return undefined;
  }

  #begin(route: Route, maxBytes: number): OutboxBatch | undefined {
    for (;;) {
      const head = this.#sql.head(route);
      if (head === undefined) return this.#nothingLeft(route);
      const last = this.#sql.lastWithin(head, maxBytes);
      const bounds = { route, stream: head.stream, first: head.id, last };
      const records = this.#sql.range(bounds);
      if (records.length === 0) throw corruption(indexDisagrees);
      const bodies = this.#sound(records);
      if (bodies.length === 0) continue;
      return this.#send({ id: this.#sql.insertBatch(bounds), route, stream: head.stream, bodies });
    }
  }

  #nothingLeft(route: Route): undefined {
    const hidden = this.#tally[route].pending > 0 && this.#sql.batches(route).length === 0;
    if (hidden) throw corruption(indexDisagrees);
  }

  #send(batch: OutboxBatch): OutboxBatch {
    this.#sending.add(batch.id);
    return batch;
  }

  /** The bodies of the records whose checksum is right; the others are dropped and counted. */
  #sound(records: ReturnType<StoreStatements['range']>): Uint8Array[] {
    const bodies: Uint8Array[] = [];
    for (const record of records) {
      if (record.body !== undefined && record.checksum === checksum({ ...record, body: record.body })) {
        bodies.push(record.body);
        continue;
      }
      this.#sql.deleteRecord(record.id);
      this.#take(record.route, 1, record.size, 'damaged');
    }
    return bodies;
  }

  #take(route: Route, count: number, bytes: number, why: CounterName): void {
    this.#give(route, count, why);
    this.#tally[route].pending -= count;
    this.#tally[route].bytes -= bytes;
  }

  #give(route: Route, count: number, ...names: readonly CounterName[]): void {
    if (count === 0) return;
    for (const name of names) this.#sql.count(route, name, count);
  }

  #transaction<T>(work: () => T): T {
    const before = structuredClone(this.#tally);
    this.#db.exec('BEGIN IMMEDIATE');
    try {
      const result = work();
      this.#db.exec('COMMIT');
      return result;
    } catch (error) {
      this.#tally = before;
      // SQLite rolls back by itself on a full disk or an I/O error.
      if (this.#db.isTransaction) this.#db.exec('ROLLBACK');
      throw error;
    }
  }
}

function checksum(record: Omit<NewRecord, 'importance'> & { readonly importance: number }): number {
  const { route, stream, importance, created, body } = record;
  return crc32(body, crc32(JSON.stringify([route, stream, importance, created])));
}

function textChecksum(key: string, text: string): number {
  return crc32(text, crc32(key));
}
