import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { ManualClock } from '../../test/manual-clock.ts';
import { type Behaviour, MisbehavingReceiver } from '../../test/misbehaving-receiver.ts';
import { lokiReceiver } from './loki.ts';
import { openOutbox } from './open-outbox.ts';
import type { Outbox } from './outbox.ts';
import { alwaysPermitted } from './permission.ts';
import type { Post, Posted } from './posting.ts';
import { runSender, type SenderOptions } from './sender.ts';

export interface Sending {
  readonly outbox: Outbox;
  readonly clock: ManualClock;
  readonly outcomes: Posted[];
  readonly stop: AbortController;
  readonly done: Promise<void>;
  /** Resolves when so many outcomes were settled. */
  readonly settled: (count: number) => Promise<void>;
}

export async function opened(t: TestContext): Promise<Outbox> {
  const result = await openOutbox({ path: ':memory:', maxBytes: 1_000_000, onError: () => {} });
  assert.equal(result.kind, 'open');
  t.after(() => result.outbox.close());
  return result.outbox;
}

/** What a test may say of its sender; batches are of 5 bytes unless it does. */
export type SenderWishes = Partial<SenderOptions>;

/** Runs a sender whose jitter is always in the middle. */
export async function sending(
  t: TestContext,
  receiver: (clock: ManualClock) => Pick<SenderOptions, 'post'> & SenderWishes,
  wishes: SenderWishes = {},
): Promise<Sending> {
  const outbox = wishes.outbox ?? (await opened(t));
  const clock = new ManualClock();
  const outcomes: Posted[] = [];
  const stop = new AbortController();
  let watchers: (() => void)[] = [];
  function onOutcome(outcome: Posted): void {
    outcomes.push(outcome);
    for (const watcher of watchers.splice(0)) watcher();
  }
  const random = () => 0.5;
  const usual = { route: 'logs', permission: alwaysPermitted, random, maxBytes: 5 } as const;
  const sender = { ...usual, ...receiver(clock), ...wishes, outbox, clock, onOutcome };
  const done = runSender(sender, stop.signal);
  t.after(() => {
    stop.abort();
    watchers = [];
    return done;
  });
  async function settled(count: number): Promise<void> {
    while (outcomes.length < count) await new Promise<void>((resolve) => watchers.push(resolve));
  }
  return { outbox, clock, outcomes, stop, done, settled };
}

export async function sendingBy(t: TestContext, post: Post, wishes: SenderWishes = {}): Promise<Sending> {
  return sending(t, () => ({ post }), wishes);
}

/** Sends to a real Loki receiver that does one behaviour after another. */
export async function sendingTo(
  t: TestContext,
  behaviours: readonly Behaviour[],
  wishes: SenderWishes = {},
): Promise<Sending & { readonly receiver: MisbehavingReceiver }> {
  const receiver = await MisbehavingReceiver.start(...behaviours);
  const lokiAt = (clock: ManualClock) => {
    const loki = lokiReceiver({ url: receiver.url, headers: {} }, { clock, timeoutMs: 20_000 });
    t.after(() => loki.close());
    return loki;
  };
  const run = await sending(t, lokiAt, wishes);
  t.after(() => receiver.stop());
  return { ...run, receiver };
}
