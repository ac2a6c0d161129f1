import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { type TestContext, test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { appendAll, statsOf } from '../../test/conformance/outbox.ts';
import { ManualClock } from '../../test/manual-clock.ts';
import { MisbehavingReceiver } from '../../test/misbehaving-receiver.ts';
import type { Clock } from '../clock.ts';
import { bothOf, WindowBudget } from './budget.ts';
import { opened } from './fixture.ts';
import { lokiReceiver } from './loki.ts';
import { otlpReceiver } from './otlp.ts';
import { importance, type OutboxRecord } from './outbox.ts';
import { alwaysPermitted } from './permission.ts';
import { runSender } from './sender.ts';

interface Passed {
  readonly at: number;
  readonly bytes: number;
}

/** A wire to a receiver that notes what goes to it, and when. */
async function wireTo(t: TestContext, url: string, clock: Clock): Promise<{ url: string; passed: Passed[] }> {
  const passed: Passed[] = [];
  const server = createServer((socket) => {
    const onward = connect(Number(new URL(url).port), '127.0.0.1');
    socket.on('data', (chunk) => passed.push({ at: clock.now().mono, bytes: chunk.byteLength }));
    socket.pipe(onward).pipe(socket);
    for (const end of [socket, onward]) end.on('error', () => [socket, onward].map((each) => each.destroy()));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => void server.close());
  const address: AddressInfo | string | null = server.address();
  assert.ok(address !== null && typeof address === 'object');
  return { url: `http://127.0.0.1:${address.port}`, passed };
}

function mostWithin(passed: readonly Passed[], windowMs: number): number {
  const until = (end: number) =>
    passed.filter(({ at }) => at >= end - windowMs && at <= end).reduce((sum, { bytes }) => sum + bytes, 0);
  return Math.max(...passed.map(({ at }) => until(at)));
}

/** Random text does not compress: what is sent is about as large as it looks. */
function someText(bytes: number): string {
  return randomBytes(Math.ceil((bytes * 3) / 4))
    .toString('base64')
    .slice(0, bytes);
}

test('on the wire, over every 10 s, each destination keeps its rate and both together keep theirs', async (t) => {
  const clock = new ManualClock();
  const receiver = await MisbehavingReceiver.start();
  t.after(() => receiver.stop());
  const rate = (bytesPerSecond: number) => new WindowBudget({ bytesPerSecond, windowMs: 10_000 }, clock);
  const total = rate(4_000);
  const [toLoki, toOtlp] = [await wireTo(t, receiver.url, clock), await wireTo(t, receiver.url, clock)];
  const loki = lokiReceiver({ url: toLoki.url, headers: {} }, { clock, budget: bothOf(rate(3_000), total) });
  const otlp = otlpReceiver({ url: toOtlp.url, headers: {} }, { clock, budget: bothOf(rate(3_000), total) });
  const outbox = await opened(t);
  const one = (route: 'logs' | 'traces', bytes: number): OutboxRecord => ({
    ...{ route, stream: '{}', importance: importance.outage, body: Buffer.from(`"${someText(bytes)}"`) },
  });
  const records = Array.from({ length: 60 }, () => [one('logs', 1_500), one('traces', 1_500)]).flat();
  // Larger than what may go in 10 s: it goes in pieces.
  await appendAll(outbox, [...records, one('logs', 60_000)]);
  const stop = new AbortController();
  const common = { outbox, clock, random: Math.random, permission: alwaysPermitted, maxBytes: 10_000 };
  const running = [
    runSender({ ...common, ...loki, route: 'logs' }, stop.signal),
    runSender({ ...common, ...otlp, route: 'traces' }, stop.signal),
  ];
  const began = clock.now().mono;
  const pending = async () =>
    (await statsOf(outbox, 'logs')).pending + (await statsOf(outbox, 'traces')).pending;
  while ((await pending()) > 0) {
    for (let i = 0; i < 10; i++) await turn();
    clock.advance(50);
  }
  const seconds = (clock.now().mono - began) / 1_000;
  stop.abort();
  await Promise.all([...running, loki.close(), otlp.close()]);
  const all = [...toLoki.passed, ...toOtlp.passed];
  const sent = all.reduce((sum, { bytes }) => sum + bytes, 0);
  assert.ok(mostWithin(toLoki.passed, 10_000) <= 30_000, 'of logs');
  assert.ok(mostWithin(toOtlp.passed, 10_000) <= 30_000, 'of traces');
  assert.ok(mostWithin(all, 10_000) <= 40_000, 'of both');
  assert.ok(
    sent > 180_000 && sent / seconds > 1_500,
    `${sent} bytes in ${seconds} s: the rate is not wasted`,
  );
});
