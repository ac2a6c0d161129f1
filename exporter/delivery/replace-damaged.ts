import { closeSync, existsSync, fsyncSync, openSync, renameSync, rmSync } from 'node:fs';
import { openFile } from './open-file.ts';
import { salvage } from './salvage.ts';

export interface Replaced {
  /** Where the damaged file is now. */
  readonly aside: string;
  /** Records that could be read of it. */
  readonly saved: number;
}

const suffixes = ['', '-wal', '-shm', '-journal'] as const;

/**
 * Makes a new database of what can be read of a damaged one, which is kept as `<path>.damaged-<time>`. Killed
 * or out of space at any moment, it leaves the damaged file in its place, or the whole new one. Throws what
 * SQLite or the file system throws.
 */
export function replaceDamaged(path: string, now: Date): Replaced {
  const saving = savingOf(path);
  remove(saving);
  try {
    const saved = save(path, saving);
    const aside = setAside(path, now);
    renameSync(saving, path);
    return { aside, saved };
  } catch (error) {
    // On a full disk this is room that somebody else may need.
    if (existsSync(path)) remove(saving);
    throw error;
  }
}

/** Does the rest, where a process was killed in the middle: only then is one file there without the other. */
export function finishReplacing(path: string, now: Date): void {
  const saving = savingOf(path);
  if (existsSync(path) || !existsSync(saving)) return;
  // What is left of the old log must not be taken for one of the new file.
  setAside(path, now);
  renameSync(saving, path);
}

function save(from: string, saving: string): number {
  const opened = openFile(saving);
  if (opened.kind === 'refused') throw new Error(opened.why);
  try {
    // Nobody reads it before it is whole: a log would only write everything twice.
    opened.db.exec('PRAGMA journal_mode = MEMORY; PRAGMA synchronous = OFF');
    return salvage(from, opened.db);
  } finally {
    opened.db.close();
    sync(saving);
  }
}

/** On the disk before the damaged file leaves its place: a power cut must find one of the two whole. */
function sync(path: string): void {
  const file = openSync(path, 'r+');
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** Renames the database first: without it, its log alone is never opened. Returns its new name. */
function setAside(path: string, now: Date): string {
  const aside = `${path}.damaged-${now.toISOString().replaceAll(':', '')}`;
  for (const suffix of suffixes) {
    if (existsSync(path + suffix)) renameSync(path + suffix, aside + suffix);
  }
  return aside;
}

function savingOf(path: string): string {
  return `${path}.saving`;
}

function remove(path: string): void {
  for (const suffix of suffixes) rmSync(path + suffix, { force: true });
}
