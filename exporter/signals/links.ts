import { type Link, TraceFlags } from '@opentelemetry/api';
import { spanIdOf } from './span-ids.ts';

/** A link to the root span of another trace; none where there is no such trace. */
export function linkTo(traceId: string | undefined, span: 'round' | 'outage', what: string): readonly Link[] {
  if (traceId === undefined) return [];
  const context = { traceId, spanId: spanIdOf(traceId, span), traceFlags: TraceFlags.SAMPLED };
  return [{ context, attributes: { 'leasewatch.link': what } }];
}
