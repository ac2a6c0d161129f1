import type { OutboxRecord } from '../../exporter/delivery/outbox.ts';
import { importance } from '../../exporter/delivery/outbox.ts';

/*
 * What the records of a torture look like. A record is known by its number, and the number decides where it
 * belongs: spans, or the lines of one of two sites.
 */
const queues = ['traces', 'a', 'b'] as const;
export type QueueName = (typeof queues)[number];

export function queueOf(number: number): QueueName {
  return queues[number % queues.length] ?? 'traces';
}

/** `wallMs`: Unix time. */
export function recordOf(number: number, wallMs: number): OutboxRecord {
  const queue = queueOf(number);
  const name = `record=${number};`;
  if (queue === 'traces') {
    const span = { resource: {}, scopeSpans: [{ spans: [{ name }] }] };
    return { route: 'traces', stream: '', importance: importance.outage, body: bytes(span) };
  }
  const entry = [`${Math.round(wallMs)}000000`, name, {}];
  return {
    route: 'logs',
    stream: JSON.stringify({ site: queue }),
    importance: importance.transition,
    body: bytes(entry),
  };
}

/** A request as a receiver sees it: where it came, and each record in it with its bytes. */
export interface Pushed {
  readonly queue: QueueName | 'unknown';
  readonly records: readonly (readonly [number, string])[];
}

/** Reads the body of a request by its form alone. */
export function readPush(path: string, text: string): Pushed {
  const parsed: unknown = JSON.parse(text);
  if (path === '/v1/traces') return { queue: 'traces', records: elementsOf(parsed, 'resourceSpans') };
  const [stream, ...others] = arrayOf(parsed, 'streams');
  const labels = field(stream, 'stream');
  const site = field(labels, 'site');
  const queue = others.length === 0 && (site === 'a' || site === 'b') ? site : 'unknown';
  return { queue, records: elementsOf(stream, 'values') };
}

function elementsOf(value: unknown, name: string): readonly (readonly [number, string])[] {
  return arrayOf(value, name).map((element) => {
    const text = JSON.stringify(element);
    return [numberIn(text), text];
  });
}

/** The number of the record that a text holds; NaN when it holds none. */
export function numberIn(text: string): number {
  return Number(/record=(\d+);/.exec(text)?.[1]);
}

function arrayOf(value: unknown, name: string): readonly unknown[] {
  const found = field(value, name);
  return Array.isArray(found) ? found : [];
}

function field(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  return new Map(Object.entries(value)).get(name);
}

function bytes(value: unknown): Uint8Array {
  return Buffer.from(JSON.stringify(value));
}
