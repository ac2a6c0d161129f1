import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { type TestContext, test } from 'node:test';
import { record } from '../../test/conformance/outbox.ts';
import { openStore } from './store.ts';
import { StoreKeeper } from './store-keeper.ts';

const maxBytes = 1_000_000;
const pageBytes = 4096;
/** Prime, so that every place of a page is hit in time. */
const flipStride = 3_709;
const count = 200;

function newPath(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'leasewatch-salvage-'));
  t.after(() => rmSync(folder, { recursive: true }));
  return join(folder, 'outbox.db');
}

function keyOf(index: number): string {
  return `lease/ns/${String(index).padStart(4, '0')}`;
}

function textOf(index: number): string {
  return `memory ${index} `.padEnd(300, '.');
}

/** A database with memories and one record of logs. */
function filled(path: string): void {
  const keeper = new StoreKeeper({ path, maxBytes }, assert.fail);
  const { body, ...rest } = record('a record');
  const records = [{ ...rest, created: 1, length: body.byteLength }];
  const bytes = Uint8Array.from(body);
  keeper.answer({ kind: 'append', records, bytes, lost: { traces: 0, logs: 0 } });
  const memories = Array.from({ length: count }, (_, index) => ({ key: keyOf(index), text: textOf(index) }));
  assert.equal(keeper.answer({ kind: 'remember', memories }).kind, 'done');
  keeper.answer({ kind: 'close' });
}

/** Everything that is remembered; a call that finds damage is made once again. */
function recall(keeper: StoreKeeper): ReadonlyMap<string, string | undefined> {
  const call = { kind: 'recall', after: '', most: 10 * count } as const;
  const first = keeper.answer(call);
  const reply = first.kind === 'failed' ? keeper.answer(call) : first;
  assert.equal(reply.kind, 'memories', JSON.stringify(reply));
  return new Map(reply.memories.map(({ key, text }) => [key, text]));
}

test('a flipped byte costs at most the memories of the page it hits, and none comes out wrong', (t) => {
  const path = newPath(t);
  filled(path);
  const sound = readFileSync(path);
  const genuine = new Map(Array.from({ length: count }, (_, index) => [keyOf(index), textOf(index)]));
  let hit = 0;
  // The first pages are the schema, the way to all others: without them nothing can be read.
  for (let at = 3 * pageBytes; at < sound.length; at += flipStride) {
    const flipped = Buffer.from(sound);
    flipped.writeUInt8(flipped.readUInt8(at) ^ 0x5a, at);
    writeFileSync(path, flipped);
    const keeper = new StoreKeeper({ path, maxBytes }, () => {});
    const found = [...recall(keeper)].filter(([, text]) => text !== undefined);
    for (const [key, text] of found) assert.equal(text, genuine.get(key), `byte ${at}`);
    if (found.length < count) hit += 1;
    assert.ok(count - found.length <= pageBytes / 300, `${count - found.length} lost, byte ${at}`);
    keeper.answer({ kind: 'close' });
  }
  assert.ok(hit > 3, 'the bytes of memories were hit');
});

/** As leasewatch 0.1.0 before the checkpoint wrote it. */
function toVersion1(path: string): void {
  const db = new DatabaseSync(path);
  db.exec('DROP TABLE checkpoint; DROP TABLE dead_letters; PRAGMA user_version = 1');
  db.close();
}

test('a database without a checkpoint gets one, and keeps its records', (t) => {
  const path = newPath(t);
  filled(path);
  toVersion1(path);
  const keeper = new StoreKeeper({ path, maxBytes }, assert.fail);
  assert.equal(recall(keeper).size, 0);
  assert.equal(keeper.answer({ kind: 'remember', memories: [{ key: 'a', text: 'b' }] }).kind, 'done');
  assert.deepEqual([...recall(keeper)], [['a', 'b']]);
  const stats = keeper.answer({ kind: 'stats' });
  assert.ok(stats.kind === 'stats' && stats.stats.some(({ pending }) => pending === 1));
  keeper.answer({ kind: 'close' });
});

test('a damaged database without a checkpoint gives its records', (t) => {
  const path = newPath(t);
  filled(path);
  toVersion1(path);
  const opened = openStore({ path, maxBytes, now: new Date(0), damaged: true });
  assert.equal(opened.kind, 'open');
  assert.match(opened.notices.join(), /started anew with 1 records of it$/);
  assert.deepEqual(opened.store.recall('', 10), []);
  assert.ok(opened.store.stats().some(({ pending }) => pending === 1));
  opened.store.close();
});
