import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Told } from './contestant-process.ts';
import type { Contestant } from './contestants.ts';
import { type Receiver, startReceiver } from './receiver.ts';
import type { Tally } from './receiver-process.ts';

/** Records a second, seconds of recording, and when the receiver is down, in seconds from the start. */
export interface OutagePlan {
  readonly rate: number;
  readonly seconds: number;
  readonly downFrom: number;
  readonly downUntil: number;
}

export interface OutageResult {
  readonly recorded: number;
  readonly delivered: number;
  readonly lost: number;
  /** Delivered again. */
  readonly again: number;
  /** From the return of the receiver to the last record that came. */
  readonly drainedAfterSeconds: number;
  readonly mainThreadMicros: number;
  readonly peakMb: number;
}

/** winston-loki tries again 60 s after a failure; who sends nothing for longer has nothing left. */
const silenceMs = 75_000;
const lookEveryMs = 100;

/** One contestant through an outage of its receiver, in processes of their own. */
export async function throughOutage(contestant: Contestant, plan: OutagePlan): Promise<OutageResult> {
  const receiver = await startReceiver();
  const folder = mkdtempSync(join(tmpdir(), 'leasewatch-bench-'));
  const args = [contestant, receiver.url, folder, String(plan.rate), String(plan.seconds)];
  const child = fork(join(import.meta.dirname, 'contestant-process.ts'), args);
  const ended = once(child, 'exit');
  let last: Told | undefined;
  child.on('message', (told: Told) => {
    last = told;
  });
  try {
    await pause(plan.downFrom * 1000);
    await receiver.be('down');
    await pause((plan.downUntil - plan.downFrom) * 1000);
    await receiver.be('up');
    const { tally, seconds } = await settled(
      receiver,
      plan.rate * plan.seconds,
      () => last?.kind === 'closed',
    );
    if (last === undefined) throw new Error(`bench: ${contestant} told nothing`);
    return result(last, tally, seconds);
  } finally {
    if (child.connected) child.disconnect();
    await ended;
    await receiver.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Settled {
  readonly tally: Tally;
  /** From the call to the last news. */
  readonly seconds: number;
}

/** Waits until everything came, or nothing more will. */
async function settled(receiver: Receiver, recorded: number, closed: () => boolean): Promise<Settled> {
  const started = performance.now();
  let tally = await receiver.tally();
  let news = performance.now();
  for (;;) {
    const over = closed() || performance.now() - news > silenceMs;
    const now = await receiver.tally();
    if (now.distinct !== tally.distinct || now.again !== tally.again) news = performance.now();
    tally = now;
    if (over || tally.distinct === recorded) return { tally, seconds: (news - started) / 1000 };
    await pause(lookEveryMs);
  }
}

function result(told: Told, { distinct, again }: Tally, drainedAfterSeconds: number): OutageResult {
  return {
    recorded: told.recorded,
    delivered: distinct,
    lost: told.recorded - distinct,
    again,
    drainedAfterSeconds,
    mainThreadMicros: told.mainThreadMicros / told.recorded,
    peakMb: told.peakMb,
  };
}
