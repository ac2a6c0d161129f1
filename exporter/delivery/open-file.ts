import { existsSync } from 'node:fs';
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
  if (path !== ':memory:' && existsSync(path)) {
    // Before anything is written: what a newer leasewatch has made must stay as it is.
    const version = readVersion(path);
    if (version > schema.length) return { kind: 'refused', why: whyNewer(path, version) };
  }
  const db = new DatabaseSync(path, { timeout: patienceMs });
  try {
    db.exec(pragmas);
    checkStructure(db);
    for (const step of schema.slice(versionOf(db))) db.exec(step);
    return { kind: 'open', db };
  } catch (error) {
    if (db.isOpen) db.close();
    throw error;
  }
}

function readVersion(path: string): number {
  const db = new DatabaseSync(path, { readOnly: true, timeout: patienceMs });
  try {
    return versionOf(db);
  } finally {
    db.close();
  }
}

function versionOf(db: DatabaseSync): number {
  return Number(db.prepare('PRAGMA user_version').get()?.user_version ?? 0);
}

function whyNewer(path: string, version: number): string {
  const known = `has version ${version}, this leasewatch knows up to ${schema.length}`;
  return `outbox: ${path} ${known}; use the newer leasewatch or another path`;
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
