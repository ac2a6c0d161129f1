import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { type TestContext, test } from 'node:test';
import { ManualClock } from '../../test/manual-clock.ts';
import { Checkpoint } from './checkpoint.ts';
import { memoryTable, type RecalledPage } from './memory-table.ts';
import { openOutbox, type StoreCalls } from './open-outbox.ts';
import type { Call, KeptText, Reply } from './outbox-protocol.ts';
import { StoreKeeper } from './store-keeper.ts';

const maxBytes = 1_000_000;

function newPath(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'leasewatch-checkpoint-'));
  t.after(() => rmSync(folder, { recursive: true }));
  return join(folder, 'outbox.db');
}

/** A store in this thread whose disk can be full. */
class FullableStore implements StoreCalls {
  readonly #keeper: StoreKeeper;
  full = false;
  readonly sizes: number[] = [];

  constructor(path: string, notice: (message: string) => void = () => {}) {
    this.#keeper = new StoreKeeper({ path, maxBytes }, notice);
  }

  async call(call: Call): Promise<Reply> {
    if (call.kind !== 'remember') return this.#keeper.answer(call);
    if (this.full) return { kind: 'failed', why: 'disk is full' };
    this.sizes.push(call.memories.length);
    return this.#keeper.answer(call);
  }

  async end(): Promise<void> {
    this.#keeper.answer({ kind: 'close' });
  }
}

/** A checkpoint of the texts in `known`, on a disk that can be full. */
function onFullableDisk(path = ':memory:') {
  const store = new FullableStore(path);
  const clock = new ManualClock();
  const known = new Map<string, string>();
  const errors: string[] = [];
  const checkpoint = new Checkpoint({
    ...{ table: memoryTable(store), clock, onError: (message) => errors.push(message) },
    textOf: (key) => known.get(key),
    knows: (key) => known.has(key),
  });
  /** Passes time, and lets what was started by it end. */
  const pass = async (ms: number) => {
    clock.advance(ms);
    await new Promise(setImmediate);
  };
  return { store, clock, known, errors, checkpoint, pass };
}

async function recalled(store: StoreCalls): Promise<Record<string, string | undefined>> {
  const all: KeptText[] = [];
  for await (const page of memoryTable(store).recall()) {
    assert.equal(page.kind, 'memories');
    all.push(...page.memories);
  }
  return Object.fromEntries(all.map(({ key, text }) => [key, text]));
}

test('what matters is on disk within a fifth of a second, in one write', async () => {
  const { store, known, checkpoint, pass } = onFullableDisk();
  for (const key of ['a', 'b', 'c']) {
    known.set(key, `text of ${key}`);
    checkpoint.soon(key);
  }
  await pass(200);
  assert.deepEqual(store.sizes, [3]);
  known.set('b', 'newer');
  checkpoint.soon('b');
  await pass(200);
  assert.deepEqual(await recalled(store), { a: 'text of a', b: 'newer', c: 'text of c' });
});

test('what may wait is on disk after half a minute, however often it changes', async () => {
  const { store, known, checkpoint, pass } = onFullableDisk();
  for (let second = 0; second < 30; second++) {
    known.set('a', `text ${second}`);
    checkpoint.later('a');
    await pass(1000);
  }
  assert.deepEqual(await recalled(store), { a: 'text 29' });
  assert.deepEqual(store.sizes, [1]);
});

test('what may wait goes in groups, one a second, and does not hold up what matters', async () => {
  const { store, known, checkpoint, pass } = onFullableDisk();
  for (let index = 0; index < 1200; index++) {
    known.set(`later ${index}`, 'text');
    checkpoint.later(`later ${index}`);
  }
  await pass(30_000);
  known.set('soon', 'text');
  checkpoint.soon('soon');
  for (let second = 0; second < 3; second++) await pass(1000);
  assert.ok(Math.max(...store.sizes) <= 501, `${store.sizes}`);
  assert.equal(
    store.sizes.reduce((sum, size) => sum + size, 0),
    1201,
  );
});

