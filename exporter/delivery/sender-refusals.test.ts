import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { appendAll, record, statsOf } from '../../test/conformance/outbox.ts';
import { answer, type Behaviour, bodyOf, MisbehavingReceiver } from '../../test/misbehaving-receiver.ts';
import { opened, sending, sendingBy, sendingTo } from './fixture.ts';
import { lokiReceiver } from './loki.ts';
import { otlpReceiver } from './otlp.ts';
import type { Outbox } from './outbox.ts';
import type { Post } from './posting.ts';

const stream = '{"site":"x"}';
const logs = (...texts: readonly string[]) => texts.map((text) => record(`"${text}"`, { stream }));

/** Refuses every request in which one of those words is. */
function refuses(status: number, ...words: readonly string[]): Behaviour {
  return (response, request) => {
    const bad = words.filter((word) => bodyOf(request).includes(word));
    response.writeHead(bad.length === 0 ? 204 : status).end(`entry is bad: ${bad.join()}`);
  };
}

function always(behaviour: Behaviour): readonly Behaviour[] {
  return Array.from({ length: 500 }, () => behaviour);
}

async function emptied(outbox: Outbox, settled: (count: number) => Promise<void>): Promise<void> {
  for (let count = 1; (await statsOf(outbox, 'logs')).pending > 0; count++) await settled(count);
}

test('of a batch that is refused the guilty records are found by halves, and every other one is delivered', async (t) => {
  const names = Array.from({ length: 64 }, (_, index) => `r${index};`);
  const run = await sendingTo(t, always(refuses(400, 'r17;', 'r40;')), { maxBytes: 100_000 });
  await appendAll(run.outbox, logs(...names));
  await emptied(run.outbox, run.settled);
  const { delivered, dead, refused } = await statsOf(run.outbox, 'logs');
  assert.deepEqual([delivered, dead, refused], [62, 2, 2]);
  const taken = run.receiver.received.map(({ body }) => body).filter((body) => !/r17;|r40;/.test(body));
  const got = taken.flatMap((body) => [...body.matchAll(/r\d+;/g)].map(([name]) => name));
  assert.deepEqual(
    got,
    names.filter((name) => name !== 'r17;' && name !== 'r40;'),
    'in order, and once',
  );
  assert.ok(run.receiver.received.length <= 2 * 2 * 6 + 3, `${run.receiver.received.length} requests`);
});

test('a batch that is too large is halved, and nothing of it is set aside', async (t) => {
  const tooLarge: Behaviour = (response, request) =>
    void response.writeHead(bodyOf(request).length > 80 ? 413 : 204).end();
  const run = await sendingTo(t, always(tooLarge), { maxBytes: 100_000 });
  await appendAll(run.outbox, logs(...Array.from({ length: 16 }, (_, index) => `record ${index}`)));
  await emptied(run.outbox, run.settled);
  const { delivered, dead } = await statsOf(run.outbox, 'logs');
  assert.deepEqual([delivered, dead], [16, 0]);
});

test('where nothing at all is taken, a few records are tried alone, and the rest is set aside with them', async (t) => {
  const run = await sendingTo(t, always(answer(400, {}, 'no such tenant')), { maxBytes: 100_000 });
  await appendAll(run.outbox, logs(...Array.from({ length: 1_000 }, (_, index) => `r${index}`)));
  await emptied(run.outbox, run.settled);
  assert.equal((await statsOf(run.outbox, 'logs')).dead, 1_000);
  assert.ok(run.receiver.received.length < 50, `${run.receiver.received.length} requests`);
});

test('what every part of a batch would be told is told once: a wrong address is not divided', async (t) => {
  const run = await sendingTo(t, always(answer(404, {}, 'page not found')), { maxBytes: 100_000 });
  await appendAll(run.outbox, logs('a', 'b', 'c', 'd'));
  await emptied(run.outbox, run.settled);
  assert.equal((await statsOf(run.outbox, 'logs')).dead, 4);
  assert.equal(run.receiver.received.length, 1);
});

test('a pause in the middle of the search goes on where it was', async (t) => {
  const search = refuses(400, 'bad');
  const behaviours = [search, search, answer(429, { 'retry-after': '40' }), ...always(search)];
  const run = await sendingTo(t, behaviours, { maxBytes: 100_000 });
  await appendAll(run.outbox, logs('a', 'b', 'c', 'bad'));
  await run.clock.timer((ms) => ms === 42_000);
  assert.equal((await statsOf(run.outbox, 'logs')).pending, 4, 'nothing has left the outbox yet');
  run.clock.advance(42_000);
  await emptied(run.outbox, run.settled);
  const bodies = run.receiver.received.map(({ body }) => body.replace(/.*"values":\[(.*)\]\}\]\}/, '$1'));
  const halves = ['"a","b","c","bad"', '"a","b"', '"c","bad"', '"c","bad"', '"c"', '"bad"'];
  assert.deepEqual(bodies, halves);
  const { delivered, dead } = await statsOf(run.outbox, 'logs');
  assert.deepEqual([delivered, dead], [3, 1]);
});

