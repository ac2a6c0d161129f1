import { type Clock, sleep } from '../clock.ts';
import { backoffMs, pauseMs } from './backoff.ts';
import type { Outbox, OutboxBatch, Outcome, Route } from './outbox.ts';
import type { Permission } from './permission.ts';

/** Sends one batch. It must end soon after `signal` is aborted. */
export type Post = (batch: OutboxBatch, signal: AbortSignal) => Promise<Outcome>;

export interface SenderOptions {
  readonly outbox: Outbox;
  readonly route: Route;
  readonly post: Post;
  readonly clock: Clock;
  /** In [0, 1). */
  readonly random: () => number;
  /** Bodies of one request together; one record at least is sent. */
  readonly maxBytes: number;
  readonly permission: Permission;
  readonly onOutcome?: (outcome: Outcome, batch: OutboxBatch) => void;
}

/** How long a request under way may go on after the stop. */
const graceMs = 5_000;
/** Looked at the outbox again without being woken: it may have been unreadable for a while. */
const idleMs = 30_000;

/**
 * Sends a route's batches, oldest first, one at a time, while it is permitted, until `stop`. A failure is tried again after
 * what the receiver asked for, or after a growing random pause; a success ends all pausing. Resolves
 * when nothing is under way any more, at most 5 s after `stop`. Never rejects.
 */
export async function runSender(options: SenderOptions, stop: AbortSignal): Promise<void> {
  const { outbox, route, permission, clock, random } = options;
  const bell = new Bell();
  outbox.onAppend((appended) => {
    if (appended === route) bell.ring();
  });
  let failures = 0;
  while (!stop.aborted) {
    if (permission.current() === undefined) {
      failures = 0;
      await permission.granted(stop);
      continue;
    }
    bell.reset();
    const batch = await outbox.next(route, options.maxBytes);
    if (batch === undefined) {
      await bell.wait(clock, stop);
      continue;
    }
    const outcome = await send(batch, options, stop);
    await outbox.settle(batch.id, outcome);
    options.onOutcome?.(outcome, batch);
    failures = outcome.kind === 'retry' ? failures + 1 : 0;
    if (outcome.kind !== 'retry' || permission.current() === undefined) continue;
    const { afterMs } = outcome;
    await sleep(clock, afterMs === undefined ? backoffMs(failures, random) : pauseMs(afterMs, random), stop);
  }
}

async function send(batch: OutboxBatch, options: SenderOptions, stop: AbortSignal): Promise<Outcome> {
  const permitted = options.permission.current();
  if (permitted === undefined) return { kind: 'retry', why: 'not permitted any more' };
  const ending = new AbortController();
  const settled = new AbortController();
  const overdue = afterStop(options.clock, stop, settled.signal).then((): Outcome => {
    ending.abort();
    return { kind: 'retry', why: 'stopped before the receiver answered' };
  });
  try {
    return await Promise.race([options.post(batch, AbortSignal.any([ending.signal, permitted])), overdue]);
  } catch (error) {
    // A bug in building a request must not lose what is in the batch.
    return { kind: 'retry', why: `${options.route}: could not be posted: ${String(error)}` };
  } finally {
    settled.abort();
  }
}

/** Resolves when the grace after `stop` is over, or when `settled`. */
async function afterStop(clock: Clock, stop: AbortSignal, settled: AbortSignal): Promise<void> {
  if (!stop.aborted) {
    await new Promise<void>((resolve) => {
      stop.addEventListener('abort', () => resolve(), { once: true, signal: settled });
      settled.addEventListener('abort', () => resolve(), { once: true });
    });
  }
  await sleep(clock, graceMs, settled);
}

/** Remembers a ring that comes between looking into the outbox and going to sleep. */
class Bell {
  #rung = new AbortController();

  reset(): void {
    this.#rung = new AbortController();
  }

  ring(): void {
    this.#rung.abort();
  }

  wait(clock: Clock, stop: AbortSignal): Promise<void> {
    return sleep(clock, idleMs, AbortSignal.any([this.#rung.signal, stop]));
  }
}
