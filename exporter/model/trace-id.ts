import { createHash } from 'node:crypto';

/**
 * The trace id of an election round or an outage: 32 hex digits, a hash of what every replica and every
 * restart of leasewatch sees alike. So it is known while the round still runs, and the same everywhere.
 */
export function traceId(...parts: readonly string[]): string {
  return createHash('sha256').update(parts.join('\n')).digest('hex').slice(0, 32);
}
