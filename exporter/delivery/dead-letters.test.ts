import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { type TestContext, test } from 'node:test';
import { record } from '../../test/conformance/outbox.ts';
import { openStore, type Store } from './store.ts';

const maxBytes = 1_000_000;
const none = { traces: 0, logs: 0 };
const pageBytes = 4096;
/** Prime, so that every place of a page is hit in time. */
const flipStride = 3_709;

function newPath(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'leasewatch-letters-'));
  t.after(() => rmSync(folder, { recursive: true }));
  return join(folder, 'outbox.db');
}

function openAt(path: string, damaged = false): Store {
  const opened = openStore({ path, maxBytes, now: new Date(0), damaged });
  assert.equal(opened.kind, 'open');
  return opened.store;
}

function body(index: number): string {
  return `record ${index} `.padEnd(300, '.');
}

/** A store with so many dead letters, and one record that waits. */
function withLetters(path: string, count: number): Store {
  const store = openAt(path);
  const records = Array.from({ length: count }, (_, index) => ({ ...record(body(index)), created: index }));
  store.appendMany(records, none);
  const batch = store.next('logs', maxBytes);
  assert.ok(batch);
  store.settle(batch.id, { kind: 'rejected', why: 'too old', destination: 'http://loki' }, 7);
  store.appendMany([{ ...record('waits'), created: count }], none);
  return store;
}

function letters(path: string) {
  const db = new DatabaseSync(path, { readOnly: true });
  const rows = db.prepare('SELECT id, body, refused, destination, words FROM dead_letters').all();
  db.close();
  return rows;
}

function logsOf(store: Store) {
  const stats = store.stats().find(({ route }) => route === 'logs');
  assert.ok(stats);
  const dropped = Object.values(stats.dropped).reduce((sum, count) => sum + count, 0);
  assert.equal(stats.enqueued, stats.delivered + dropped + stats.dead + stats.pending);
  return stats;
}

test('a dead letter keeps its record and its number, and tells who refused it, when and why', (t) => {
  const path = newPath(t);
  withLetters(path, 1).close();
  const [letter] = letters(path);
  const text = letter?.body instanceof Uint8Array ? Buffer.from(letter.body).toString() : undefined;
  assert.deepEqual(
    { ...letter, body: text },
    { id: 1, body: body(0), refused: 7, destination: 'http://loki', words: 'too old' },
  );
});

test('the words of a receiver are cut to a thousand characters', (t) => {
  const path = newPath(t);
  const store = openAt(path);
  store.appendMany([{ ...record('one'), created: 1 }], none);
  store.setAside({ records: [1], destination: '', words: 'x'.repeat(5_000) }, 7);
  store.close();
  assert.equal(String(letters(path)[0]?.words).length, 1_000);
});

test('a record that is damaged does not become a dead letter', (t) => {
  const path = newPath(t);
  const store = openAt(path);
  store.appendMany([{ ...record('one'), created: 1 }], none);
  store.close();
  const db = new DatabaseSync(path);
  db.exec("UPDATE records SET body = CAST('two' AS BLOB)");
  db.close();
  const again = openAt(path);
  again.setAside({ records: [1], destination: '', words: '' }, 7);
  const { dead, refused, dropped, pending } = logsOf(again);
  assert.deepEqual([dead, refused, dropped.damaged, pending], [0, 0, 1, 0]);
  again.close();
});

test('dead letters survive a damaged file, but for those of the page that is hit', (t) => {
  const path = newPath(t);
  withLetters(path, 200).close();
  const sound = readFileSync(path);
  // The first pages are the schema, the way to all others: without them nothing can be read.
  for (let at = 3 * pageBytes; at < sound.length; at += flipStride) {
    const flipped = Buffer.from(sound);
    flipped.writeUInt8(flipped.readUInt8(at) ^ 0x5a, at);
    writeFileSync(path, flipped);
    const store = openAt(path, true);
    const { dead, dropped } = logsOf(store);
    assert.ok(dead >= 200 - pageBytes / 300, `${dead} left, byte ${at}`);
    assert.ok(dropped.damaged <= pageBytes / 300, `${dropped.damaged} damaged, byte ${at}`);
    store.close();
  }
});

test('a database without dead letters gets a table of them, and keeps its records', (t) => {
  const path = newPath(t);
  const store = openAt(path);
  store.appendMany([{ ...record('one'), created: 1 }], none);
  store.close();
  const db = new DatabaseSync(path);
  db.exec('DROP TABLE dead_letters; PRAGMA user_version = 2');
  db.close();
  const again = openAt(path);
  again.setAside({ records: [1], destination: '', words: '' }, 7);
  assert.deepEqual([logsOf(again).dead, logsOf(again).pending], [1, 0]);
  again.close();
});
