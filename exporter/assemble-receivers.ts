import type { Clock } from './clock.ts';
import type { Config } from './config.ts';
import { readCredentials } from './credentials.ts';
import { type Budget, bothOf, WindowBudget } from './delivery/budget.ts';
import { lokiReceiver } from './delivery/loki.ts';
import { entryTime } from './delivery/loki-limits.ts';
import { otlpReceiver } from './delivery/otlp.ts';
import type { Route } from './delivery/outbox.ts';
import { planFor } from './delivery/plan.ts';
import { openPoster } from './delivery/post.ts';
import type { Receiver } from './delivery/receiver.ts';
import { ReceiverWatch } from './delivery/receiver-watch.ts';
import type { SenderOptions } from './delivery/sender.ts';
import { foldLines } from './signals/fold.ts';

/** A receiver, and who counts what it does. */
export interface WatchedReceiver {
  readonly receiver: Receiver;
  readonly watch: ReceiverWatch;
  /** Bodies of one batch together. */
  readonly maxBytes: number;
  /** Where bandwidth is short: what of a batch goes first, and what is folded. */
  readonly plan: SenderOptions['plan'];
}

/** Over any time of this length the rates of the configuration hold. */
const windowMs = 10_000;
/** Loki's own limits look at a second or two. */
const ingestWindowMs = 1_000;

/** The receivers of the configuration that are fed from the outbox. */
export function receiversOf(
  config: Config,
  clock: Clock,
  warn: (message: string) => void,
  connect = openPoster,
): ReadonlyMap<Route, WatchedReceiver> {
  const { otlp, loki, outbox, proxy } = config;
  const receivers = new Map<Route, WatchedReceiver>();
  const total = budgetOf(outbox.bytesPerSecond, clock);
  const rateOf = (route: Route) => (route === 'traces' ? otlp : loki).bytesPerSecond;
  const add = (route: Route, open: (options: ReturnType<typeof optionsFor>) => Receiver) => {
    const watch = new ReceiverWatch(route, clock, warn);
    const rates = [rateOf(route), outbox.bytesPerSecond].filter((rate) => rate !== undefined);
    const lines = route === 'logs' ? loki.ingestBytesPerSecond : Number.POSITIVE_INFINITY;
    const unhurried = { maxBytes: requestBytes(lines), plan: undefined };
    const sizes = rates.length === 0 ? unhurried : thriftily(route, Math.min(...rates));
    receivers.set(route, { watch, ...sizes, receiver: open(optionsFor(route, watch)) });
  };
  const optionsFor = (route: Route, watch: ReceiverWatch) => ({
    ...{ clock, proxy },
    budget: shared(budgetOf(rateOf(route), clock), total),
    onSent: (bytes: number) => watch.sent(bytes),
    warn: (message: string) => warn(`the receiver of ${route}: ${message}`),
  });
  const { tracesUrl } = otlp;
  if (tracesUrl !== undefined && outbox.path !== 'off') {
    const onPartial = (spans: number, message: string) =>
      warn(`the OTLP receiver refused ${spans} spans: ${message}`);
    const target = { ...otlp, url: tracesUrl, exact: true };
    add('traces', (options) => otlpReceiver(target, { ...options, onPartial }, connect));
  }
  const { pushUrl, ingestBytesPerSecond: bytesPerSecond } = loki;
  if (pushUrl !== undefined) {
    const ingest = new WindowBudget({ bytesPerSecond, windowMs: ingestWindowMs }, clock);
    add('logs', (options) => lokiReceiver({ ...loki, url: pushUrl }, { ...options, ingest }, connect));
  }
  return receivers;
}

/** Far below every receiver's limit, and a round trip still carries a lot. */
const mostBatchBytes = 1_000_000;
const leastRequestBytes = 8_192;
/** So that there is something to choose from. After a crash all of it is sent again. */
const requestsPerBatch = 20;

/**
 * A request on a thin line must end before its receiver loses patience; compressed, it is a fifth of that. And a
 * thousand sites that share what Loki takes must not each save up for a large one.
 */
function requestBytes(bytesPerSecond: number): number {
  return Math.max(leastRequestBytes, Math.min(mostBatchBytes, 10 * bytesPerSecond));
}

function thriftily(route: Route, bytesPerSecond: number): Pick<WatchedReceiver, 'maxBytes' | 'plan'> {
  const maxBytes = requestBytes(bytesPerSecond);
  const lines = route === 'logs' ? { fold: foldLines, timeOf: entryTime } : {};
  const batchBytes = Math.min(mostBatchBytes, requestsPerBatch * maxBytes);
  return { maxBytes: batchBytes, plan: planFor({ maxBytes, ...lines }) };
}

function budgetOf(bytesPerSecond: number | undefined, clock: Clock): Budget | undefined {
  return bytesPerSecond === undefined ? undefined : new WindowBudget({ bytesPerSecond, windowMs }, clock);
}

function shared(own: Budget | undefined, total: Budget | undefined): Budget | undefined {
  return own === undefined || total === undefined ? (own ?? total) : bothOf(own, total);
}

/** What is wrong with the files at the start is an error; later they may be in the middle of a change. */
export async function wrongCredentials({ otlp, loki }: Config): Promise<string | undefined> {
  for (const [name, url, sources] of [
    ['otlp', otlp.tracesUrl, otlp],
    ['loki', loki.pushUrl, loki],
  ] as const) {
    const read = url === undefined ? undefined : await readCredentials(sources);
    if (read?.kind === 'failed') return `${name}: ${read.why}`;
  }
  return undefined;
}
