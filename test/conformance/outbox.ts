import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import {
  type Importance,
  importance,
  type Outbox,
  type OutboxBatch,
  type OutboxRecord,
  type Route,
  type RouteStats,
} from '../../exporter/delivery/outbox.ts';

/** One outbox for one test. `reopen` closes it and opens it again, and is missing where nothing survives. */
export interface OutboxHarness {
  readonly outbox: Outbox;
  readonly reopen?: () => Promise<Outbox>;
}

/** Opens an empty outbox that holds `maxBytes` of bodies, and removes it after the test. */
export type OpenHarness = (t: TestContext, maxBytes: number) => Promise<OutboxHarness>;

const mebibyte = 1024 * 1024;

export function record(
  text: string,
  more: { route?: Route; stream?: string; importance?: Importance } = {},
): OutboxRecord {
  return { route: 'logs', stream: 'a', importance: importance.outage, body: Buffer.from(text), ...more };
}

export function texts(batch: Pick<OutboxBatch, 'bodies'> | undefined): readonly string[] {
  return batch?.bodies.map((body) => Buffer.from(body).toString()) ?? [];
}

export async function statsOf(outbox: Outbox, route: Route): Promise<RouteStats> {
  const stats = (await outbox.stats()).find((of) => of.route === route);
  assert.ok(stats, `stats of ${route}`);
  const dropped = Object.values(stats.dropped).reduce((sum, count) => sum + count, 0);
  assert.equal(
    stats.enqueued,
    stats.delivered + dropped + stats.dead + stats.pending,
    'enqueued = delivered + dropped + dead + pending',
  );
  return stats;
}

export async function appendAll(outbox: Outbox, records: readonly OutboxRecord[]): Promise<void> {
  await Promise.all(records.map((each) => outbox.append(each)));
}

async function take(outbox: Outbox, maxBytes = mebibyte, route: Route = 'logs'): Promise<OutboxBatch> {
  const batch = await outbox.next(route, maxBytes);
  assert.ok(batch, `a batch of ${route}`);
  return batch;
}

/** What every outbox promises, whatever it keeps its records in. */
export function outboxConformance(name: string, open: OpenHarness): void {
  deliversInOrder(name, open);
  keepsBatches(name, open);
  keepsDeadLetters(name, open);
  counts(name, open);
  handsOver(name, open);
  survivesReopening(name, open);
}

function deliversInOrder(name: string, open: OpenHarness): void {
  test(`${name}: oldest first, one stream a batch, at most maxBytes`, async (t) => {
    const { outbox } = await open(t, mebibyte);
    await appendAll(outbox, [record('a1'), record('b1', { stream: 'b' }), record('a2'), record('a3')]);
    const first = await take(outbox, 4);
    assert.deepEqual([first.stream, texts(first)], ['a', ['a1', 'a2']]);
    const second = await take(outbox, 4);
    assert.deepEqual([second.stream, texts(second)], ['b', ['b1']]);
    assert.equal(await outbox.next('logs', 4), undefined, 'a stream waits for its batch under way');
    await outbox.settle(first.id, { kind: 'accepted' });
    assert.deepEqual(texts(await take(outbox, 4)), ['a3']);
  });

  test(`${name}: a record larger than maxBytes is a batch of its own`, async (t) => {
    const { outbox } = await open(t, mebibyte);
    await appendAll(outbox, [record('x'.repeat(100)), record('y')]);
    assert.equal((await take(outbox, 10)).bodies.length, 1);
  });

  test(`${name}: routes do not wait for each other`, async (t) => {
    const { outbox } = await open(t, mebibyte);
    await appendAll(outbox, [record('log'), record('span', { route: 'traces' })]);
    await take(outbox);
    assert.deepEqual(texts(await take(outbox, 100, 'traces')), ['span']);
  });

  test(`${name}: an append to an empty route wakes its sender`, async (t) => {
    const { outbox } = await open(t, mebibyte);
    const woken: Route[] = [];
    outbox.onAppend((route) => woken.push(route));
    await outbox.append(record('span', { route: 'traces' }));
    assert.deepEqual(woken, ['traces']);
  });
}

function keepsBatches(name: string, open: OpenHarness): void {
  test(`${name}: after retry the same batch comes again, with the same bytes`, async (t) => {
    const { outbox } = await open(t, mebibyte);
    await appendAll(outbox, [record('one'), record('two')]);
    const first = await take(outbox);
    await outbox.append(record('three'));
    await outbox.settle(first.id, { kind: 'retry', why: 'test' });
    assert.deepEqual(await take(outbox), first);
  });

  test(`${name}: a batch that was refused blocks nothing`, async (t) => {
    const { outbox } = await open(t, mebibyte);
    await appendAll(outbox, [record('poison'), record('good')]);
    const poison = await take(outbox, 6);
    await outbox.settle(poison.id, { kind: 'rejected', why: 'test' });
    assert.deepEqual(texts(await take(outbox)), ['good']);
    assert.equal((await statsOf(outbox, 'logs')).dead, 1);
  });

  test(`${name}: settling a batch twice counts once`, async (t) => {
    const { outbox } = await open(t, mebibyte);
    await outbox.append(record('one'));
    const batch = await take(outbox);
    await outbox.settle(batch.id, { kind: 'accepted' });
    await outbox.settle(batch.id, { kind: 'accepted' });
    assert.equal((await statsOf(outbox, 'logs')).delivered, 1);
  });
}

