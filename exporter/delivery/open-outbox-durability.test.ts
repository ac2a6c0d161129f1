import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { appendAll, record, statsOf, texts } from '../../test/conformance/outbox.ts';
import { ManualClock } from '../../test/manual-clock.ts';
import { openOutbox, openOutboxOn, type StoreCalls } from './open-outbox.ts';
import { importance, type Outbox } from './outbox.ts';
import type { Call, Reply } from './outbox-protocol.ts';
import { StoreKeeper } from './store-keeper.ts';
import { workerUrl } from './store-thread.ts';

const maxBytes = 100_000_000;

function newPath(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'leasewatch-outbox-'));
  t.after(() => rmSync(folder, { recursive: true }));
  return join(folder, 'outbox.db');
}

/** Appends in another process, kills it after `count` acknowledgements, and returns all of these. */
async function acknowledgedBeforeKill(path: string, count: number): Promise<readonly string[]> {
  const script = fileURLToPath(new URL('../../test/conformance/appending-process.ts', import.meta.url));
  const child = spawn(process.execPath, [script, path], { stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
    if (output.split('\n').length > count) child.kill('SIGKILL');
  });
  await once(child, 'close');
  assert.equal(child.signalCode, 'SIGKILL');
  return output.split('\n').slice(0, -1);
}

async function drain(outbox: Outbox): Promise<readonly string[]> {
  const bodies: string[] = [];
  for (;;) {
    const batch = await outbox.next('logs', 100_000);
    if (batch === undefined) return bodies;
    bodies.push(...texts(batch));
    await outbox.settle(batch.id, { kind: 'accepted' });
  }
}

test('a process killed at any moment loses nothing that was acknowledged', async (t) => {
  for (const count of [1, 100, 1_000]) {
    const path = newPath(t);
    const acknowledged = await acknowledgedBeforeKill(path, count);
    const opened = await openOutbox({ path, maxBytes, onError: () => {} });
    assert.equal(opened.kind, 'open');
    const kept = await drain(opened.outbox);
    const stats = await statsOf(opened.outbox, 'logs');
    await opened.outbox.close();
    const keptSet = new Set(kept);
    assert.deepEqual(
      acknowledged.filter((number) => !keptSet.has(number)),
      [],
    );
    assert.deepEqual(
      kept,
      kept.map((_, index) => String(index)),
      'in order, without a gap, none twice',
    );
    assert.deepEqual([stats.delivered, stats.dropped.damaged], [kept.length, 0]);
  }
});

/** A store in this thread whose disk can be full. */
class FullableStore implements StoreCalls {
  readonly #keeper = new StoreKeeper({ path: ':memory:', maxBytes }, () => {});
  full = false;
  writes = 0;
  #hanging = Promise.resolve();

  /** No call is answered until the function that is returned was called. */
  hang(): () => void {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#hanging = promise;
    return resolve;
  }

  async call(call: Call): Promise<Reply> {
    await this.#hanging;
    const isWrite = call.kind === 'append' || call.kind === 'settle';
    if (isWrite) this.writes += 1;
    return this.full && isWrite ? { kind: 'failed', why: 'disk is full' } : this.#keeper.answer(call);
  }

  async end(): Promise<void> {}
}

async function onFullableDisk(t: TestContext, maxWaitingBytes?: number) {
  const store = new FullableStore();
  const clock = new ManualClock();
  const errors: string[] = [];
  const opened = await openOutboxOn(store, {
    path: ':memory:',
    maxBytes,
    clock,
    onError: (message) => errors.push(message),
    ...(maxWaitingBytes === undefined ? {} : { maxWaitingBytes }),
  });
  assert.equal(opened.kind, 'open');
  t.after(() => opened.outbox.close());
  return { store, clock, errors, outbox: opened.outbox };
}

