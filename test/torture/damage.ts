import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { between } from '../../simulator/random.ts';
import { numberIn } from './records.ts';

const headerBytes = 32;

/**
 * What a power cut leaves of a commit that was not acknowledged: the start of a frame, never all of it. Now
 * and then it looks like a real one, since the log has been used before.
 */
export function tearTail(path: string, random: () => number): void {
  const log = `${path}-wal`;
  if (!existsSync(log)) return;
  const length = Math.floor(between(random, 1, 4_000));
  const genuine = readFileSync(log).subarray(headerBytes, headerBytes + length);
  const noise = Uint8Array.from({ length }, () => random() * 256);
  appendFileSync(log, random() < 0.5 ? genuine : noise);
}

/**
 * Flips one bit in the body of a record that waits, and returns the record's number; undefined when none
 * waits. The log is folded into the file first, or the next life would repair the damage from it.
 */
export function flipByte(path: string, random: () => number): number | undefined {
  const number = pendingNumber(path, random);
  if (number === undefined) return undefined;
  const bytes = readFileSync(path);
  const needle = Buffer.from(`record=${number};`);
  let found = bytes.indexOf(needle);
  // Free pages may hold older copies: hit all, so that the living one is among them.
  for (; found !== -1; found = bytes.indexOf(needle, found + 1)) bytes[found] = (bytes[found] ?? 0) ^ 1;
  writeFileSync(path, bytes);
  return number;
}

function pendingNumber(path: string, random: () => number): number | undefined {
  // Killed before its first life had made a file.
  if (!existsSync(path)) return undefined;
  const db = new DatabaseSync(path);
  try {
    db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    if (db.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'records'").get() === undefined)
      return undefined;
    const bodies = db.prepare("SELECT body FROM records WHERE instr(body, 'record=')").all();
    const { body } = bodies[Math.floor(random() * bodies.length)] ?? {};
    return body instanceof Uint8Array ? numberIn(Buffer.from(body).toString()) : undefined;
  } finally {
    db.close();
  }
}
