import assert from 'node:assert/strict';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { record, statsOf, texts } from '../../test/conformance/outbox.ts';
import { ManualClock } from '../../test/manual-clock.ts';
import { SmallDisk } from '../../test/small-disk.ts';
import { openOutbox } from './open-outbox.ts';
import type { Outbox } from './outbox.ts';

const maxBytes = 100_000_000;
const body = 'x'.repeat(1_000);

async function onSmallDisk(t: TestContext, mebibytes: number) {
  const disk = SmallDisk.mount(mebibytes);
  if (disk === undefined) {
    t.skip('skipped: this user may not mount a small disk');
    return undefined;
  }
  t.after(() => disk.unmount());
  const clock = new ManualClock();
  const errors: string[] = [];
  const path = join(disk.folder, 'outbox.db');
  const open = async () => {
    const opened = await openOutbox({ path, maxBytes, clock, onError: (text) => errors.push(text) });
    assert.equal(opened.kind, 'open');
    return opened.outbox;
  };
  return { disk, clock, errors, open };
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

test('on a disk that others filled records wait in memory, and are written when there is room', async (t) => {
  const small = await onSmallDisk(t, 8);
  if (small === undefined) return;
  const { disk, clock, errors, open } = small;
  const outbox = await open();
  await outbox.append(record('before'));
  disk.fill();
  // More than the log of the database has room for already.
  const appended = Array.from({ length: 600 }, (_, index) => outbox.append(record(`${index} ${body}`)));
  await clock.timer(() => true);
  assert.match(errors.join(), /cannot be written, records wait in memory: .*full/);
  const full = await statsOf(outbox, 'logs');
  assert.deepEqual([full.enqueued, full.pending, full.dropped.full], [601, 601, 0]);
  disk.free();
  clock.advance(2_000);
  await Promise.all(appended);
  assert.equal((await statsOf(outbox, 'logs')).pending, 601);
  await outbox.close();
  const again = await open();
  assert.equal((await drain(again)).length, 601);
  await again.close();
});

test('a disk that the outbox filled by itself empties again as the receiver takes what is on it', async (t) => {
  const small = await onSmallDisk(t, 24);
  if (small === undefined) return;
  const { clock, errors, open } = small;
  const outbox = await open();
  const count = 18_000;
  const append = (_: unknown, index: number) => outbox.append(record(`${index} ${body}`));
  // More at once would not fit into memory.
  const appended = Array.from({ length: 8_000 }, append);
  await Promise.all(appended);
  appended.push(...Array.from({ length: count - 8_000 }, (_, index) => append(_, index + 8_000)));
  await clock.timer(() => true);
  assert.match(errors.join(), /full/);
  const full = await statsOf(outbox, 'logs');
  assert.equal(full.pending, count);
  const first = await drain(outbox);
  assert.ok(first.length > 1_000, `${first.length} sent while the disk was full`);
  clock.advance(2_000);
  await Promise.all(appended);
  const all = [...first, ...(await drain(outbox))];
  assert.deepEqual(
    all.map((text) => Number.parseInt(text, 10)),
    Array.from({ length: count }, (_, index) => index),
  );
  await outbox.close();
});

test('started on a full disk, it sends what is there', async (t) => {
  const small = await onSmallDisk(t, 8);
  if (small === undefined) return;
  const { disk, errors, open } = small;
  const before = await open();
  await Promise.all(Array.from({ length: 500 }, (_, index) => before.append(record(`${index} ${body}`))));
  await before.close();
  disk.fill();
  const outbox = await open();
  assert.equal((await drain(outbox)).length, 500);
  assert.deepEqual(errors, []);
  await outbox.close();
});
