import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { cannotOpen, sqliteCode } from './sqlite-errors.ts';

export type Claimed =
  | { readonly kind: 'claimed'; readonly release: () => void }
  | { readonly kind: 'refused'; readonly why: string };

const busy = 5;

/**
 * Keeps other processes from writing to the outbox at `path`, until released or until this process ends in
 * any way. The lock is on a file of its own beside it, so that everybody may read the database meanwhile.
 * Makes the folder. Throws what may pass, such as a full disk.
 */
export function claim(path: string): Claimed {
  if (path === ':memory:') return { kind: 'claimed', release: () => {} };
  try {
    mkdirSync(dirname(path), { recursive: true });
    return { kind: 'claimed', release: lock(`${path}-owner`) };
  } catch (error) {
    if (sqliteCode(error) === busy) {
      return { kind: 'refused', why: `outbox: ${path} is in use by another leasewatch; give each its own` };
    }
    const why = cannotOpen(error);
    if (why === undefined) throw error;
    return { kind: 'refused', why: `outbox: cannot open ${path}: ${why}` };
  }
}

/** SQLite's lock, since the runtime has none: the system frees it with the process. */
function lock(path: string): () => void {
  const db = new DatabaseSync(path);
  try {
    // Nothing is ever written to it: a full disk does not matter.
    db.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE');
    return () => db.close();
  } catch (error) {
    db.close();
    throw error;
  }
}