test('a batch from which somebody took records meanwhile begins anew', async (t) => {
  const posted: string[] = [];
  const post: Post = async ({ bodies }) => {
    posted.push(Buffer.concat(bodies).toString());
    return posted.length < 3 ? { kind: 'retry', why: 'busy' } : { kind: 'accepted' };
  };
  const run = await sendingBy(t, post, { maxBytes: 100_000 });
  await appendAll(run.outbox, logs('a', 'b'));
  await run.settled(1);
  await run.outbox.setAside({ records: [1], destination: 'by hand', words: 'taken' });
  for (const pause of [500, 1_000]) {
    await run.clock.timer((ms) => ms === pause);
    run.clock.advance(pause);
  }
  await run.settled(3);
  assert.deepEqual(posted, ['"a""b"', '"b"', '"b"']);
});

test('what is older than Loki takes is set aside unsent, and so is what is far in the future', async (t) => {
  const told: (readonly [string, string, number])[] = [];
  const run = await sendingTo(t, [], {
    maxBytes: 100_000,
    onUnsendable: ({ reason, words }, count) => told.push([reason, words, count]),
  });
  const hour = 3_600_000;
  const entry = (hours: number, name: string) => {
    const ns = `${run.clock.now().wall / 1000 + hours * hour}000000`;
    return record(JSON.stringify([ns, name, {}]), { stream });
  };
  await appendAll(run.outbox, [
    entry(-24 * 7.1, 'old'),
    entry(-24 * 6.9, 'young enough'),
    entry(-24 * 7.01, 'old too'),
    entry(1, 'ahead'),
    entry(0.1, 'hardly ahead'),
  ]);
  await emptied(run.outbox, run.settled);
  assert.deepEqual(told, [
    ['too_old', 'too old: Loki takes nothing older than 7 days', 2],
    ['in_future', 'in the future: Loki takes nothing more than 10 minutes ahead', 1],
  ]);
  assert.deepEqual(
    run.receiver.received.map(({ body }) => body.match(/young enough|hardly ahead|old|ahead/g)),
    [['young enough', 'hardly ahead']],
  );
  const { delivered, dead } = await statsOf(run.outbox, 'logs');
  assert.deepEqual([delivered, dead], [2, 3]);
});

test('what a receiver of traces does not take of a request counts as refused, and is not repeated', async (t) => {
  const partial = JSON.stringify({
    partialSuccess: { rejectedSpans: '2', errorMessage: 'too many attributes' },
  });
  const receiver = await MisbehavingReceiver.start(answer(200, {}, partial));
  t.after(() => receiver.stop());
  const outbox = await opened(t);
  const run = await sending(
    t,
    (clock) => {
      const otlp = otlpReceiver({ url: receiver.url, headers: {} }, { clock });
      t.after(() => otlp.close());
      return otlp;
    },
    { outbox, route: 'traces', maxBytes: 100_000 },
  );
  await appendAll(
    outbox,
    ['{"a":1}', '{"a":2}', '{"a":3}'].map((text) => record(text, { route: 'traces', stream: '' })),
  );
  for (let count = 1; (await statsOf(outbox, 'traces')).pending > 0; count++) await run.settled(count);
  const { delivered, dropped, refused, dead } = await statsOf(outbox, 'traces');
  assert.deepEqual([delivered, dropped.rejected, refused, dead], [1, 2, 2, 0]);
  assert.equal(receiver.received.length, 1);
});

test('refused credentials pause, and new ones in the file end the pause', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'leasewatch-sender-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const tokenFile = join(folder, 'token');
  writeFileSync(tokenFile, 'old-token');
  const guarded: Behaviour = (response, request) =>
    void response.writeHead(request.headers.authorization === 'Bearer new-token' ? 204 : 401).end();
  const receiver = await MisbehavingReceiver.start(...always(guarded));
  t.after(() => receiver.stop());
  const run = await sending(t, (clock) => {
    const loki = lokiReceiver({ url: receiver.url, headers: {}, tokenFile }, { clock });
    t.after(() => loki.close());
    return loki;
  });
  await appendAll(run.outbox, logs('a'));
  await run.clock.timer((ms) => ms === 31_500);
  assert.equal((await statsOf(run.outbox, 'logs')).pending, 1);
  writeFileSync(tokenFile, 'new-token');
  await run.clock.timer((ms) => ms === 5_000);
  run.clock.advance(5_000);
  await run.settled(2);
  assert.equal((await statsOf(run.outbox, 'logs')).delivered, 1);
  assert.equal(receiver.received.length, 2);
});
