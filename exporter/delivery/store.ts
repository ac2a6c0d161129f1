import type { DatabaseSync } from 'node:sqlite';
import { crc32 } from 'node:zlib';
import { openDatabase } from './database.ts';
import type {
  Importance,
  OutboxBatch,
  OutboxPosition,
  OutboxRange,
  OutboxRecord,
  Outcome,
  Refusal,
  Route,
  RouteStats,
} from './outbox.ts';
import type { KeptText } from './outbox-protocol.ts';
import { checksum, isSound, type SoundRow } from './record-checksum.ts';
import type { Replaced } from './replace-damaged.ts';
import { corruption, isUnknownName } from './sqlite-errors.ts';
import { Accounts } from './store-accounts.ts';
import { makeRoom } from './store-room.ts';
import { type Bounds, prepareStatements, type Row, type StoreStatements } from './store-statements.ts';

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
    return start(opened.db, opened.replaced, options);
  } catch (error) {
    opened.db.close();
    // The names of tables and columns can be what is damaged.
    if (isUnknownName(error) && !damaged) return openStore({ ...options, damaged: true });
    throw error;
  }
}

function start(
  db: DatabaseSync,
  replaced: Replaced | undefined,
  { path, maxBytes }: StoreOptions,
): OpenedStore {
  const notices =
    replaced === undefined
      ? []
      : [
          `outbox: ${path} is damaged, kept as ${replaced.aside}; started anew with ${replaced.saved} records of it`,
        ];
  const store = new Store(db, maxBytes);
  return { kind: 'open', store, notices: [...notices, ...store.reconcile(replaced !== undefined)] };
}

const indexDisagrees = 'an index disagrees with its table';

/**
 * The outbox on SQLite, synchronous. Every method is one transaction, and throws SQLite's error with
 * nothing changed.
 */
export class Store {
  readonly #db: DatabaseSync;
  readonly #sql: StoreStatements;
  readonly #maxBytes: number;
  readonly #sending = new Set<number>();
  readonly #accounts: Accounts;

  constructor(db: DatabaseSync, maxBytes: number) {
    this.#db = db;
    this.#sql = prepareStatements(db);
    this.#maxBytes = maxBytes;
    this.#accounts = new Accounts(this.#sql);
  }