function keepsDeadLetters(name: string, open: OpenHarness): void {
  const refusal = { destination: 'http://receiver', words: 'entry too far behind' };

  test(`${name}: a refused batch is kept as dead letters, and counted`, async (t) => {
    const { outbox } = await open(t, mebibyte);
    await appendAll(outbox, [record('one'), record('three')]);
    const batch = await take(outbox);
    await outbox.settle(batch.id, { kind: 'rejected', why: 'test', destination: 'http://receiver' });
    const { dead, deadBytes, refused, pending, bytes } = await statsOf(outbox, 'logs');
    assert.deepEqual([dead, deadBytes, refused, pending, bytes], [2, 8, 2, 0, 0]);
    assert.equal(await outbox.next('logs', 100), undefined, 'it is not sent again');
  });

  test(`${name}: a record set aside leaves its batch, and the others stay`, async (t) => {
    const { outbox } = await open(t, mebibyte);
    await appendAll(outbox, [record('one'), record('poison'), record('two')]);
    const batch = await take(outbox);
    const [, poison] = batch.records;
    assert.ok(poison !== undefined && batch.records.length === 3);
    await outbox.setAside({ ...refusal, records: [poison] });
    await outbox.setAside({ ...refusal, records: [poison, poison + 1_000] });
    assert.equal((await statsOf(outbox, 'logs')).dead, 1, 'once, and nothing that is not there');
    await outbox.settle(batch.id, { kind: 'retry', why: 'test' });
    const again = await take(outbox);
    assert.deepEqual([again.id, texts(again)], [batch.id, ['one', 'two']]);
    await outbox.settle(again.id, { kind: 'accepted' });
    const { dead, delivered, pending } = await statsOf(outbox, 'logs');
    assert.deepEqual([dead, delivered, pending], [1, 2, 0]);
  });

  test(`${name}: of a batch that was set aside as a whole nothing comes again`, async (t) => {
    const { outbox } = await open(t, mebibyte);
    await appendAll(outbox, [record('old'), record('older')]);
    const batch = await take(outbox);
    await outbox.setAside({ ...refusal, records: batch.records });
    await outbox.settle(batch.id, { kind: 'retry', why: 'test' });
    assert.equal(await outbox.next('logs', 100), undefined);
  });

  test(`${name}: beyond an eighth of the cap the oldest dead letters go, and are counted`, async (t) => {
    const { outbox } = await open(t, 160);
    await appendAll(
      outbox,
      ['0123456789', 'abcdefghij', 'ABCDEFGHIJ'].map((text) => record(text)),
    );
    const batch = await take(outbox);
    await outbox.settle(batch.id, { kind: 'rejected', why: 'test' });
    const { dead, deadBytes, refused, dropped } = await statsOf(outbox, 'logs');
    assert.deepEqual([dead, deadBytes, refused, dropped.rejected], [2, 20, 3, 1]);
  });

  test(`${name}: dead letters make room for what a receiver may still take`, async (t) => {
    const { outbox } = await open(t, 80);
    await appendAll(outbox, [record('0123456789')]);
    await outbox.settle((await take(outbox)).id, { kind: 'rejected', why: 'test' });
    await appendAll(outbox, [record('x'.repeat(75), { importance: importance.chatter })]);
    const { dead, dropped, pending } = await statsOf(outbox, 'logs');
    assert.deepEqual([dead, dropped.rejected, dropped.full, pending], [0, 1, 0, 1]);
  });
}

