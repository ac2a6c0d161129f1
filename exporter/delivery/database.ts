import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { openFile } from './open-file.ts';
import { finishReplacing, type Replaced, replaceDamaged } from './replace-damaged.ts';
import { cannotOpen, isCorruption } from './sqlite-errors.ts';

export type OpenedDatabase =
  | { readonly kind: 'open'; readonly db: DatabaseSync; readonly replaced?: Replaced }
  | { readonly kind: 'refused'; readonly why: string };

/**
 * Opens or creates the outbox's database. A file that SQLite cannot read is replaced by one with what can be
 * read of it; `damaged` says that this is known already. Throws on a full disk, an I/O error or a lock, since
 * these may pass.
 */
export function openDatabase(path: string, now: Date, damaged: boolean): OpenedDatabase {
  try {
    if (path === ':memory:') return openFile(path);
    mkdirSync(dirname(path), { recursive: true });
    finishReplacing(path, now);
    return damaged ? openReplaced(path, now) : openFile(path);
  } catch (error) {
    if (isCorruption(error) && !damaged) return openReplaced(path, now);
    const why = cannotOpen(error);
    if (why === undefined) throw error;
    return { kind: 'refused', why: `outbox: cannot open ${path}: ${why}` };
  }
}

function openReplaced(path: string, now: Date): OpenedDatabase {
  const replaced = replaceDamaged(path, now);
  const opened = openFile(path);
  return opened.kind === 'open' ? { ...opened, replaced } : opened;
}
