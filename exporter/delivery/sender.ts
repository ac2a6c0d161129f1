import { type Clock, sleep } from '../clock.ts';
import { Bell } from './bell.ts';
import { Consignment, type Item, type Part, rankOf, wholeBatch } from './consignment.ts';
import { inTime } from './in-time.ts';
import type { Outbox, OutboxBatch, Route } from './outbox.ts';
import { Pauses } from './pauses.ts';
import type { Permission } from './permission.ts';
import type { Parcel, Post, Posted, Retry, Unsendable } from './posting.ts';

export interface SenderOptions {
  readonly outbox: Outbox;
  readonly route: Route;
  readonly post: Post;
  /** Resolves when other credentials are to be had than those of the last request. */
  readonly renewed?: (stop: AbortSignal) => Promise<void>;
  /** Why the receiver would refuse an element for good; then it is not sent at all. `wall`: Unix microseconds. */
  readonly unsendable?: (body: Uint8Array, wall: number) => Unsendable | undefined;
  /** The receiver's address without credentials. */
  readonly destination?: string;
  /** What of a batch goes in which request, in this order; the same for the same batch. Everything in one, if not given. */
  readonly plan?: ((batch: OutboxBatch) => readonly Part[]) | undefined;
  readonly clock: Clock;
  /** In [0, 1). */
  readonly random: () => number;
  /** The place of this site among all that may lose the same receiver, in [0, 1). */
  readonly share?: number;
  /** Bodies of one batch together; one record at least is sent. */
  readonly maxBytes: number;
  readonly permission: Permission;
  readonly onOutcome?: (outcome: Posted, parcel: Parcel) => void;
  /** Told of records that were set aside without being sent. */
  readonly onUnsendable?: (why: Unsendable, records: number) => void;
}

type Taken = Exclude<Posted, Retry>;

/** Looked at the outbox again without being woken: it may have been unreadable for a while. */
const idleMs = 30_000;

/**
 * Sends a route's batches, oldest first, one at a time, while it is permitted, until `stop`. A failure is tried
 * again after what the receiver asked for, or after a growing random pause; refused credentials after a long one,
 * or when there are others. Of a batch that is refused for good the guilty records are found by halves, and set
 * aside; the others are delivered. Resolves when nothing is under way any more, at most 5 s after `stop`. Never
 * rejects.
 */
export async function runSender(options: SenderOptions, stop: AbortSignal): Promise<void> {
  const { outbox, route, permission, clock } = options;
  const bell = new Bell();
  outbox.onAppend((appended) => {
    if (appended === route) bell.ring();
  });
  let pauses = new Pauses(options.random, options.share);
  let consignment: Consignment | undefined;
  while (!stop.aborted) {
    if (permission.current() === undefined) {
      pauses = new Pauses(options.random, options.share);
      await permission.granted(stop);
      continue;
    }
    bell.reset();
    const batch = await outbox.next(route, options.maxBytes);
    if (batch === undefined) {
      await bell.wait(clock, idleMs, stop);
      continue;
    }
    if (consignment?.isOf(batch) !== true)
      consignment = new Consignment(batch, (options.plan ?? wholeBatch)(batch));
    const retry = await sendParts(consignment, options, pauses, stop);
    if (retry === undefined || permission.current() === undefined) continue;
    await pause(pauses.failed(retry, clock.now()), retry, options, stop);
  }
}

/** Sends what is left of a batch and settles it; says why when one of its parts has to wait. */
async function sendParts(
  consignment: Consignment,
  options: SenderOptions,
  pauses: Pauses,
  stop: AbortSignal,
): Promise<Retry | undefined> {
  const { outbox, onOutcome } = options;
  const { id } = consignment.batch;
  for (;;) {
    await setAsideUnsendable(consignment, options);
    const part = consignment.next;
    if (part === undefined) {
      await outbox.settle(id, { kind: 'accepted', ...consignment.sums });
      return undefined;
    }
    const parcel = parcelOf(part, consignment.batch);
    const posted = await send(parcel, options, stop);
    if (posted.kind === 'retry') {
      await outbox.settle(id, posted);
      onOutcome?.(posted, parcel);
      return posted;
    }
    pauses.succeeded();
    await enter(posted, consignment, options);
    onOutcome?.(posted, parcel);
    if (consignment.next === undefined) return undefined;
  }
}

/** What became of the next part, for good. The last one settles the batch. */
async function enter(posted: Taken, consignment: Consignment, options: SenderOptions): Promise<void> {
  if (posted.kind === 'accepted') consignment.accepted(posted.refused ?? 0);
  else if (posted.divisible !== true || !consignment.divide()) {
    await setAside(consignment.next ?? [], posted.why, options);
    consignment.rejected();
  }
  if (consignment.next !== undefined) return;
  await options.outbox.settle(consignment.batch.id, { kind: 'accepted', ...consignment.sums });
}

function parcelOf(items: Part, { route, stream }: OutboxBatch): Parcel {
  const bodies = items.map(({ body }) => body);
  return { route, stream, bodies, importance: rankOf(items) };
}

/** What would be refused is not even sent: an old backlog would be a request for nothing every time. */
async function setAsideUnsendable(consignment: Consignment, options: SenderOptions): Promise<void> {
  const { unsendable, clock } = options;
  if (unsendable === undefined) return;
  const { wall } = clock.now();
  const found = new Map<string, { readonly why: Unsendable; readonly items: Item[] }>();
  for (const item of consignment.next ?? []) {
    const why = unsendable(item.body, wall);
    if (why === undefined) continue;
    const group = found.get(why.words) ?? { why, items: [] };
    group.items.push(item);
    found.set(why.words, group);
  }
  if (found.size === 0) return;
  for (const { why, items } of found.values()) {
    await setAside(items, why.words, options);
    options.onUnsendable?.(why, items.length);
  }
  consignment.without(new Set([...found.values()].flatMap(({ items }) => items)));
  return setAsideUnsendable(consignment, options);
}

function setAside(items: readonly Item[], words: string, options: SenderOptions): Promise<void> {
  const records = items.flatMap((item) => item.records);
  return options.outbox.setAside({ records, words, destination: options.destination ?? options.route });
}

async function send(parcel: Parcel, options: SenderOptions, stop: AbortSignal): Promise<Posted> {
  const permitted = options.permission.current();
  if (permitted === undefined) return { kind: 'retry', why: 'not permitted any more' };
  if (stop.aborted) return { kind: 'retry', why: 'stopped' };
  const post = (ending: AbortSignal) => options.post(parcel, AbortSignal.any([ending, permitted]));
  try {
    const posted = await inTime(options.clock, stop, post);
    return posted ?? { kind: 'retry', why: 'stopped before the receiver answered' };
  } catch (error) {
    // A bug in building a request must not lose what is in the batch.
    return { kind: 'retry', why: `${options.route}: could not be posted: ${String(error)}` };
  }
}

async function pause(ms: number, { cause }: Retry, options: SenderOptions, stop: AbortSignal): Promise<void> {
  const over = new AbortController();
  const wake = AbortSignal.any([stop, over.signal]);
  const renewed = cause === 'credentials' ? options.renewed?.(wake) : undefined;
  await Promise.race([sleep(options.clock, ms, wake), ...(renewed === undefined ? [] : [renewed])]);
  over.abort();
}
