import LokiTransport from 'winston-loki';
import type { OutboxRecord } from '../delivery/outbox.ts';
import { isLineContext, lineContext, type StreamLabels } from './line-context.ts';

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
