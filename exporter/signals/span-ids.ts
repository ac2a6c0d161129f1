import { createHash } from 'node:crypto';
import { type SpanName, spans } from '../catalogue.ts';

/**
 * The id of a span, 16 hex digits: the same after a restart and in every replica, so that what is
 * delivered twice stays one span. `attempt` tells apart spans of one name within a round.
 */
export function spanIdOf(traceId: string, span: SpanName, attempt = 0): string {
  const digest = createHash('sha256').update(`${traceId}/${spans[span].name}/${attempt}`);
  return digest.digest('hex').slice(0, 16);
}
