import assert from 'node:assert/strict';
import { spanIdOf } from '../../exporter/signals/span-ids.ts';
import type { FinishedSpan } from '../../exporter/signals/tracer.ts';
import { spansOf } from '../../exporter/signals/traces.ts';
import type { Step, Witness } from './step.ts';

/** Spans have ids of their own, end after they began, and are children of the root of their trace. */
export function spansWitness(): Witness {
  const ids = new Set<string>();
  return ({ events }) => {
    for (const span of events.flatMap(spansOf)) {
      const id = `${span.traceId} ${spanIdOf(span.traceId, span.span, span.attempt)}`;
      // A node that is lost again without a heartbeat of its lease in between is told in the same trace.
      assert.ok(!ids.has(id) || span.traceId === outageOf(events), `two spans ${span.span} of one id`);
      ids.add(id);
      checkSpan(span);
    }
  };
}

function outageOf(events: Step['events']): string | undefined {
  return events.flatMap((event) => (event.kind === 'node-outage' ? [event.traceId] : []))[0];
}

function checkSpan({ span, parent, start, end, events = [] }: FinishedSpan): void {
  const isRoot = span === 'round' || span === 'outage';
  assert.equal(parent === undefined, isRoot, `span ${span} under ${parent}`);
  if (parent !== undefined)
    assert.ok(parent === 'round' || parent === 'outage', `span ${span} under ${parent}`);
  assert.ok(Number.isSafeInteger(start) && Number.isSafeInteger(end), `span ${span} from ${start} to ${end}`);
  assert.ok(end >= start, `span ${span} ends before it began: ${start} ${end}`);
  for (const { at } of events) assert.ok(Number.isSafeInteger(at), `an event of span ${span} at ${at}`);
}
