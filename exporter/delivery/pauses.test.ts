import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Moment } from '../clock.ts';
import { Pauses, shareOf, turnMs } from './pauses.ts';
import type { Retry } from './posting.ts';

const epoch = Date.UTC(2026, 0, 1);
/** The monotonic clock of every site has a zero point of its own. */
const at = (ms: number, zero = 0): Moment => ({ mono: ms + zero, wall: (epoch + ms) * 1000 });
const failure: Retry = { kind: 'retry', why: 'refused' };

test('short trouble: full jitter that grows to a minute, and a success begins anew', () => {
  const pauses = new Pauses(() => 0.5, undefined);
  const waits = Array.from({ length: 9 }, (_, index) => pauses.failed(failure, at(index)));
  assert.deepEqual(waits, [500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000]);
  pauses.succeeded();
  assert.equal(pauses.failed(failure, at(10)), 500);
});

test('refused credentials: half a minute, then longer, up to five minutes, and what was asked for at the least', () => {
  const refused: Retry = { ...failure, cause: 'credentials' };
  const pauses = new Pauses(() => 0, 0.5);
  const waits = Array.from({ length: 6 }, (_, index) => pauses.failed(refused, at(index * 100_000)));
  assert.deepEqual(waits, [30_000, 60_000, 120_000, 240_000, 300_000, 300_000]);
  assert.equal(pauses.failed({ ...refused, afterMs: 900_000 }, at(700_000)), 900_000);
});

test('the turn of a site comes once in 90 s, and never at once', () => {
  for (const share of [0, 0.25, 0.999]) {
    for (const since of [0, 1, 45_000, 89_999, 90_000]) {
      const wait = turnMs(share, epoch + since);
      assert.ok(wait > 0 && wait <= 90_000, `${wait}`);
      assert.equal(Math.round(turnMs(share, epoch + since + wait)), 90_000);
    }
  }
});

/** When a site finds its receiver again that was gone from 0 to `backMs`; from failures and pauses alone. */
function foundAgain(name: string, backMs: number, random: () => number): number {
  const pauses = new Pauses(random, shareOf(name));
  let now = random() * 1_000;
  while (now < backMs) now += pauses.failed(failure, at(now, random() * 1e9));
  return now - backMs;
}

test('a thousand sites that lost the same receiver find it again evenly over a minute and a half', () => {
  let state = 1;
  const random = () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
  const names = Array.from({ length: 1_000 }, (_, index) => `site-${index}`);
  const backs = names.map((name) => foundAgain(name, 8 * 3_600_000, random)).toSorted((a, b) => a - b);
  const [first = 0, last = 0] = [backs[0], backs.at(-1)];
  assert.ok(last - first >= 80_000 && last <= 90_000, `${first} to ${last} ms`);
  const busiest = Math.max(
    ...backs.map((start) => backs.filter((ms) => ms >= start && ms < start + 1_000).length),
  );
  assert.ok(busiest <= 30, `${busiest} sites within one second`);
});

test('the same site has the same turn, whatever its clock counts from', () => {
  const wait = (zero: number) => {
    const pauses = new Pauses(Math.random, shareOf('paris'));
    pauses.failed(failure, at(0, zero));
    return pauses.failed(failure, at(61_000, zero));
  };
  assert.equal(wait(0), wait(123_456_789));
  assert.equal(shareOf('paris'), shareOf('paris'));
  assert.notEqual(shareOf('paris'), shareOf('rome'));
});

test('in an outage what the receiver asked for is the least, and the turn comes after it', () => {
  const pauses = new Pauses(() => 0.5, 0.5);
  pauses.failed(failure, at(0));
  const wait = pauses.failed({ ...failure, afterMs: 600_000 }, at(60_000));
  assert.ok(wait >= 600_000 && wait <= 690_000);
});

test('a receiver that asks for less is there: no turn is waited for', () => {
  const pauses = new Pauses(() => 0.5, 0.5);
  const busy: Retry = { ...failure, cause: 'busy' };
  const waits = Array.from({ length: 8 }, (_, index) => pauses.failed(busy, at(index * 60_000)));
  assert.deepEqual(waits, [500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]);
});
