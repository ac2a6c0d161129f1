import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { createLogger } from 'winston';
import LokiTransport from 'winston-loki';
import { systemClock } from '../../exporter/clock.ts';
import { lokiReceiver } from '../../exporter/delivery/loki.ts';
import { openOutbox } from '../../exporter/delivery/open-outbox.ts';
import { otlpReceiver } from '../../exporter/delivery/otlp.ts';
import { importance, type OutboxRecord, type Route } from '../../exporter/delivery/outbox.ts';
import { alwaysPermitted } from '../../exporter/delivery/permission.ts';
import { runSender } from '../../exporter/delivery/sender.ts';
import { createLogs } from '../../exporter/signals/logs.ts';
import { LokiOutboxTransport } from '../../exporter/signals/loki-format.ts';
import { createTracer, type FinishedSpanTracer } from '../../exporter/signals/tracer.ts';
import { fields, labels, lineOf } from './record.ts';

export const contestants = [
  'leasewatch-lines',
  'winston-loki',
  'leasewatch-spans',
  'batch-span-processor',
] as const;
export type Contestant = (typeof contestants)[number];

/** Someone who records what is numbered and sends it to a receiver. */
export interface Recording {
  record(number: number): void;
  /** Resolves when it will send nothing more; undefined where nobody can say when that is. */
  readonly close: (() => Promise<void>) | undefined;
}

/** Each with the settings that it has unless told otherwise. */
export const start: Readonly<Record<Contestant, (url: string, folder: string) => Promise<Recording>>> = {
  'leasewatch-lines': leasewatchLines,
  'winston-loki': winstonLoki,
  'leasewatch-spans': leasewatchSpans,
  'batch-span-processor': batchSpanProcessor,
};

async function leasewatchLines(url: string, folder: string): Promise<Recording> {
  const { deliver, close } = await sendingOutbox('logs', url, folder);
  const push = new LokiOutboxTransport(labels, deliver);
  const logs = createLogs({ push, console: 'off', level: 'info', clock: systemClock() });
  return { record: (number) => logs.warn(lineOf(number), fields), close };
}

async function winstonLoki(url: string): Promise<Recording> {
  const transport = new LokiTransport({ host: url, labels, json: true, onConnectionError: () => {} });
  const logger = createLogger({ transports: [transport] });
  // Its close ends before what waits for the next attempt was sent.
  return { record: (number) => void logger.warn(lineOf(number), fields), close: undefined };
}

async function leasewatchSpans(url: string, folder: string): Promise<Recording> {
  const { deliver, close } = await sendingOutbox('traces', url, folder);
  return { record: spansInto(createTracer(deliver, resource, undefined)), close };
}

async function batchSpanProcessor(url: string): Promise<Recording> {
  const exporter = new OTLPTraceExporter({ url: `${url}/v1/traces` });
  // What leasewatch itself uses when its outbox is off.
  const tracer = createTracer(() => {}, resource, exporter);
  return { record: spansInto(tracer), close: () => tracer.shutdown() };
}

const resource = { serviceName: 'leasewatch', cluster: 'bench', site: 'bench' };

function spansInto(tracer: FinishedSpanTracer): (number: number) => void {
  const clock = systemClock();
  return (number) => {
    const end = clock.now().wall;
    tracer.tell({
      traceId: number.toString(16).padStart(32, '0'),
      span: 'round',
      start: end - 17_400_000,
      end,
      attributes: { ...fields, text: lineOf(number) },
      importance: importance.transition,
    });
  };
}

interface SendingOutbox {
  readonly deliver: (record: OutboxRecord) => void;
  readonly close: () => Promise<void>;
}

const lookEveryMs = 50;

async function sendingOutbox(route: Route, url: string, folder: string): Promise<SendingOutbox> {
  const clock = systemClock();
  const opened = await openOutbox({
    path: `${folder}/outbox.db`,
    maxBytes: 268_435_456,
    onError: () => {},
    clock,
  });
  if (opened.kind === 'refused') throw new Error(opened.why);
  const { outbox } = opened;
  const target = { url, headers: {} };
  const receiver = route === 'logs' ? lokiReceiver(target, { clock }) : otlpReceiver(target, { clock });
  const stop = new AbortController();
  const { post } = receiver;
  const how = { clock, random: Math.random, maxBytes: 1_000_000, permission: alwaysPermitted };
  const sending = runSender({ outbox, route, post, ...how }, stop.signal);
  const pending = async () => (await outbox.stats()).find((of) => of.route === route)?.pending;
  return {
    deliver: (record) => void outbox.append(record),
    async close() {
      while ((await pending()) !== 0) await new Promise((resolve) => setTimeout(resolve, lookEveryMs));
      stop.abort();
      await sending;
      await receiver.close();
      await outbox.close();
    },
  };
}
