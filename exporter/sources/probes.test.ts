import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { ManualClock } from '../../test/manual-clock.ts';
import { sleep } from '../clock.ts';
import type { Observation } from '../model/observation.ts';
import { probeTarget } from './fixture.ts';
import type { Ending, HeldConnection } from './probe-connection.ts';
import type { Dial } from './probe-dial.ts';
import type { ProbeTarget } from './probe-target.ts';
import { type Network, probeSource } from './probes.ts';

/** A connection of which the test says how it answers. */
class Connection implements HeldConnection {
  readonly #ended = Promise.withResolvers<Ending>();
  readonly #clock: ManualClock;
  /** From a ping to its pong; `undefined`: there is none. */
  pongMs: number | undefined = 20;
  pings = 0;
  readonly first = new Promise<string>(() => undefined);
  saidGoodbye = false;

  constructor(clock: ManualClock) {
    this.#clock = clock;
  }

  get ended(): Promise<Ending> {
    return this.#ended.promise;
  }
  ping(): Promise<void> {
    this.pings += 1;
    const { pongMs } = this;
    return new Promise((resolve) => {
      if (pongMs !== undefined) this.#clock.after(pongMs, resolve);
    });
  }
  say(): void {}
  end(): void {
    this.saidGoodbye = true;
    this.close({ code: 1000, initiator: 'server', why: '', flooded: false });
  }
  cut(why: string): void {
    this.close({ code: 1006, initiator: 'probe', why, flooded: false });
  }
  close(ending: Ending): void {
    this.#ended.resolve(ending);
  }
}

/** A probe on a clock of its own, and what it tells. */
function probing(t: TestContext, part: Partial<ProbeTarget> = {}) {
  const clock = new ManualClock();
  const start = clock.now().mono;
  const connections: Connection[] = [];
  const told: string[] = [];
  const headers: unknown[] = [];
  const dial: Dial = async ({ credentials }) => {
    headers.push(credentials.headers);
    const connection = new Connection(clock);
    connections.push(connection);
    const handshake = { step: 'handshake', failure: undefined, why: '', status: 101, phases: {} } as const;
    return { handshake: { ...handshake, certificates: undefined }, connection, answer: undefined };
  };
  const stop = new AbortController();
  const emit = (seen: Observation) => told.push(`${(seen.at.mono - start) / 1000} ${words(seen)}`);
  const network: Network = {
    dial,
    async checkSession() {
      await sleep(clock, 40, stop.signal);
      return { step: 'session', failure: 'session_lost', why: 'the second poll' };
    },
    async checkSpread(_request, { connections }) {
      await sleep(clock, 60, stop.signal);
      return { step: 'spread', backends: [['a', connections]], failures: [], why: '' };
    },
  };
  const source = probeSource({ target: probeTarget(part), clock, random: () => 0, network });
  const running = source.run(emit, stop.signal);
  t.after(async () => {
    stop.abort();
    await running;
  });
  /** Lets time pass in small steps, so that everything that is due gets its turn. */
  const pass = async (ms: number) => {
    for (let left = ms; left > 0; left -= 10) {
      clock.advance(Math.min(10, left));
      for (let turn = 0; turn < 3; turn++) await setImmediate();
    }
  };
  return { clock, connections, told, headers, pass, stop, running };
}

function words(seen: Observation): string {
  if (seen.kind === 'sight') return `${seen.sight}: ${seen.why}`;
  if (seen.kind !== 'probe') return seen.kind;
  if (seen.step === 'pong') return `pong ${seen.rttSeconds}`;
  if (seen.step === 'closed')
    return `closed ${seen.code} by ${seen.initiator} ${seen.heldSeconds} ${seen.why}`;
  if (seen.step === 'spread') return `spread ${seen.backends.join()}`;
  return `${seen.step} ${seen.failure ?? 'good'}`;
}

test('probe: between two handshakes the connection is held and pinged', async (t) => {
  const { told, pass, connections } = probing(t, { intervalMs: 12_000, pingIntervalMs: 5000 });
  await pass(12_500);
  assert.deepEqual(told, [
    '0.01 handshake good',
    '5.03 pong 0.02',
    '10.05 pong 0.02',
    '12.02 handshake good',
  ]);
  assert.equal(connections[0]?.saidGoodbye, true);
  assert.equal(connections[1]?.saidGoodbye, false);
});

