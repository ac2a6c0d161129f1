import LokiTransport from 'winston-loki';
import { type Importance, importance, type OutboxRecord } from '../delivery/outbox.ts';
import { printable } from './safe-text.ts';

export interface StreamLabels {
  readonly service_name: string;
  /** Read at every line: the name of the cluster may become known only after the first lines. */
  readonly cluster: string;
  readonly site: string;
}

/** What a log line carries beside its text; under a symbol, so that no format prints it. */
export const lineContext = Symbol('leasewatch line');

export interface LineContext {
  /** Unix microseconds. */
  readonly wall: number;
  readonly importance: Importance;
  /** Structured metadata. */
  readonly metadata: Readonly<Record<string, string>>;
}

/**
 * winston-loki's transport with its sender taken out: what it would have batched in memory becomes an
 * outbox record. Its own batcher sends a refused batch again for ever and keeps everything in memory.
 */
export class LokiOutboxTransport extends LokiTransport {
  declare readonly batcher: { pushLogEntry(entry: unknown): Promise<void> };

  constructor(labels: StreamLabels, deliver: (record: OutboxRecord) => void) {
    super({
      host: 'http://outbox.invalid',
      labels,
      json: true,
      batching: false,
      gracefulShutdown: false,
      replaceTimestamp: false,
      format: plainMessage,
    });
    this.batcher.pushLogEntry = async (entry) => deliver(recordOf(entry, labels.cluster));
  }

  /** There is nothing to flush, and the base class would wait for its sender. */
  override async close(): Promise<void> {}
}

/** winston-loki appends all fields to the line unless a format says what the line is. */
const plainMessage = {
  transform(info: { message?: unknown; [key: symbol]: unknown }) {
    info[Symbol.for('message')] = String(info.message);
    return { level: 'info', message: info.message, ...info };
  },
};

interface LokiEntry {
  readonly labels: Readonly<Record<string, unknown>>;
  readonly entries: readonly [{ readonly line: string; readonly rest: Readonly<Record<symbol, unknown>> }];
}

/** Loki's `[ns, line, metadata]`; the stream is its labels in a fixed order. */
function recordOf(entry: unknown, cluster: string): OutboxRecord {
  if (!isLokiEntry(entry)) throw new Error('logs: winston-loki made an entry of an unexpected form');
  const [{ line, rest }] = entry.entries;
  const context = rest[lineContext];
  if (!isLineContext(context)) throw new Error('logs: a line has no context');
  const { service_name, site, level } = entry.labels;
  // Exact nanoseconds: winston-loki's own timestamp is cut to milliseconds.
  const value = [`${Math.round(context.wall)}000`, line, context.metadata];
  return {
    route: 'logs',
    // Loki takes an empty label for an absent one.
    stream: JSON.stringify({ service_name, cluster, site: site || undefined, level }),
    importance: context.importance,
    body: Buffer.from(JSON.stringify(value)),
  };
}

function isLokiEntry(entry: unknown): entry is LokiEntry {
  if (typeof entry !== 'object' || entry === null) return false;
  if (!('labels' in entry) || !('entries' in entry) || !Array.isArray(entry.entries)) return false;
  const [first]: readonly unknown[] = entry.entries;
  return typeof first === 'object' && first !== null && 'line' in first && typeof first.line === 'string';
}

export function isLineContext(context: unknown): context is LineContext {
  return typeof context === 'object' && context !== null && 'wall' in context && 'metadata' in context;
}

/** The context of a line; metadata without a value is left out, and its text is made harmless. */
export function contextOf(
  wall: number,
  fields: Readonly<Record<string, string | undefined>>,
  rank: Importance = importance.chatter,
): LineContext {
  const metadata: Record<string, string> = {};
  for (const [name, value] of Object.entries(fields)) {
    if (value !== undefined && value !== '') metadata[name] = printable(value, 1000);
  }
  return { wall, importance: rank, metadata };
}