test('while the disk is full records wait in memory, and are written within 30 s of space', async (t) => {
  const { store, clock, errors, outbox } = await onFullableDisk(t);
  store.full = true;
  const appended = appendAll(outbox, [record('one'), record('two')]);
  for (let i = 0; i < 10; i++) {
    await clock.timer(() => true);
    clock.advance(2_000);
  }
  assert.deepEqual((await statsOf(outbox, 'logs')).pending, 2);
  assert.equal(errors.length, 1, 'the same trouble is told once a minute');
  store.full = false;
  await clock.timer(() => true);
  clock.advance(30_000);
  await appended;
  assert.deepEqual(await drain(outbox), ['one', 'two']);
});

test('while the disk hangs the counts are told from memory', async (t) => {
  const { store, outbox } = await onFullableDisk(t);
  await outbox.append(record('one'));
  const answer = store.hang();
  const appended = outbox.append(record('two'));
  const { enqueued, pending } = await statsOf(outbox, 'logs');
  assert.deepEqual([enqueued, pending], [2, 2]);
  answer();
  await appended;
  assert.equal((await statsOf(outbox, 'logs')).pending, 2);
});

test('what does not fit into memory either is dropped, least important first, and counted', async (t) => {
  const { store, clock, outbox } = await onFullableDisk(t, 10_000);
  store.full = true;
  const size = 'x'.repeat(744);
  const appended = [
    outbox.append(record(`transition${size}`, { importance: importance.transition })),
    ...Array.from({ length: 30 }, (_, i) => outbox.append(record(`chatter ${i}${size}`, { importance: 0 }))),
  ];
  const waiting = await statsOf(outbox, 'logs');
  assert.equal(waiting.enqueued, 31);
  assert.ok(waiting.dropped.full > 20 && waiting.pending < 10);
  await clock.timer(() => true);
  store.full = false;
  clock.advance(2_000);
  await Promise.all(appended);
  const stats = await statsOf(outbox, 'logs');
  assert.deepEqual({ ...stats, oldest: 0 }, { ...waiting, oldest: 0 }, 'the same when it is on disk');
  assert.match((await drain(outbox))[0] ?? '', /^transition/);
});

test('what the receiver has is not sent again because the disk was full', async (t) => {
  const { store, clock, outbox } = await onFullableDisk(t);
  await outbox.append(record('one'));
  const batch = await outbox.next('logs', 100);
  assert.ok(batch);
  store.full = true;
  const settled = outbox.settle(batch.id, { kind: 'accepted' });
  await clock.timer(() => true);
  assert.equal(await outbox.next('logs', 100), undefined);
  store.full = false;
  clock.advance(2_000);
  await settled;
  assert.equal((await statsOf(outbox, 'logs')).delivered, 1);
});

test('a second outbox on the same file is refused until the first is closed', async (t) => {
  const path = newPath(t);
  const open = () => openOutbox({ path, maxBytes, onError: assert.fail });
  const first = await open();
  assert.ok(first.kind === 'open');
  const second = await open();
  assert.ok(second.kind === 'refused');
  assert.equal(second.why, `outbox: ${path} is in use by another leasewatch; give each its own`);
  await first.outbox.append(record('first'));
  await first.outbox.close();
  const third = await open();
  assert.ok(third.kind === 'open');
  assert.deepEqual(await drain(third.outbox), ['first']);
  await third.outbox.close();
});

test('records of one turn are one write', async (t) => {
  const { store, outbox } = await onFullableDisk(t);
  await appendAll(
    outbox,
    Array.from({ length: 1_000 }, (_, index) => record(`${index}`)),
  );
  assert.equal(store.writes, 1);
});

test('after closing nothing hangs', async () => {
  const opened = await openOutbox({ path: ':memory:', maxBytes, onError: () => {} });
  assert.equal(opened.kind, 'open');
  await opened.outbox.close();
  await opened.outbox.close();
  assert.equal(await opened.outbox.next('logs', 100), undefined);
  await opened.outbox.settle(1, { kind: 'accepted' });
});

test('the worker is found beside the source and beside the bundle', () => {
  const names = ['file:///a/store-thread.ts', 'file:///b/leasewatch.js'].map((url) => workerUrl(url).href);
  assert.deepEqual(names, ['file:///a/outbox-worker.ts', 'file:///b/outbox-worker.js']);
});
