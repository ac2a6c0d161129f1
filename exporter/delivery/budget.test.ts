import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ManualClock } from '../../test/manual-clock.ts';
import { type Budget, bothOf, WindowBudget } from './budget.ts';

interface Sending {
  readonly bytes: number;
  readonly from: number;
  to: number;
}

const never = new AbortController().signal;

/** Lets everything happen that waits for promises alone. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await Promise.resolve();
}

/** The most bytes that were under way within any window of that length. */
function worstWindow(sendings: readonly Sending[], windowMs: number): number {
  const within = (start: number) =>
    sendings
      .filter(({ from, to }) => to >= start && from <= start + windowMs)
      .reduce((sum, { bytes }) => sum + bytes, 0);
  return Math.max(
    0,
    ...sendings.flatMap(({ from, to }) => [from, to, to - windowMs, from - windowMs]).map(within),
  );
}

test('over every window at most the rate, whoever sends, however long it takes, and all of it goes', async () => {
  const wish = fc.record({
    bytes: fc.integer({ min: 1, max: 500 }),
    lasts: fc.integer({ min: 0, max: 30_000 }),
    after: fc.integer({ min: 0, max: 4_000 }),
    rank: fc.integer({ min: 0, max: 3 }),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(wish, { minLength: 1, maxLength: 40 }), async (wishes) => {
      const clock = new ManualClock();
      const budget = new WindowBudget({ bytesPerSecond: 100, windowMs: 10_000 }, clock);
      const sendings: Sending[] = [];
      for (const { bytes, lasts, after, rank } of wishes) {
        clock.advance(after);
        void budget.take(bytes, rank, never).then((gone) => {
          const sending = { bytes, from: clock.now().mono, to: Number.POSITIVE_INFINITY };
          sendings.push(sending);
          clock.after(lasts, () => {
            sending.to = clock.now().mono;
            gone?.();
          });
        });
        await settled();
      }
      for (let step = 0; step < 2_000 && clock.waiting.length > 0; step++) {
        clock.advance(clock.waiting[0] ?? 0);
        await settled();
      }
      assert.equal(sendings.length, wishes.length);
      assert.ok(worstWindow(sendings, 10_000) <= 1_000, `${worstWindow(sendings, 10_000)} bytes in 10 s`);
    }),
    { numRuns: 60 },
  );
});

/** Takes again and again until the clock has gone on for so long; every sending is over at once. */
async function greedy(budget: Budget, clock: ManualClock, bytes: number, ms: number): Promise<number> {
  const stop = new AbortController();
  const end = clock.now().mono + ms;
  let sent = 0;
  const sending = (async () => {
    for (;;) {
      const gone = await budget.take(bytes, 0, stop.signal);
      if (gone === undefined) return;
      sent += bytes;
      gone();
    }
  })();
  while (clock.now().mono < end) {
    await settled();
    clock.advance(10);
  }
  stop.abort();
  await sending;
  return sent;
}

test('a sender that always wants more gets nearly all of its rate', async () => {
  const clock = new ManualClock();
  const budget = new WindowBudget({ bytesPerSecond: 100, windowMs: 10_000 }, clock);
  const sent = await greedy(budget, clock, 90, 100_000);
  assert.ok(sent > 9_000 && sent <= 11_000, `${sent} of 10000 bytes`);
});

test('of two budgets the narrower one holds, and what a stop leaves behind blocks nobody', async () => {
  const clock = new ManualClock();
  const wide = new WindowBudget({ bytesPerSecond: 1_000, windowMs: 10_000 }, clock);
  const narrow = new WindowBudget({ bytesPerSecond: 10, windowMs: 10_000 }, clock);
  const both = bothOf(wide, narrow);
  assert.equal(both.most, 50);
  for (let i = 0; i < 2; i++) assert.ok(await both.take(50, 0, never));
  const stop = new AbortController();
  const waiting = both.take(50, 0, stop.signal);
  await settled();
  stop.abort();
  assert.equal(await waiting, undefined);
  assert.equal(await both.take(50, 0, stop.signal), undefined);
  assert.ok(await wide.take(5_000, 0, never), 'what was given back leaves room');
});

test('the highest rank goes first, and within a rank who came first', async () => {
  const clock = new ManualClock();
  const budget = new WindowBudget({ bytesPerSecond: 10, windowMs: 10_000 }, clock);
  for (let i = 0; i < 2; i++) (await budget.take(50, 0, never))?.();
  const order: string[] = [];
  for (const [name, rank] of [
    ['chatter', 0],
    ['outage', 2],
    ['transition', 3],
    ['outage too', 2],
  ] as const)
    void budget.take(50, rank, never).then((gone) => {
      order.push(name);
      gone?.();
    });
  for (let i = 0; i < 3; i++) {
    clock.advance(10_001);
    await settled();
  }
  assert.deepEqual(order, ['transition', 'outage', 'outage too', 'chatter']);
});

test('more than half of a window at once is a mistake of the caller', () => {
  const budget = new WindowBudget({ bytesPerSecond: 10, windowMs: 10_000 }, new ManualClock());
  assert.throws(() => budget.take(51, 0, never), /51 bytes at once, of at most 50/);
});
