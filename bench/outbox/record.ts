import { importance, type OutboxRecord } from '../../exporter/delivery/outbox.ts';

/** A numbered line about an election, as long as the real ones; its number is found again by `recordsIn`. */
export function lineOf(number: number): string {
  return `record=${number}; default/till: nobody leads since till-0 renewed last 17.4 s ago`;
}

/** What is told of an event beside its line. */
export const fields = {
  event: 'lease_expired',
  namespace: 'default',
  lease: 'till',
  holder: 'till-0',
  node: 'node-3',
  trace_id: '0af7651916cd43dd8448eb211c80319c',
  span_id: 'b7ad6b7169203331',
} as const;

export const labels = { service_name: 'leasewatch', cluster: 'bench', site: 'bench' } as const;

/** A finished record for Loki of this moment, of about 300 bytes: an old one would be set aside unsent. */
export function logRecord(number: number): OutboxRecord {
  const wall = Date.now() * 1000 + (number % 1000);
  return {
    route: 'logs',
    stream: JSON.stringify({ ...labels, level: 'warn' }),
    importance: importance.renewal,
    body: Buffer.from(JSON.stringify([`${wall}000`, lineOf(number), fields])),
  };
}

/** The numbers of the records that a request carries, in whatever format. */
export function recordsIn(body: string): number[] {
  return Array.from(body.matchAll(/record=(\d+);/g), ([, number]) => Number(number));
}
