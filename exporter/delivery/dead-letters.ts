import type { DatabaseSync } from 'node:sqlite';
import type { Route } from './outbox.ts';
import type { Row } from './store-statements.ts';

/** A record that its receiver refused for good. */
export interface DeadLetter extends Row {
  readonly body: Uint8Array;
  /** Unix microseconds. */
  readonly refused: number;
  readonly destination: string;
  readonly words: string;
}

/** Of the whole outbox: what a receiver takes is worth more than what it refused. */
const share = 1 / 8;
const mostWords = 1_000;

export function deadLetterBytes(maxBytes: number): number {
  return Math.floor(maxBytes * share);
}

/** The statements about dead letters, as plain typed functions. */
export function deadLetterStatements(db: DatabaseSync) {
  const insert = db.prepare(`
    INSERT INTO dead_letters
      (id, route, stream, importance, created, size, checksum, body, refused, destination, words)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`);
  const dead = db.prepare('SELECT count(*) AS dead, total(size) AS bytes FROM dead_letters WHERE route = ?');
  const oldest = db.prepare('SELECT id, route, size FROM dead_letters ORDER BY id LIMIT 1');
  const remove = db.prepare('DELETE FROM dead_letters WHERE id = ?');
  return {
    insertLetter(letter: DeadLetter): void {
      const { id, route, stream, importance, created, size, checksum, body } = letter;
      const words = letter.words.slice(0, mostWords);
      const { refused, destination } = letter;
      insert.run(
        ...[id, route, stream, importance, created, size, checksum],
        ...[body, refused, destination, words],
      );
    },
    dead(route: Route): { dead: number; deadBytes: number } {
      const row = dead.get(route);
      return { dead: Number(row?.dead ?? 0), deadBytes: Number(row?.bytes ?? 0) };
    },
    oldestLetter(): { id: number; route: Route; size: number } | undefined {
      const row = oldest.get();
      if (row === undefined) return undefined;
      return {
        id: Number(row.id),
        route: row.route === 'traces' ? 'traces' : 'logs',
        size: Number(row.size),
      };
    },
    deleteLetter(id: number): void {
      remove.run(id);
    },
  };
}