  /** Appends all or none. `lost` counts records that were given up before they came here. */
  appendMany(records: readonly NewRecord[], lost: Readonly<Record<Route, number>>): void {
    this.#transaction(() => {
      for (const route of routes) this.#accounts.add(route, lost[route], 'enqueued', 'full');
      for (const record of records) this.#append(record);
      this.#makeRoom();
    });
  }

  /** The oldest batch of a route that is not being sent: one begun earlier before a new one. */
  next(route: Route, maxBytes: number): OutboxBatch | undefined {
    return this.#transaction(() => this.#begunEarlier(route) ?? this.#begin(route, maxBytes));
  }

  /** Ends a batch, with its counters. `retry` keeps it; a batch that is not known changes nothing. */
  settle(batch: number, outcome: Outcome, at: number): void {
    const bounds = this.#sql.batch(batch);
    if (bounds !== undefined && outcome.kind !== 'retry') {
      this.#transaction(() => {
        if (outcome.kind === 'accepted') this.#delivered(bounds, outcome.folded ?? 0, outcome.refused ?? 0);
        else this.#bury(this.#sql.range(bounds), { destination: '', ...outcome, words: outcome.why }, at);
        this.#sql.deleteBatch(batch);
      });
    }
    this.#sending.delete(batch);
  }

  /** Makes dead letters of records that wait. `at`, here and above, in Unix microseconds. */
  setAside({ records, ...refusal }: Refusal, at: number): void {
    this.#transaction(() => {
      const rows = records.map((id) => this.#sql.record(id)).filter((row) => row !== undefined);
      this.#bury(rows, refusal, at);
    });
  }

  stats(): readonly RouteStats[] {
    return routes.map((route) => {
      const { enqueued, delivered, refused, ...dropped } = this.#sql.counters(route);
      return {
        ...{ route, enqueued, delivered, refused, dropped },
        ...this.#accounts.of(route),
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
      this.#accounts.left(range.route, gone.count, gone.bytes, 'by_leader');
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
   * enqueued = delivered + dropped + dead + pending also holds after damage. `made`: the file was made a moment ago,
   * and so were its indexes. Returns what there is to tell.
   */
  reconcile(made: boolean): string[] {
    if (!made && routes.some((route) => this.#accounts.missing(route) !== 0)) this.#reindex();
    return this.#transaction(() =>
      routes.flatMap((route) => {
        const missing = this.#accounts.missing(route);
        this.#accounts.add(route, Math.abs(missing), missing > 0 ? 'damaged' : 'enqueued');
        return missing > 0 ? [`outbox: ${missing} records of ${route} were lost to damage`] : [];
      }),
    );
  }

  /** Moves what is in the log into the file, as far as there is room, and gives the room of the log back. */
  foldLog(): void {
    this.#db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  }

  /** Room within the file: what is written there makes it no longer. */
  freeBytes(): number {
    const of = (name: string) => Number(this.#db.prepare(`PRAGMA ${name}`).get()?.[name] ?? 0);
    return of('freelist_count') * of('page_size');
  }

  close(): void {
    this.#db.close();
  }

  /** Records are counted and found by the indexes, which can be damaged where the records are not. */
  #reindex(): void {
    this.#db.exec('REINDEX');
    this.#accounts.recount();
  }

  #append(record: NewRecord): void {
    const size = record.body.byteLength;
    if (size > this.#maxBytes) {
      this.#accounts.add(record.route, 1, 'enqueued', 'full');
      return;
    }
    this.#sql.insert({ ...record, size, checksum: checksum(record) });
    this.#accounts.appended(record.route, size);
  }

  #makeRoom(): void {
    makeRoom(this.#sql, this.#accounts, this.#maxBytes);
  }

  #delivered(bounds: Bounds, folded: number, refused: number): void {
    const gone = this.#sql.deleteRange(bounds);
    this.#accounts.delivered(bounds.route, gone.count, gone.bytes, { folded, refused });
  }

  #bury(rows: readonly Row[], { destination, words }: Omit<Refusal, 'records'>, at: number): void {
    for (const { body, ...row } of this.#soundRows(rows)) {
      if (!this.#sql.deleteRecord(row.id)) continue;
      this.#sql.insertLetter({ ...row, body, refused: at, destination, words });
      this.#accounts.died(row.route, row.size);
    }
    this.#makeRoom();
  }

  #begunEarlier(route: Route): OutboxBatch | undefined {
    for (const bounds of this.#sql.batches(route)) {
      if (this.#sending.has(bounds.id)) continue;
      const rows = this.#soundRows(this.#sql.range(bounds));
      if (rows.length > 0) return this.#send(bounds.id, bounds, rows);
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
      const rows = this.#soundRows(records);
      if (rows.length === 0) continue;
      return this.#send(this.#sql.insertBatch(bounds), bounds, rows);
    }
  }

  #nothingLeft(route: Route): undefined {
    const hidden = this.#accounts.of(route).pending > 0 && this.#sql.batches(route).length === 0;
    if (hidden) throw corruption(indexDisagrees);
  }

  #send(id: number, { route, stream }: Bounds, rows: readonly SoundRow[]): OutboxBatch {
    this.#sending.add(id);
    const importances = rows.map((row) => asImportance(row.importance));
    const bodies = rows.map(({ body }) => body);
    return { id, route, stream, bodies, records: rows.map((row) => row.id), importances };
  }

  /** Those whose checksum is right; the others are dropped and counted. */
  #soundRows(rows: readonly Row[]): SoundRow[] {
    return rows.filter((row): row is SoundRow => {
      if (isSound(row)) return true;
      this.#sql.deleteRecord(row.id);
      this.#accounts.left(row.route, 1, row.size, 'damaged');
      return false;
    });
  }

  #transaction<T>(work: () => T): T {
    const takeBack = this.#accounts.mark();
    this.#db.exec('BEGIN IMMEDIATE');
    try {
      const result = work();
      this.#db.exec('COMMIT');
      return result;
    } catch (error) {
      takeBack();
      // SQLite rolls back by itself on a full disk or an I/O error.
      if (this.#db.isTransaction) this.#db.exec('ROLLBACK');
      throw error;
    }
  }
}

/** A flipped byte may have made any number of it; the checksum was right, so this is for the compiler. */
function asImportance(value: number): Importance {
  return value >= 3 ? 3 : value >= 2 ? 2 : value >= 1 ? 1 : 0;
}

function textChecksum(key: string, text: string): number {
  return crc32(text, crc32(key));
}
