import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { appendAll, record, statsOf } from '../../test/conformance/outbox.ts';
import { answer, MisbehavingReceiver } from '../../test/misbehaving-receiver.ts';
import { foldLines } from '../signals/fold.ts';
import { sending } from './fixture.ts';
import { lokiReceiver } from './loki.ts';
import { entryTime } from './loki-limits.ts';
import { type Importance, importance, type OutboxBatch } from './outbox.ts';
import { type PlanOptions, planFor } from './plan.ts';

const { chatter, renewal, outage, transition } = importance;
const epoch = Date.UTC(2026, 0, 1) / 1000;

interface Told {
  readonly second: number;
  readonly text: string;
  readonly importance: Importance;
}

function entry({ second, text }: Told): Buffer {
  return Buffer.from(JSON.stringify([`${epoch + second}000000000`, text, {}]));
}

function batchOf(lines: readonly Told[]): OutboxBatch {
  return {
    ...{ id: 1, route: 'logs', stream: '{}' },
    bodies: lines.map(entry),
    records: lines.map((_, index) => index + 1),
    importances: lines.map((line) => line.importance),
  };
}

function planned(lines: readonly Told[], options: Partial<PlanOptions> = {}): string[][] {
  const plan = planFor({ maxBytes: 100, fold: foldLines, timeOf: entryTime, ...options });
  return plan(batchOf(lines)).map((part) =>
    part.map(({ body }) => /^\["\d+","([^"]*)",/.exec(Buffer.from(body).toString())?.[1] ?? ''),
  );
}

const line = (second: number, text: string, rank: Importance): Told => ({ second, text, importance: rank });

test('what fits into one request goes as it is, in its order', () => {
  const lines = [line(0, 'a', chatter), line(1, 'b', transition), line(2, 'a', chatter)];
  assert.deepEqual(planned(lines, { maxBytes: 1_000 }), [['a', 'b', 'a']]);
});

test('what is more goes by importance: transitions, outages, and the rest folded', () => {
  const lines = [
    line(0, 'busy', chatter),
    line(1, 'node lost', outage),
    line(2, 'round 1', transition),
    line(3, 'busy', chatter),
    line(4, 'round 2', transition),
    line(5, 'late', renewal),
    line(6, 'busy', chatter),
    line(7, 'node back', outage),
  ];
  assert.deepEqual(planned(lines), [
    ['round 1', 'round 2'],
    ['node lost', 'node back'],
    ['late'],
    ['3 times in 6.0 s: busy'],
  ]);
});

test('nothing goes before what is half an hour older: Loki would not take that any more', () => {
  const minutes = (value: number) => value * 60;
  const lines = [
    line(minutes(0), 'busy', chatter),
    line(minutes(29), 'round 1', transition),
    line(minutes(31), 'round 2', transition),
    line(minutes(40), 'busy', chatter),
    line(minutes(120), 'round 3', transition),
    line(minutes(10), 'a clock that jumped', transition),
  ];
  assert.deepEqual(planned(lines), [
    ['round 1'],
    ['busy'],
    ['round 2'],
    ['busy'],
    ['round 3'],
    ['a clock that jumped'],
  ]);
});

test('traces have no order to keep, and nothing to be folded', () => {
  const lines = [line(0, 'x', outage), line(9_000, 'y', transition), line(1, 'z', outage)];
  const plan = { fold: undefined, timeOf: undefined, maxBytes: 70 };
  assert.deepEqual(planned(lines, plan), [['y'], ['x', 'z']]);
});

test('whatever is planned, every record is in it exactly once, and requests keep their bound', () => {
  const any = fc.record({
    second: fc.integer({ min: 0, max: 20_000 }),
    text: fc.constantFrom('a', 'b', 'c'.repeat(90)),
    importance: fc.constantFrom<Importance>(chatter, renewal, outage, transition),
  });
  fc.assert(
    fc.property(fc.array(any, { maxLength: 80 }), fc.integer({ min: 30, max: 2_000 }), (lines, maxBytes) => {
      const parts = planFor({ maxBytes, fold: foldLines, timeOf: entryTime })(batchOf(lines));
      const records = parts.flat().flatMap((item) => item.records);
      assert.deepEqual(
        records.toSorted((a, b) => a - b),
        lines.map((_, index) => index + 1),
      );
      for (const part of parts) {
        const bytes = part.reduce((sum, { body }) => sum + body.byteLength, 0);
        assert.ok(part.length === 1 || bytes <= maxBytes);
      }
    }),
  );
});

test('over a thin line: transitions arrive first, the rest in summaries, and every record is counted', async (t) => {
  const receiver = await MisbehavingReceiver.start(answer(204), answer(503));
  t.after(() => receiver.stop());
  const run = await sending(
    t,
    (clock) => {
      const loki = lokiReceiver({ url: receiver.url, headers: {} }, { clock });
      t.after(() => loki.close());
      return loki;
    },
    { maxBytes: 100_000, plan: planFor({ maxBytes: 2_000, fold: foldLines, timeOf: entryTime }) },
  );
  const lines = Array.from({ length: 300 }, (_, second) =>
    second % 100 === 50
      ? line(second, `round ${second}`, transition)
      : line(second, `lease shop/till: renewed late, attempt ${second}`, renewal),
  );
  const late = { event: 'lease_late_renewal', namespace: 'shop', lease: 'till' };
  await appendAll(
    run.outbox,
    lines.map(({ second, text, importance: rank }) => {
      const metadata = rank === renewal ? late : {};
      const body = JSON.stringify([`${epoch + second}000000000`, text, metadata]);
      return record(body, { stream: '{"site":"x"}', importance: rank });
    }),
  );
  await run.clock.timer((ms) => ms === 500);
  assert.equal((await statsOf(run.outbox, 'logs')).pending, 300, 'counted when all of it has arrived');
  run.clock.advance(500);
  for (let count = 3; (await statsOf(run.outbox, 'logs')).pending > 0; count++) await run.settled(count);
  const texts = receiver.received.map(({ body }) =>
    [...body.matchAll(/\["\d+","([^"]*)"/g)].map(([, text]) => text),
  );
  const summary = 'lease shop/till: 297 late renewals in 5.0 min, the last: renewed late, attempt 299';
  assert.deepEqual(texts, [['round 50', 'round 150', 'round 250'], [summary], [summary]]);
  const { enqueued, delivered, dropped } = await statsOf(run.outbox, 'logs');
  assert.deepEqual([enqueued, delivered, dropped.folded], [300, 4, 296]);
});
