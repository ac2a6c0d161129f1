import assert from 'node:assert/strict';
import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { type TestContext, test } from 'node:test';
import { record } from '../../test/conformance/outbox.ts';
import type { RouteStats } from './outbox.ts';
import { openStore, type Store } from './store.ts';
import { StoreKeeper } from './store-keeper.ts';

const maxBytes = 1_000_000;
const batchRecords = 6;
const pageBytes = 4096;
/** Prime, so that every place of a page is hit in time. */
const flipStride = Number(process.env.FLIP_STRIDE ?? 3_709);
const none = { traces: 0, logs: 0 };

function newPath(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'leasewatch-store-'));
  t.after(() => rmSync(folder, { recursive: true }));
  return join(folder, 'outbox.db');
}

function openAt(path: string): Store {
  const opened = openStore({ path, maxBytes, now: new Date(0), damaged: false });
  assert.equal(opened.kind, 'open');
  return opened.store;
}

function body(index: number): string {
  return `record ${index} `.padEnd(300, '.');
}

function fill(store: Store, count: number): void {
  const records = Array.from({ length: count }, (_, index) => ({ ...record(body(index)), created: index }));
  store.appendMany(records, none);
}

/** Takes and accepts everything, as a sender would; returns the bodies and the statistics of logs. */
function drain(path: string): {
  readonly bodies: string[];
  readonly logs: RouteStats;
  readonly notices: string[];
} {
  const notices: string[] = [];
  const keeper = new StoreKeeper({ path, maxBytes }, (notice) => notices.push(notice));
  const bodies: string[] = [];
  for (let calls = 0; ; calls++) {
    const reply = keeper.answer({ kind: 'next', route: 'logs', maxBytes: batchRecords * 300 });
    assert.ok(calls < 300, `draining ends: ${JSON.stringify(reply)}, ${notices.slice(-3)}`);
    if (reply.kind === 'failed') continue;
    assert.equal(reply.kind, 'batch');
    if (reply.batch === undefined) break;
    for (const each of reply.batch.bodies) bodies.push(Buffer.from(each).toString());
    const settle = { kind: 'settle', batch: reply.batch.id, outcome: { kind: 'accepted' }, at: 1 } as const;
    // Damage may show only now; the second try finds what was saved.
    if (keeper.answer(settle).kind === 'failed') assert.equal(keeper.answer(settle).kind, 'done');
  }
  const stats = keeper.answer({ kind: 'stats' });
  assert.equal(stats.kind, 'stats');
  const logs = stats.stats.find(({ route }) => route === 'logs');
  assert.ok(logs);
  keeper.answer({ kind: 'close' });
  const dropped = Object.values(logs.dropped).reduce((sum, count) => sum + count, 0);
  assert.equal(logs.enqueued, logs.delivered + dropped + logs.dead + logs.pending);
  return { bodies, logs, notices };
}

test('a record whose body changed on disk is dropped and counted, alone', (t) => {
  const path = newPath(t);
  const store = openAt(path);
  fill(store, 5);
  store.close();
  const db = new DatabaseSync(path);
  db.exec("UPDATE records SET body = CAST(replace(body, 'record 2', 'record X') AS BLOB) WHERE id = 3");
  db.close();
  const { bodies, logs } = drain(path);
  assert.deepEqual(bodies, [0, 1, 3, 4].map(body));
  assert.deepEqual([logs.delivered, logs.dropped.damaged], [4, 1]);
});

