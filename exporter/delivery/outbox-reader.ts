import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { openFile } from './open-file.ts';
import type { Route } from './outbox.ts';
import { OutboxPages } from './outbox-pages.ts';
import { salvage } from './salvage.ts';
import { schema } from './schema.ts';
import { isCorruption, isUnknownName, sqliteCode } from './sqlite-errors.ts';
import { Accounts } from './store-accounts.ts';
import { prepareStatements } from './store-statements.ts';

export type OpenedReader =
  | { readonly kind: 'open'; readonly pages: OutboxPages; readonly damage: Damage | undefined }
  | { readonly kind: 'refused'; readonly why: string };

/** What a damaged file still gave. */
export interface Damage {
  readonly read: number;
  /** Records that were there once and cannot be read; undefined where the counters cannot be read either. */
  readonly unreadable: Readonly<Record<Route, number>> | undefined;
}

/** A program that writes is waited for so long. */
const patienceMs = 5_000;

/**
 * Opens an outbox to look into it. The file is not changed, and a program that writes to it is not held up.
 * Of a damaged file, what can be read is copied into a temporary one. Anything else that is wrong is an answer.
 */
export function openReader(path: string): OpenedReader {
  if (!existsSync(path)) return { kind: 'refused', why: `outbox: there is no file ${path}` };
  try {
    return openSound(path);
  } catch (error) {
    // The names of tables can be what is damaged.
    if (isCorruption(error) || isUnknownName(error)) return openDamaged(path);
    return { kind: 'refused', why: `outbox: cannot read ${path}: ${advice(error)}` };
  }
}

function openSound(path: string): OpenedReader {
  const db = new DatabaseSync(path, { readOnly: true, timeout: patienceMs });
  try {
    const version = Number(db.prepare('PRAGMA user_version').get()?.user_version ?? 0);
    if (version === 0 || version > schema.length) {
      db.close();
      return { kind: 'refused', why: `outbox: ${path} ${strange(version)}` };
    }
    const verdict = db.prepare('PRAGMA quick_check(1)').get()?.quick_check;
    if (verdict !== 'ok') {
      db.close();
      return openDamaged(path);
    }
    return { kind: 'open', pages: new OutboxPages(db, () => db.close()), damage: undefined };
  } catch (error) {
    if (db.isOpen) db.close();
    throw error;
  }
}

function strange(version: number): string {
  if (version === 0) return 'is not an outbox of leasewatch';
  return `has version ${version}, this leasewatch knows up to ${schema.length}; use the newer one`;
}

function openDamaged(path: string): OpenedReader {
  const folder = mkdtempSync(join(tmpdir(), 'leasewatch-salvage-'));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  try {
    const opened = openFile(join(folder, 'outbox.db'));
    if (opened.kind === 'refused') {
      remove();
      return opened;
    }
    const { db } = opened;
    const read = salvage(path, db);
    const pages = new OutboxPages(db, () => {
      db.close();
      remove();
    });
    return { kind: 'open', pages, damage: { read, unreadable: unreadable(db) } };
  } catch (error) {
    remove();
    return { kind: 'refused', why: `outbox: cannot read ${path}: ${advice(error)}` };
  }
}

function unreadable(db: DatabaseSync): Damage['unreadable'] {
  const accounts = new Accounts(prepareStatements(db));
  const [traces, logs] = [accounts.missing('traces'), accounts.missing('logs')];
  // Fewer than there are: then the counters are what is damaged.
  return traces < 0 || logs < 0 ? undefined : { traces, logs };
}

const codes = { busy: 5, readonly: 8, cantOpen: 14 } as const;

function advice(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const code = sqliteCode(error);
  if (code === codes.busy) return `${message}: a leasewatch that lets nobody read has it open`;
  // Beside a log that was not folded in, SQLite needs an index of it.
  if (code === codes.readonly || code === codes.cantOpen) {
    return `${message}: may this user read it, and write to its folder? A copy of it and of its -wal file will do`;
  }
  return message;
}