function counts(name: string, open: OpenHarness): void {
  test(`${name}: enqueued = delivered + dropped + dead + pending at every step`, async (t) => {
    const { outbox } = await open(t, mebibyte);
    for (let i = 0; i < 20; i++) {
      const appended = appendAll(outbox, [record(`a${i}`), record(`b${i}`, { stream: 'b' })]);
      await statsOf(outbox, 'logs');
      await appended;
      const batch = await take(outbox, 5);
      await outbox.settle(batch.id, i % 3 === 0 ? { kind: 'rejected', why: '' } : { kind: 'accepted' });
      await statsOf(outbox, 'logs');
    }
    const { enqueued, bytes, pending } = await statsOf(outbox, 'logs');
    assert.equal(enqueued, 40);
    assert.ok(pending > 0 && bytes > 0);
  });

  test(`${name}: beyond the cap the least important go first, of these the oldest`, async (t) => {
    const { outbox } = await open(t, 40);
    const chatter = { importance: importance.chatter };
    const transition = { importance: importance.transition };
    await appendAll(outbox, [
      record('transition', transition),
      record('chatter 01', chatter),
      record('outage 001'),
      record('chatter 02', chatter),
    ]);
    await appendAll(outbox, [record('outage 002'), record('transitio2', transition), record('outage 003')]);
    const stats = await statsOf(outbox, 'logs');
    assert.deepEqual([stats.enqueued, stats.dropped.full, stats.pending, stats.bytes], [7, 3, 4, 40]);
    assert.deepEqual(texts(await take(outbox)), ['transition', 'outage 002', 'transitio2', 'outage 003']);
  });

  test(`${name}: the cap does not change a batch under way`, async (t) => {
    const { outbox } = await open(t, 20);
    await appendAll(outbox, [record('0123456789', { importance: importance.chatter }), record('abcdefghij')]);
    const first = await take(outbox, 10);
    await outbox.append(record('ABCDEFGHIJ'));
    await outbox.settle(first.id, { kind: 'retry', why: 'test' });
    assert.deepEqual(await take(outbox, 10), first);
    assert.equal((await statsOf(outbox, 'logs')).dropped.full, 1);
  });

  test(`${name}: a record larger than the cap drops only itself`, async (t) => {
    const { outbox } = await open(t, 20);
    await appendAll(outbox, [record('small'), record('x'.repeat(21), { importance: importance.transition })]);
    assert.deepEqual(texts(await take(outbox)), ['small']);
    assert.equal((await statsOf(outbox, 'logs')).dropped.full, 1);
  });
}

function handsOver(name: string, open: OpenHarness): void {
  test(`${name}: its position tells what has left, route by route`, async (t) => {
    const { outbox } = await open(t, mebibyte);
    assert.deepEqual(await outbox.position(), { last: 0, left: { traces: 0, logs: 0 } });
    await appendAll(outbox, [record('one'), record('two'), record('span', { route: 'traces' })]);
    assert.deepEqual(await outbox.position(), { last: 3, left: { traces: 2, logs: 0 } });
    const batch = await take(outbox, 3);
    await outbox.settle(batch.id, { kind: 'accepted' });
    assert.deepEqual(await outbox.position(), { last: 3, left: { traces: 2, logs: 1 } });
  });

  test(`${name}: a position is not told while a record is not kept yet`, async (t) => {
    const { outbox } = await open(t, mebibyte);
    const appended = outbox.append(record('one'));
    assert.equal(await outbox.position(), undefined);
    await appended;
    assert.equal((await outbox.position())?.last, 1);
  });

  test(`${name}: what another replica delivered is dropped and counted, the rest goes on`, async (t) => {
    const { outbox } = await open(t, mebibyte);
    await appendAll(outbox, [
      record('a1'),
      record('b1', { stream: 'b' }),
      record('span', { route: 'traces' }),
    ]);
    await appendAll(outbox, [record('a2'), record('b2', { stream: 'b' })]);
    await outbox.forgo({ route: 'logs', after: 1, through: 4 });
    const stats = await statsOf(outbox, 'logs');
    assert.deepEqual([stats.dropped.by_leader, stats.pending, stats.bytes], [2, 2, 4]);
    assert.equal((await statsOf(outbox, 'traces')).pending, 1);
    assert.deepEqual(texts(await take(outbox)), ['a1']);
    assert.deepEqual(texts(await take(outbox)), ['b2']);
  });

  test(`${name}: a batch is dropped as a whole or not at all, and never while it is being sent`, async (t) => {
    const { outbox } = await open(t, mebibyte);
    await appendAll(
      outbox,
      ['one', 'two', 'three'].map((text) => record(text)),
    );
    const batch = await take(outbox, 6);
    await outbox.forgo({ route: 'logs', after: 0, through: 3 });
    assert.equal((await statsOf(outbox, 'logs')).pending, 3);
    await outbox.settle(batch.id, { kind: 'retry', why: 'test' });
    await outbox.forgo({ route: 'logs', after: 0, through: 1 });
    await outbox.forgo({ route: 'logs', after: 1, through: 2 });
    assert.equal((await statsOf(outbox, 'logs')).pending, 3);
    await outbox.forgo({ route: 'logs', after: 0, through: 2 });
    assert.equal((await statsOf(outbox, 'logs')).dropped.by_leader, 2);
    assert.deepEqual(texts(await take(outbox)), ['three']);
  });
}

function survivesReopening(name: string, open: OpenHarness): void {
  test(`${name}: records, counters and the batch under way survive a restart`, async (t) => {
    const { outbox, reopen } = await open(t, mebibyte);
    if (reopen === undefined) return t.skip('keeps nothing');
    await appendAll(outbox, [record('one'), record('two'), record('three'), record('four')]);
    const done = await take(outbox, 3);
    await outbox.settle(done.id, { kind: 'accepted' });
    const refused = await take(outbox, 3);
    await outbox.settle(refused.id, { kind: 'rejected', why: 'test' });
    const underWay = await take(outbox, 9);
    const before = await outbox.stats();
    const again = await reopen();
    assert.deepEqual(await again.stats(), before);
    await again.append(record('five'));
    assert.deepEqual(await take(again), underWay);
    assert.equal((await statsOf(again, 'logs')).delivered, 1);
  });
}
