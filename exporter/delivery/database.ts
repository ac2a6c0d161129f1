import { existsSync, mkdirSync, renameSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { schema } from './schema.ts';

export type OpenedDatabase =
  | { readonly kind: 'open'; readonly db: DatabaseSync; readonly setAside: string | undefined }
  | { readonly kind: 'refused'; readonly why: string };

const codes = { unknownName: 1, readonly: 8, corrupt: 11, cantOpen: 14, notADatabase: 26 } as const;

/** The primary SQLite result code of an error, or undefined when SQLite did not raise it. */
export function sqliteCode(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('errcode' in error)) return undefined;
  return typeof error.errcode === 'number' ? error.errcode & 0xff : undefined;
}

/** Whether the file itself is broken, so that trying again cannot help. */
export function isCorruption(error: unknown): boolean {
  const code = sqliteCode(error);
  return code === codes.corrupt || code === codes.notADatabase;
}

/** Whether a statement names what the schema does not have. */
export function isUnknownName(error: unknown): boolean {
  return sqliteCode(error) === codes.unknownName;
}

/** What SQLite would throw, for damage that it did not see. */
export function corruption(what: string): Error {
  return Object.assign(new Error(`outbox: damaged database: ${what}`), { errcode: codes.corrupt });
}

/**
 * Opens or creates the outbox's database. A file that SQLite cannot read is renamed to
 * `<path>.damaged-<time>` and a new one is started; `setAside` then tells its name; `damaged` says that this is known already. Throws on a full
 * disk, an I/O error or a lock, since these may pass.
 */
export function openDatabase(path: string, now: Date, damaged: boolean): OpenedDatabase {
  try {
    if (damaged) throw corruption('found while it was used');
    if (path !== ':memory:') mkdirSync(dirname(path), { recursive: true });
    return prepare(path, undefined);
  } catch (error) {
    if (isCorruption(error)) return prepare(path, path === ':memory:' ? undefined : setAside(path, now));
    const why = cannotOpen(error);
    if (why === undefined) throw error;
    return { kind: 'refused', why: `outbox: cannot open ${path}: ${why}` };
  }
}

/** Renames the database and its log; returns the new name of the database. */
export function setAside(path: string, now: Date): string {
  const aside = `${path}.damaged-${now.toISOString().replaceAll(':', '')}`;
  for (const suffix of ['', '-wal', '-shm', '-journal']) {
    if (existsSync(path + suffix)) renameSync(path + suffix, aside + suffix);
  }
  return aside;
}

function cannotOpen(error: unknown): string | undefined {
  const code = sqliteCode(error);
  if (code === codes.cantOpen || code === codes.readonly) return message(error);
  const fileSystem = error instanceof Error && 'code' in error ? error.code : undefined;
  return ['EACCES', 'EPERM', 'ENOTDIR', 'EROFS', 'EEXIST'].includes(String(fileSystem))
    ? message(error)
    : undefined;
}

function message(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function prepare(path: string, aside: string | undefined): OpenedDatabase {
  const db = new DatabaseSync(path);
  try {
    db.exec(pragmas);
    const version = Number(db.prepare('PRAGMA user_version').get()?.user_version ?? 0);
    if (version > schema.length) {
      db.close();
      const why = `${path} has version ${version}, this leasewatch knows up to ${schema.length}`;
      return { kind: 'refused', why: `outbox: ${why}; use the newer leasewatch or another path` };
    }
    checkStructure(db);
    for (const step of schema.slice(version)) db.exec(step);
    return { kind: 'open', db, setAside: aside };
  } catch (error) {
    if (db.isOpen) db.close();
    throw error;
  }
}

/** A broken tree found now costs a salvage; found while running, it would cost the running. */
function checkStructure(db: DatabaseSync): void {
  const verdict = db.prepare('PRAGMA quick_check(1)').get()?.quick_check;
  if (verdict === 'ok') return;
  throw corruption(String(verdict));
}

// One process owns the file: an exclusive lock needs no shared memory, and a second leasewatch on the
// same path is told so. FULL makes an acknowledged record survive a power cut, too.
const pragmas = `
  PRAGMA locking_mode = EXCLUSIVE;
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = FULL;
  PRAGMA journal_size_limit = 16777216;
`;
