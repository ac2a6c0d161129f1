import assert from 'node:assert/strict';
import { test } from 'node:test';
import { appendAll, record, statsOf } from '../../test/conformance/outbox.ts';
import { answer, cut, cutInBody, hang, MisbehavingReceiver } from '../../test/misbehaving-receiver.ts';
import { opened, sending, sendingBy, sendingTo } from './fixture.ts';
import { lokiReceiver } from './loki.ts';
import type { Permission } from './permission.ts';
import type { Parcel, Post, Posted } from './posting.ts';

const stream = '{"site":"x"}';
const logs = (...texts: readonly string[]) => texts.map((text) => record(text, { stream }));
const kinds = (outcomes: readonly Posted[]) => outcomes.map(({ kind }) => kind);
const isPause = (ms: number) => ms <= 60_000 && ms !== 20_000 && ms !== 30_000;

test('a backlog goes out at once, oldest first', async (t) => {
  const { outbox, settled, receiver } = await sendingTo(t, []);
  await appendAll(outbox, logs('"a1"', '"a2"', '"a3"'));
  await settled(3);
  const bodies = receiver.received.map(({ body }) => body);
  assert.deepEqual(
    bodies,
    ['"a1"', '"a2"', '"a3"'].map((v) => `{"streams":[{"stream":${stream},"values":[${v}]}]}`),
  );
  assert.equal((await statsOf(outbox, 'logs')).delivered, 3);
});

test('a receiver that comes back gets the same bytes, and then the rest without a pause', async (t) => {
  const { outbox, clock, settled, outcomes, receiver } = await sendingTo(t, [answer(500), cut, answer(503)]);
  await appendAll(outbox, logs('"a1"', '"a2"'));
  for (const pause of [500, 1_000, 2_000]) {
    await clock.timer((ms) => ms === pause);
    clock.advance(pause);
  }
  await settled(5);
  assert.deepEqual(kinds(outcomes), ['retry', 'retry', 'retry', 'accepted', 'accepted']);
  assert.equal(new Set(receiver.received.slice(0, 4).map(({ body }) => body)).size, 1);
});

test('Retry-After is waited for, in seconds and as a date', async (t) => {
  const date = new Date(Date.UTC(2026, 0, 1, 0, 2)).toUTCString();
  const after = (value: string) => answer(429, { 'retry-after': value });
  const { outbox, clock, settled, receiver } = await sendingTo(t, [after('40'), after(date)]);
  await appendAll(outbox, logs('"a1"'));
  await clock.timer((ms) => ms === 42_000);
  clock.advance(41_999);
  assert.equal(receiver.received.length, 1);
  clock.advance(1);
  // Two minutes past the start, of which 42 s are over; and half of the tenth that spreads sites.
  await clock.timer((ms) => Math.round(ms) === 78_000 * 1.05);
  clock.advance(78_000 * 1.05);
  await settled(3);
  assert.equal(receiver.received.length, 3);
});

test('a poison batch is set aside with the words of the receiver, and blocks nothing', async (t) => {
  const { outbox, settled, outcomes } = await sendingTo(t, [answer(400, {}, 'entry\ntoo far behind')]);
  await appendAll(outbox, logs('"a1"', '"a2"'));
  await settled(2);
  const why = 'status 400: entry too far behind';
  assert.deepEqual(outcomes[0], { kind: 'rejected', why, divisible: true });
  assert.equal((await statsOf(outbox, 'logs')).dead, 1);
});

test('wrong credentials pause and drop nothing', async (t) => {
  const { outbox, clock, settled } = await sendingTo(t, [answer(401), answer(403)]);
  await appendAll(outbox, logs('"a1"'));
  for (const pause of [31_500, 63_000]) {
    await clock.timer((ms) => ms === pause);
    clock.advance(pause);
  }
  await settled(3);
  assert.equal((await statsOf(outbox, 'logs')).delivered, 1);
});

test('a receiver that hangs is given up after the timeout, and the batch comes again', async (t) => {
  const { outbox, clock, settled, outcomes, receiver } = await sendingTo(t, [hang]);
  await appendAll(outbox, logs('"a1"'));
  await receiver.requests(1);
  clock.advance(20_000);
  await settled(1);
  assert.deepEqual(outcomes[0], { kind: 'retry', why: 'no answer in 20000 ms' });
  await clock.timer(isPause);
  clock.advance(500);
  await settled(2);
  assert.equal(outcomes[1]?.kind, 'accepted');
});

