import type { Clock } from './clock.ts';
import type { Config } from './config.ts';
import { readCredentials } from './delivery/credentials.ts';
import { lokiReceiver } from './delivery/loki.ts';
import type { MemoryTable } from './delivery/memory-table.ts';
import { openOutbox } from './delivery/open-outbox.ts';
import { otlpReceiver } from './delivery/otlp.ts';
import type { Outbox, OutboxRecord, Outcome, Route, RouteStats } from './delivery/outbox.ts';
import type { Permission } from './delivery/permission.ts';
import type { Receiver } from './delivery/receiver.ts';
import { runSender } from './delivery/sender.ts';

/** Bodies of one request together: far below every receiver's limit, and a round trip still carries a lot. */
const requestBytes = 1_000_000;

export interface Delivery {
  /** Keeps a record until its receiver took it; a route without a receiver keeps nothing. */
  deliver(record: OutboxRecord): void;
  /** What the outbox holds for those routes, in one snapshot; absent where there is no outbox. */
  readonly stats: (() => Promise<readonly RouteStats[]>) | undefined;
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
): Promise<StartedDelivery> {
  const wrong = await wrongCredentials(config);
  if (wrong !== undefined) return { kind: 'failed', why: wrong };
  const receivers = receiversOf(config, clock, warn);
  const routes = [...receivers.keys()];
  const durable = config.outbox.path !== 'off';
  if (routes.length === 0 && !durable) return { kind: 'started', delivery: nothing };
  // With the outbox off, logs still wait for Loki somewhere: in memory, and they go with the process.
  const path = durable ? config.outbox.path : ':memory:';
  const opened = await openOutbox({ path, maxBytes: config.outbox.maxBytes, onError: warn, clock });
  if (opened.kind === 'refused') {
    if (routes.length > 0) return { kind: 'failed', why: opened.why };
    warn(`${opened.why}; there is no checkpoint: a restart will not know what was seen before`);
    return { kind: 'started', delivery: nothing };
  }
  const { outbox } = opened;
  const stop = new AbortController();
  const sending = routes.map((route) => {
    const post = receivers.get(route)?.post ?? never;
    const onOutcome = (outcome: Outcome) => tellRefusal(route, outcome, warn);
    const where = { outbox, route, post, permission, maxBytes: requestBytes, onOutcome };
    return runSender({ ...where, clock, random }, stop.signal);
  });
  async function close(): Promise<void> {
    stop.abort();
    await Promise.all(sending);
    await Promise.all([...receivers.values()].map((receiver) => receiver.close()));
    await outbox.close();
  }
  const deliver = (record: OutboxRecord) => {
    if (receivers.has(record.route)) void outbox.append(record);
  };
  const stats = async () => (await outbox.stats()).filter(({ route }) => receivers.has(route));
  const memories = durable ? opened.memories : undefined;
  const queue = routes.length === 0 ? {} : { stats, outbox };
  return { kind: 'started', delivery: { ...nothing, deliver, ...queue, memories, routes, close } };
}

const nothing: Delivery = {
  deliver: () => {},
  stats: undefined,
  memories: undefined,
  outbox: undefined,
  routes: [],
  close: async () => {},
};

async function never(): Promise<Outcome> {
  return { kind: 'retry', why: 'no receiver' };
}

function receiversOf(config: Config, clock: Clock, warn: (message: string) => void): Map<Route, Receiver> {
  const receivers = new Map<Route, Receiver>();
  const { otlp, loki, outbox, proxy } = config;
  const options = (route: Route) => ({
    clock,
    proxy,
    warn: (message: string) => warn(`the receiver of ${route}: ${message}`),
  });
  if (otlp.tracesUrl !== undefined && outbox.path !== 'off') {
    const onPartial = (spans: number, message: string) =>
      warn(`the OTLP receiver refused ${spans} spans: ${message}`);
    const target = { ...otlp, url: otlp.tracesUrl, exact: true };
    receivers.set('traces', otlpReceiver(target, { ...options('traces'), onPartial }));
  }
  if (loki.pushUrl !== undefined) {
    receivers.set('logs', lokiReceiver({ ...loki, url: loki.pushUrl }, options('logs')));
  }
  return receivers;
}

/** What is wrong with the files at the start is an error; later they may be in the middle of a change. */
async function wrongCredentials({ otlp, loki }: Config): Promise<string | undefined> {
  for (const [name, url, sources] of [
    ['otlp', otlp.tracesUrl, otlp],
    ['loki', loki.pushUrl, loki],
  ] as const) {
    const read = url === undefined ? undefined : await readCredentials(sources);
    if (read?.kind === 'failed') return `${name}: ${read.why}`;
  }
  return undefined;
}

function tellRefusal(route: Route, outcome: Outcome, warn: (message: string) => void): void {
  if (outcome.kind === 'rejected') warn(`the receiver of ${route} refused a batch for good: ${outcome.why}`);
}
