import { DatabaseSync } from 'node:sqlite';
import { schema } from './schema.ts';
import { corruption } from './sqlite-errors.ts';

export type OpenedFile =
  | { readonly kind: 'open'; readonly db: DatabaseSync }
  | { readonly kind: 'refused'; readonly why: string };

/** Somebody who looks into a file that was not closed repairs its log first, in a moment. */
const patienceMs = 2_000;

/** Opens a file that is sound, or makes it; throws when it is not. */
export function openFile(path: string): OpenedFile {
  const db = new DatabaseSync(path, { timeout: patienceMs });
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
    return { kind: 'open', db };
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

// FULL makes an acknowledged record survive a power cut, too.
const pragmas = `
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = FULL;
  PRAGMA journal_size_limit = 16777216;
`;