test('a flipped byte costs at most the page it hits, all of it counted, and never the start', (t) => {
  const path = newPath(t);
  const store = openAt(path);
  fill(store, 200);
  store.close();
  const sound = readFileSync(path);
  const genuine = new Set(Array.from({ length: 200 }, (_, index) => body(index)));
  for (let at = 0; at < sound.length; at += flipStride) {
    const flipped = Buffer.from(sound);
    flipped.writeUInt8(flipped.readUInt8(at) ^ 0x5a, at);
    writeFileSync(path, flipped);
    const { bodies, logs } = drain(path);
    assert.ok(
      bodies.every((each) => genuine.has(each)),
      `only genuine records, byte ${at}`,
    );
    const distinct = new Set(bodies).size;
    // The first two pages are the way to all others: without them nothing can be read.
    if (at < 2 * pageBytes) continue;
    assert.ok(logs.dropped.damaged <= pageBytes / 300, `${logs.dropped.damaged} lost, byte ${at}`);
    // Damage that shows when a batch is settled can hit a record that was delivered: that counts, too.
    assert.ok(logs.dropped.damaged >= 200 - distinct, `all losses counted, byte ${at}`);
  }
});

test('a page that is overwritten costs the records on it, all of them counted', (t) => {
  const path = newPath(t);
  const store = openAt(path);
  fill(store, 600);
  store.close();
  const sound = readFileSync(path);
  const perPage = Math.ceil(pageBytes / 300);
  // The first two pages are the way to all others: without them nothing can be read.
  for (let page = 2; page < sound.length / pageBytes; page++) {
    const overwritten = Buffer.from(sound);
    overwritten.fill(0xff, page * pageBytes, page * pageBytes + 100);
    writeFileSync(path, overwritten);
    const { bodies, logs } = drain(path);
    assert.equal(logs.enqueued, 600, `page ${page}`);
    const again = openAt(path);
    assert.equal(again.position().last, 600, 'numbers are not used twice');
    again.close();
    assert.ok(logs.dropped.damaged <= perPage, `${logs.dropped.damaged} lost, page ${page}`);
    assert.equal(new Set(bodies).size, 600 - logs.dropped.damaged, `page ${page}`);
  }
});

test('a log torn at any byte costs at most what the last commits held', (t) => {
  const path = newPath(t);
  const store = openAt(path);
  for (let i = 0; i < 10; i++) fill(store, 1);
  const torn = `${path}.torn`;
  const logLength = readFileSync(`${path}-wal`).length;
  for (let length = 0; length <= logLength; length += 2_003) {
    rmSync(torn, { force: true });
    copyFileSync(path, torn);
    copyFileSync(`${path}-wal`, `${torn}-wal`);
    truncateSync(`${torn}-wal`, length);
    const { logs } = drain(torn);
    assert.equal(logs.dropped.damaged, 0);
    assert.equal(logs.enqueued, logs.delivered);
  }
  store.close();
});

test('a file that is no database is set aside, and a new one is started', (t) => {
  const path = newPath(t);
  writeFileSync(path, 'no database at all'.repeat(1_000));
  const { logs, notices } = drain(path);
  assert.equal(logs.enqueued, 0);
  assert.match(notices.join(), /is damaged, kept as .*outbox\.db\.damaged-/);
  assert.equal(readdirSync(join(path, '..')).filter((name) => name.includes('.damaged-')).length, 1);
});

test('a number that is larger than any that was written is damage: only its record is lost', (t) => {
  const path = newPath(t);
  const store = openAt(path);
  fill(store, 20);
  store.close();
  const database = new DatabaseSync(path);
  database.exec('UPDATE records SET size = 5000000000000000000 WHERE id = 7');
  database.close();
  const { bodies, logs } = drain(path);
  assert.equal(logs.dropped.damaged, 1);
  assert.equal(new Set(bodies).size, 19);
});

test('a file of a newer version is refused and left as it is', (t) => {
  const path = newPath(t);
  openAt(path).close();
  const db = new DatabaseSync(path);
  db.exec('PRAGMA user_version = 99');
  db.close();
  const opened = openStore({ path, maxBytes, now: new Date(0), damaged: false });
  assert.equal(opened.kind, 'refused');
  assert.match(opened.why, /has version 99/);
  assert.ok(existsSync(path));
});

test('a folder that cannot be made is refused', (t) => {
  const file = newPath(t);
  writeFileSync(file, '');
  const opened = openStore({ path: join(file, 'outbox.db'), maxBytes, now: new Date(0), damaged: false });
  assert.equal(opened.kind, 'refused');
});