test('a good status whose body is cut counts as accepted', async (t) => {
  const { outbox, settled, outcomes } = await sendingTo(t, [cutInBody]);
  await appendAll(outbox, logs('"a1"'));
  await settled(1);
  assert.deepEqual(outcomes, [{ kind: 'accepted' }]);
});

test('a refused connection is tried again', async (t) => {
  const gone = await MisbehavingReceiver.start();
  const { url } = gone;
  await gone.stop();
  const { outbox, settled, outcomes } = await sending(t, (clock) => {
    const loki = lokiReceiver({ url, headers: {} }, { clock });
    t.after(() => loki.close());
    return loki;
  });
  await appendAll(outbox, logs('"a1"'));
  await settled(1);
  assert.equal(outcomes[0]?.kind, 'retry');
  assert.match(outcomes[0].why, /ECONNREFUSED/);
});

test('a post that throws loses nothing', async (t) => {
  const { outbox, settled, outcomes } = await sendingBy(t, () => Promise.reject(new Error('bug')));
  await appendAll(outbox, logs('"a1"'));
  await settled(1);
  assert.equal(outcomes[0]?.kind, 'retry');
  assert.equal((await statsOf(outbox, 'logs')).pending, 1);
});

test('after the stop a request may end within 5 s, and is kept when it does not', async (t) => {
  const { outbox, clock, stop, done, receiver } = await sendingTo(t, [hang]);
  await appendAll(outbox, logs('"a1"'));
  await receiver.requests(1);
  stop.abort();
  await clock.timer((ms) => ms === 5_000);
  clock.advance(5_000);
  await done;
  assert.equal((await statsOf(outbox, 'logs')).pending, 1);
});

test('a sender that pauses stops at once', async (t) => {
  const { outbox, clock, stop, done } = await sendingTo(t, [answer(503)]);
  await appendAll(outbox, logs('"a1"'));
  await clock.timer(isPause);
  stop.abort();
  await done;
});

/** A permission given and taken by hand. */
function byHand() {
  let term: AbortController | undefined;
  let grant = () => {};
  const permission: Permission = {
    current: () => term?.signal,
    granted: (stop) =>
      new Promise((resolve) => {
        grant = resolve;
        stop.addEventListener('abort', () => resolve(), { once: true });
      }),
  };
  return {
    permission,
    give() {
      term = new AbortController();
      grant();
    },
    take() {
      const ended = term;
      term = undefined;
      ended?.abort();
    },
  };
}

test('without a permission nothing is sent; with one, everything that waited', async (t) => {
  const { permission, give } = byHand();
  const posted: string[] = [];
  const accept: Post = async ({ bodies }) => {
    posted.push(Buffer.concat(bodies).toString());
    return { kind: 'accepted' };
  };
  const { outbox, settled } = await sendingBy(t, accept, { permission });
  await appendAll(outbox, logs('"a1"', '"a2"'));
  assert.deepEqual([posted, (await statsOf(outbox, 'logs')).pending], [[], 2]);
  give();
  await settled(2);
  assert.deepEqual(posted, ['"a1"', '"a2"']);
});

test('a permission that ends cuts the request under way, and its batch waits for the next one', async (t) => {
  const { permission, give, take } = byHand();
  const posted: Parcel[] = [];
  let began = () => {};
  const post: Post = (parcel, signal) => {
    posted.push(parcel);
    began();
    if (posted.length > 1) return Promise.resolve({ kind: 'accepted' });
    return new Promise((resolve) =>
      signal.addEventListener('abort', () => resolve({ kind: 'retry', why: 'cut' })),
    );
  };
  const beginning = new Promise<void>((resolve) => {
    began = resolve;
  });
  const { outbox, settled, outcomes } = await sendingBy(t, post, { permission });
  give();
  await appendAll(outbox, logs('"a1"'));
  await beginning;
  take();
  await settled(1);
  assert.deepEqual(outcomes, [{ kind: 'retry', why: 'cut' }]);
  assert.equal((await statsOf(outbox, 'logs')).pending, 1);
  give();
  await settled(2);
  assert.deepEqual(posted[1], posted[0]);
});

test('a permission that ended while a batch was looked up sends nothing', async (t) => {
  let asked = 0;
  const permission: Permission = {
    ...byHand().permission,
    current: () => (++asked === 1 ? AbortSignal.any([]) : undefined),
  };
  const outbox = await opened(t);
  await appendAll(outbox, logs('"a1"'));
  const post: Post = () => assert.fail('sent without a permission');
  const { settled, outcomes } = await sendingBy(t, post, { permission, outbox });
  await settled(1);
  assert.deepEqual(outcomes, [{ kind: 'retry', why: 'not permitted any more' }]);
});