test('a change while a write is under way is written by the next one', async () => {
  const { store, clock, known, checkpoint, pass } = onFullableDisk();
  known.set('a', 'first');
  checkpoint.soon('a');
  clock.advance(200);
  known.set('a', 'second');
  checkpoint.soon('a');
  await pass(0);
  await pass(200);
  assert.deepEqual(await recalled(store), { a: 'second' });
});

test('a full disk is told once a minute and tried again; what is written then is what is known then', async () => {
  const { store, known, errors, checkpoint, pass } = onFullableDisk();
  store.full = true;
  known.set('a', 'old');
  checkpoint.soon('a');
  for (let second = 0; second < 50; second++) await pass(1000);
  assert.deepEqual(errors, ['checkpoint: cannot be written: disk is full; it is tried again']);
  known.set('a', 'new');
  store.full = false;
  await pass(2000);
  assert.deepEqual(await recalled(store), { a: 'new' });
});

test('closing writes everything that has changed, whatever its number', async (t) => {
  const path = newPath(t);
  const { store, known, checkpoint } = onFullableDisk(path);
  for (let index = 0; index < 2500; index++) {
    known.set(`key ${index}`, `text ${index}`);
    if (index % 2 === 0) checkpoint.soon(`key ${index}`);
    else checkpoint.later(`key ${index}`);
  }
  await checkpoint.close();
  await store.end();
  assert.deepEqual(await recalled(new FullableStore(path)), Object.fromEntries(known));
});

test('closing on a full disk ends', async () => {
  const { store, known, checkpoint, errors } = onFullableDisk();
  store.full = true;
  known.set('a', 'text');
  checkpoint.later('a');
  await checkpoint.close();
  assert.equal(errors.length, 1);
});

test('what is not known any more is removed, also when nothing told so', async (t) => {
  const path = newPath(t);
  const before = onFullableDisk(path);
  for (const key of ['told', 'untold', 'stays']) {
    before.known.set(key, 'text');
    before.checkpoint.soon(key);
  }
  await before.checkpoint.close();
  await before.store.end();

  const { store, known, checkpoint, pass } = onFullableDisk(path);
  for await (const { key } of checkpoint.recall()) known.set(key, 'text');
  known.delete('told');
  checkpoint.soon('told');
  known.delete('untold');
  await pass(200);
  await pass(200);
  assert.deepEqual(await recalled(store), { stays: 'text' });
});

test('a row that changed on disk comes without its text, alone', async (t) => {
  const path = newPath(t);
  const store = new FullableStore(path);
  const memories = ['a', 'b', 'c'].map((key) => ({ key, text: `text of ${key}` }));
  assert.equal(await memoryTable(store).remember(memories), undefined);
  await store.end();
  const db = new DatabaseSync(path);
  db.exec("UPDATE checkpoint SET body = 'text of x' WHERE key = 'b'");
  db.close();
  assert.deepEqual(await recalled(new FullableStore(path)), {
    ...{ a: 'text of a', b: undefined, c: 'text of c' },
  });
});

test('the thread that has the outbox keeps the checkpoint too', async (t) => {
  const path = newPath(t);
  const memories = [{ key: 'a', text: 'text \u{1f600}' }];
  for (const write of [true, false]) {
    const opened = await openOutbox({ path, maxBytes, onError: (message) => assert.fail(message) });
    assert.equal(opened.kind, 'open');
    if (write) assert.equal(await opened.memories.remember(memories), undefined);
    const pages: RecalledPage[] = [];
    for await (const page of opened.memories.recall()) pages.push(page);
    assert.deepEqual(pages, [{ kind: 'memories', memories }]);
    await opened.outbox.close();
    assert.equal(await opened.memories.remember(memories), 'the outbox is closed');
  }
});

test('a table that cannot be read is told, and what is known so far goes on', async () => {
  const store: StoreCalls = { call: async () => ({ kind: 'failed', why: 'I/O error' }), end: async () => {} };
  const errors: string[] = [];
  const checkpoint = new Checkpoint({
    ...{ table: memoryTable(store), clock: new ManualClock(), onError: (message) => errors.push(message) },
    ...{ textOf: () => undefined, knows: () => false },
  });
  for await (const { key } of checkpoint.recall()) assert.fail(key);
  assert.deepEqual(errors, ['checkpoint: cannot be read: I/O error']);
});