test('probe: a pong that does not come ends the connection, and the next handshake comes at its time', async (t) => {
  const { told, pass, connections } = probing(t, { intervalMs: 12_000, timeoutMs: 2000 });
  await pass(100);
  for (const connection of connections) connection.pongMs = undefined;
  await pass(12_400);
  assert.deepEqual(told, [
    '0.01 handshake good',
    '7.01 closed 1006 by probe 7 no pong within 2 s',
    '12.01 handshake good',
  ]);
});

test('probe: a connection that the server ends is told with its code, while waiting and while pinging', async (t) => {
  const { told, pass, connections } = probing(t, { intervalMs: 8000 });
  await pass(3000);
  connections[0]?.close({ code: 1012, initiator: 'server', why: 'restart', flooded: false });
  await pass(5100);
  for (const connection of connections) connection.pongMs = undefined;
  await pass(6000);
  connections[1]?.close({ code: 1006, initiator: 'server', why: '', flooded: false });
  await pass(100);
  const closes = told.filter((line) => line.includes('closed'));
  assert.deepEqual(closes, ['3.01 closed 1012 by server 3 restart', '14.11 closed 1006 by server 6.1 ']);
});

test('probe: what else is asked does not keep the held connection from being pinged', async (t) => {
  const spread = { connections: 3, backend: { header: 'x-served-by' } };
  const { told, pass } = probing(t, { intervalMs: 1000, pingIntervalMs: 30, socketIo: true, spread });
  await pass(85);
  assert.deepEqual(told, [
    '0.01 handshake good',
    '0.05 session session_lost',
    '0.06 pong 0.02',
    '0.07 spread a,3',
  ]);
});

test('probe: a Socket.IO server is left before it gives up a client that has joined nothing', async (t) => {
  const { told, pass, connections } = probing(t, {
    intervalMs: 60_000,
    pingIntervalMs: 30_000,
    socketIo: true,
  });
  await pass(45_000);
  assert.equal(connections[0]?.saidGoodbye, true);
  assert.deepEqual(told.slice(2), ['30.03 pong 0.02']);
  await pass(16_000);
  assert.equal(connections.length, 2);
});

test('probe: what a server repeats of our credentials is not told', async (t) => {
  const { told, pass, connections } = probing(t, { headers: { authorization: 'Bearer s3cret' } });
  await pass(100);
  connections[0]?.close({ code: 4001, initiator: 'server', why: 'no s3cret here', flooded: false });
  await pass(20);
  assert.equal(told.at(-1), '0.11 closed 4001 by server 0.1 no (hidden) here');
});

test('probe: nothing else is asked where no client gets in', async (t) => {
  const asked: string[] = [];
  const failed = { step: 'handshake', failure: 'refused', why: 'ECONNREFUSED', status: undefined } as const;
  const never = async (): Promise<never> => {
    asked.push('asked');
    throw new Error('asked');
  };
  const clock = new ManualClock();
  const stop = new AbortController();
  const source = probeSource({
    ...{ target: probeTarget({ socketIo: true }), clock, random: () => 0 },
    network: {
      dial: async () => ({
        handshake: { ...failed, phases: {}, certificates: undefined },
        ...{ connection: undefined, answer: undefined },
      }),
      ...{ checkSession: never, checkSpread: never },
    },
  });
  const told: Observation[] = [];
  const running = source.run((seen) => told.push(seen), stop.signal);
  t.after(() => running);
  while (told.length === 0) {
    clock.advance(10);
    await setImmediate();
  }
  stop.abort();
  assert.deepEqual(asked, []);
});

test('probe: to be stopped says goodbye and tells nothing more', async (t) => {
  const { told, pass, connections, stop, running } = probing(t);
  await pass(1000);
  stop.abort();
  await running;
  assert.equal(connections[0]?.saidGoodbye, true);
  assert.equal(told.length, 1);
});

test('probe: a credential is read from its file every time; without the file nothing is dialled', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'leasewatch-probe-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'token');
  const { told, pass, headers } = probing(t, { intervalMs: 1000, headerFiles: { authorization: file } });
  /** Reading a file takes turns of the event loop, not time of the clock. */
  const until = async (count: number) => {
    while (told.length < count) await pass(10);
  };
  await until(1);
  assert.match(told[0] ?? '', /blind: cannot be probed: .*token cannot be read: ENOENT/);
  assert.deepEqual(headers, []);
  writeFileSync(file, 'Bearer one\n');
  await until(2);
  writeFileSync(file, 'Bearer two\n');
  await until(3);
  assert.deepEqual(headers, [{ authorization: 'Bearer one' }, { authorization: 'Bearer two' }]);
  writeFileSync(file, 'two\nlines');
  await until(4);
  assert.match(told[3] ?? '', /blind: cannot be probed: .*token must hold one line/);
});
