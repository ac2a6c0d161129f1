import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Backlog } from '../bench/fleet/backlog.ts';
import { runFleet } from '../bench/fleet/fleet.ts';
import { Loki } from '../bench/fleet/loki.ts';
import { virtualClock } from '../simulator/scheduler.ts';

const megabyte = 1024 * 1024;
const hour = 3_600_000_000;
const labels = '{"site":"north"}';
const now = { mono: 0, wall: Date.UTC(2026, 0, 1) * 1000 };
const line = (hours: number, bytes = 100) => ({ bytes, wall: now.wall + hours * hour });

test('a fleet that was cut off for an hour delivers everything once, and Loki refuses no line', async () => {
  const fleet = await runFleet({ sites: 50, outageHours: 1, everySeconds: 10, bytes: 512, seed: 1 });
  assert.deepEqual([fleet.records - fleet.delivered - fleet.pending, fleet.again, fleet.refused], [0, 0, 0]);
  assert.ok(fleet.pending <= 50, 'what is left came at the end');
  assert.ok(fleet.drainSeconds < 300, `${fleet.drainSeconds} s`);
  assert.ok(fleet.spreadSeconds >= 60, `all came back within ${fleet.spreadSeconds} s`);
});

test('a fleet whose backlog is more than Loki takes at once is told to wait, and drains at the rate of Loki', async () => {
  const plan = { sites: 20, outageHours: 0.25, everySeconds: 0.8, bytes: 8192, seed: 1 };
  const fleet = await runFleet(plan);
  assert.ok(fleet.deferred > 0);
  assert.ok(fleet.drainSeconds > fleet.backlogBytes / (4 * megabyte) - 2, 'faster than Loki takes it');
  assert.deepEqual([fleet.records - fleet.delivered - fleet.pending, fleet.again, fleet.refused], [0, 0, 0]);
});

test('a fleet whose sites share the rate of Loki among them is told to wait nowhere', async () => {
  const plan = { sites: 20, outageHours: 1, everySeconds: 10, bytes: 512, seed: 1 };
  const fleet = await runFleet({ ...plan, ingestBytesPerSecond: 1024 });
  const slowest = fleet.backlogBytes / plan.sites / (1024 - 51.2);
  assert.ok(fleet.drainSeconds >= slowest, `${fleet.drainSeconds} s for ${slowest} s of lines`);
  assert.deepEqual([fleet.deferred, fleet.refused, fleet.again], [0, 0, 0]);
});

test('Loki: what is too old, too new, too long or too far behind is refused for good, and the rest stored', () => {
  const loki = new Loki();
  const lines = [line(-7 * 24 - 1), line(0.2), line(0, 300_000), line(-1), line(0), line(-0.9), line(-1.1)];
  assert.equal(loki.push(labels, lines, now).status, 400);
  assert.deepEqual(Object.fromEntries(loki.refused), {
    greater_than_max_sample_age: 1,
    too_far_in_future: 1,
    line_too_long: 1,
    too_far_behind: 1,
  });
  assert.equal(loki.lines, 3);
  assert.equal(loki.push('{"site":"south"}', [line(-1.1)], now).status, 204, 'each stream by itself');
});

test('Loki: 6 MB at once, then 4 MB a second', () => {
  const loki = new Loki();
  const push = (mono: number, bytes: number) =>
    loki.push(`{"site":"${mono}"}`, Array(bytes / 1024).fill(line(0, 1024)), { ...now, mono }).status;
  assert.deepEqual([push(0, 6 * megabyte), push(0, 1024)], [204, 429]);
  assert.deepEqual([push(500, 3 * megabyte), push(500, 2 * megabyte)], [429, 204]);
  assert.equal(loki.deferred, 2);
});

test('a backlog keeps to the promises of an outbox', async () => {
  const clock = virtualClock();
  const backlog = new Backlog({ clock, stream: labels, everyMs: 1000, bytes: 64 });
  await clock.advance(3500);
  const first = await backlog.next('logs', 128);
  assert.ok(first);
  assert.equal(first.bodies.length, 2);
  assert.equal(await backlog.next('logs', 128), undefined, 'one batch of a stream at a time');
  await backlog.settle(first.id, { kind: 'retry', why: 'test' });
  assert.deepEqual(await backlog.next('logs', 640), first, 'again with the same bytes');
  await backlog.settle(first.id, { kind: 'accepted' });
  const second = await backlog.next('logs', 640);
  assert.ok(second);
  assert.deepEqual(JSON.parse(Buffer.from(second.bodies[0] ?? []).toString())[0], '1767225603000000000');
  await backlog.settle(second.id, { kind: 'accepted' });
  assert.deepEqual([backlog.enqueued, backlog.pending], [3, 0]);
  let rang = 0;
  backlog.onAppend(() => rang++);
  assert.equal(await backlog.next('logs', 640), undefined);
  await clock.advance(500);
  assert.equal(rang, 1);
});
