import { hostname } from 'node:os';
import { receiversOf, wrongCredentials } from './assemble-receivers.ts';
import type { Clock } from './clock.ts';
import type { Config } from './config.ts';
import type { MemoryTable } from './delivery/memory-table.ts';
import { openOutbox } from './delivery/open-outbox.ts';
import type { Outbox, OutboxRecord, Route, RouteStats } from './delivery/outbox.ts';
import { shareOf } from './delivery/pauses.ts';
import type { Permission } from './delivery/permission.ts';
import { type OpenPoster, openPoster } from './delivery/post.ts';
import type { Posted, Unsendable } from './delivery/posting.ts';
import type { ReceiverStats } from './delivery/receiver-stats.ts';
import { runSender } from './delivery/sender.ts';

export interface Delivery {
  /** Keeps a record until its receiver took it; a route without a receiver keeps nothing. */
  deliver(record: OutboxRecord): void;
  /** What the outbox holds for those routes, in one snapshot; absent where there is no outbox. */
  readonly stats: (() => Promise<readonly RouteStats[]>) | undefined;
  /** How the receivers behave; of those alone that are fed from the outbox. */
  receiverStats(): readonly ReceiverStats[];
  /** Where the checkpoint is kept; absent when nothing is kept on disk. */
  readonly memories: MemoryTable | undefined;
  /** Absent where nobody is to receive anything. */
  readonly outbox: Outbox | undefined;
  /** Routes that have a receiver here; spans go by another way when the outbox is off. */
  readonly routes: readonly Route[];
  close(): Promise<void>;
}

export type StartedDelivery =
  | { readonly kind: 'started'; readonly delivery: Delivery }
  | { readonly kind: 'failed'; readonly why: string };

/** The disk and the network, of which a simulation has its own. */
export interface DeliveryWays {
  readonly openOutbox: typeof openOutbox;
  readonly openPoster: OpenPoster;
}

/**
 * Opens the outbox, and starts one sender a receiver; they send while permitted. Without any receiver its database still keeps the
 * checkpoint; then nothing is lost that was asked for when it cannot be opened, and that is only told.
 */
export async function startDelivery(
  config: Config,
  clock: Clock,
  random: () => number,
  warn: (message: string) => void,
  permission: Permission,
  ways: DeliveryWays = { openOutbox, openPoster },
): Promise<StartedDelivery> {
  const wrong = await wrongCredentials(config);
  if (wrong !== undefined) return { kind: 'failed', why: wrong };
  const receivers = receiversOf(config, clock, warn, ways.openPoster);
  const routes = [...receivers.keys()];
  const durable = config.outbox.path !== 'off';
  if (routes.length === 0 && !durable) return { kind: 'started', delivery: nothing };
  // With the outbox off, logs still wait for Loki somewhere: in memory, and they go with the process.
  const path = durable ? config.outbox.path : ':memory:';
  const opened = await ways.openOutbox({ path, maxBytes: config.outbox.maxBytes, onError: warn, clock });
  if (opened.kind === 'refused') {
    if (routes.length > 0) return { kind: 'failed', why: opened.why };
    warn(`${opened.why}; there is no checkpoint: a restart will not know what was seen before`);
    return { kind: 'started', delivery: nothing };
  }
  const { outbox } = opened;
  const stop = new AbortController();
  const share = shareOf(config.site ?? `${config.cluster ?? ''}/${config.pod.name || hostname()}`);
  const sending = [...receivers].map(([route, { receiver, watch, maxBytes, plan }]) => {
    const told = {
      onOutcome: (outcome: Posted) => watch.posted(outcome),
      onUnsendable: (why: Unsendable, records: number) => watch.unsent(why, records),
    };
    const where = { ...receiver, ...told, outbox, route, permission, maxBytes, plan, share };
    return runSender({ ...where, clock, random }, stop.signal);
  });
  async function close(): Promise<void> {
    stop.abort();
    await Promise.all(sending);
    await Promise.all([...receivers.values()].map(({ receiver }) => receiver.close()));
    await outbox.close();
  }
  const deliver = (record: OutboxRecord) => {
    if (receivers.has(record.route)) void outbox.append(record);
  };
  const stats = async () => (await outbox.stats()).filter(({ route }) => receivers.has(route));
  const memories = durable ? opened.memories : undefined;
  const queue = routes.length === 0 ? {} : { stats, outbox };
  const receiverStats = () => [...receivers.values()].map(({ watch }) => watch.stats);
  return {
    kind: 'started',
    delivery: { ...nothing, deliver, ...queue, receiverStats, memories, routes, close },
  };
}

const nothing: Delivery = {
  deliver: () => {},
  stats: undefined,
  receiverStats: () => [],
  memories: undefined,
  outbox: undefined,
  routes: [],
  close: async () => {},
};
