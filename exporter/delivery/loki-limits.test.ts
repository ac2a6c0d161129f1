import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { ManualClock } from '../../test/manual-clock.ts';
import { MisbehavingReceiver } from '../../test/misbehaving-receiver.ts';
import { WindowBudget } from './budget.ts';
import { lokiReceiver } from './loki.ts';
import { defaultLokiLimits, entryTime, refusedForTime } from './loki-limits.ts';
import { importance } from './outbox.ts';

test('the time of an entry is read from its first bytes; what has another form has none', () => {
  const cases: readonly (readonly [string, number | undefined])[] = [
    ['["1767225600123456789","a",{}]', 1_767_225_600_123_456],
    ['["1767225600123456000","[\\"1\\"",{}]', 1_767_225_600_123_456],
    ['["17672256001234560001234","a",{}]', undefined],
    ['["12","a",{}]', undefined],
    [' ["1767225600123456789","a"]', undefined],
    ['["-1767225600123456789"', undefined],
    ['', undefined],
    ['{"resourceSpans":[]}', undefined],
  ];
  for (const [body, expected] of cases) assert.equal(entryTime(Buffer.from(body)), expected, body);
  // Bodies are parts of larger buffers.
  const within = Buffer.from('xxxx["1767225600123456789","a",{}]').subarray(4);
  assert.equal(entryTime(within), 1_767_225_600_123_456);
});

test('what Loki would refuse for its time, by its defaults and by other limits', () => {
  const wall = Date.UTC(2026, 0, 10) * 1000;
  const hour = 3_600e6;
  const reason = (ahead: number, limits = defaultLokiLimits) => {
    const body = Buffer.from(`["${wall + ahead}000","a",{}]`);
    return refusedForTime(body, wall, limits)?.reason;
  };
  assert.deepEqual(
    [-7 * 24 * hour - 1, -7 * 24 * hour + 61e6, 0, 600e6, 601e6].map((ahead) => reason(ahead)),
    ['too_old', undefined, undefined, undefined, 'in_future'],
  );
  // On its way to Loki a line grows older.
  assert.equal(reason(-7 * 24 * hour + 59e6), 'too_old');
  const strict = { maxAgeMs: 3_600_000, maxFutureMs: 1_000 };
  assert.deepEqual([reason(-2 * hour, strict), reason(2e6, strict)], ['too_old', 'in_future']);
  assert.equal(refusedForTime(Buffer.from('no entry'), wall, strict), undefined);
});

test('a backlog is drained no faster than Loki may be given lines, before compression', async (t) => {
  const receiver = await MisbehavingReceiver.start();
  t.after(() => receiver.stop());
  const clock = new ManualClock();
  const ingest = new WindowBudget({ bytesPerSecond: 1_000, windowMs: 1_000 }, clock);
  const loki = lokiReceiver({ url: receiver.url, headers: {} }, { clock, ingest });
  t.after(() => loki.close());
  const bodies = [Buffer.from(`"${'a'.repeat(448)}"`)];
  const began = clock.now().mono;
  const parcel = { route: 'logs', stream: '{}', bodies, importance: importance.outage } as const;
  const arrivals: number[] = [];
  const sending = (async () => {
    for (let i = 0; i < 8; i++) {
      await loki.post(parcel, new AbortController().signal);
      arrivals.push(clock.now().mono - began);
    }
  })();
  while (arrivals.length < 8) {
    await turn();
    clock.advance(10);
  }
  await sending;
  for (const [index, at] of arrivals.entries()) {
    const within = arrivals.filter((other) => other > at - 1_000 && other <= at).length;
    assert.ok(
      within <= 3,
      `${within} requests of 450 bytes within a second, up to the one of number ${index}`,
    );
  }
  assert.ok((arrivals.at(-1) ?? 0) >= 3_000);
});
