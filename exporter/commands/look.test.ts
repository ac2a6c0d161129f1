import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Elector } from '../../simulator/actors/elector.ts';
import { createApiServer, inProcessTransport } from '../../simulator/apiserver/api.ts';
import { type VirtualClock, virtualClock } from '../../simulator/scheduler.ts';
import type { KubeTransport } from '../kube/transport.ts';
import { type AnswerName, answerSchemas, parseAnswer } from '../terminal/answers.ts';
import type { Teller } from '../terminal/teller.ts';
import { openLook } from './look.ts';

/** A cluster on virtual time with one leader of `default/main`, who may crash. */
async function ground() {
  const clock = virtualClock();
  const transport = inProcessTransport(createApiServer({ clock }));
  const common = { transport, clock, random: () => 0.5, namespace: 'default', lease: 'main' };
  const elector = new Elector({
    ...common,
    identity: 'main-a',
    times: { durationSeconds: 15, renewDeadlineSeconds: 10, retryPeriodSeconds: 2 },
  });
  const running = elector.start();
  await clock.advance(100);
  return { clock, transport, elector, running };
}

function lookAt(transport: KubeTransport, clock: VirtualClock, lookMs: number, part = {}): Teller {
  return openLook({
    transport,
    clock,
    random: () => 0.5,
    namespace: undefined,
    name: undefined,
    lookMs,
    ...part,
  });
}

/** The answer, and how long it took in virtual milliseconds. */
async function timed(teller: Teller, clock: VirtualClock, name: AnswerName) {
  const began = clock.now().mono;
  let done = false;
  const asking = teller.ask(name).finally(() => {
    done = true;
  });
  while (!done) await clock.advance(10);
  return { asked: await asking, ms: clock.now().mono - began };
}

async function leasesOf(teller: Teller, clock: VirtualClock) {
  const { asked, ms } = await timed(teller, clock, 'leases');
  assert.ok(asked.kind === 'ok', JSON.stringify(asked));
  const parsed = parseAnswer('leases', answerSchemas.leases, asked.body);
  assert.ok(parsed.kind === 'ok', JSON.stringify(parsed));
  return { leases: parsed.answer.leases, ms };
}

async function end(teller: Teller, clock: VirtualClock): Promise<void> {
  const closing = teller.close();
  await clock.advance(1000);
  await closing;
}

test('a lease that is renewed is judged at its first renewal, and not before', async () => {
  const { clock, transport, elector, running } = await ground();
  const teller = lookAt(transport, clock, 20_000);
  const { leases, ms } = await leasesOf(teller, clock);
  assert.deepEqual(
    leases.map(({ lease, state }) => [lease, state]),
    [['main', 'held']],
  );
  assert.ok(ms < 2500, `took ${ms} ms`);
  await end(teller, clock);
  elector.crash();
  await running;
});

test('a short look proves no expiry, one of a whole duration does', async () => {
  const { clock, transport, elector, running } = await ground();
  elector.crash();
  await running;
  await clock.advance(60_000);
  const short = lookAt(transport, clock, 3000);
  const seen = await leasesOf(short, clock);
  assert.deepEqual([seen.leases[0]?.state, seen.leases[0]?.renewals], ['unknown', 0]);
  assert.ok(seen.ms >= 3000 && seen.ms < 3200, `took ${seen.ms} ms`);
  await end(short, clock);

  const long = lookAt(transport, clock, 60_000, { namespace: 'default', name: 'main' });
  const proved = await leasesOf(long, clock);
  assert.equal(proved.leases[0]?.state, 'expired');
  assert.ok(proved.ms >= 15_000 && proved.ms < 17_000, `took ${proved.ms} ms`);
  assert.equal((await timed(long, clock, 'policies')).asked.kind, 'ok');
  await end(long, clock);
});

test('where the list is refused, it says so at once', async () => {
  const clock = virtualClock();
  const refuses: KubeTransport = {
    request: async () => ({
      status: 403,
      headers: { 'content-type': 'application/json' },
      body: (async function* () {
        yield Buffer.from(
          '{"kind":"Status","code":403,"reason":"Forbidden","message":"leases is forbidden"}',
        );
      })(),
    }),
  };
  const teller = lookAt(refuses, clock, 3000);
  const { asked, ms } = await timed(teller, clock, 'leases');
  assert.match(asked.kind === 'failed' ? asked.why : asked.kind, /forbidden/i);
  assert.ok(ms < 1000, `took ${ms} ms`);
  await end(teller, clock);
});
