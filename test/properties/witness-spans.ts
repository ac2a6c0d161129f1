import assert from 'node:assert/strict';
import type { Round } from '../../exporter/model/event.ts';
import { spanIdOf } from '../../exporter/signals/span-ids.ts';
import type { FinishedSpan } from '../../exporter/signals/tracer.ts';
import { spansOf } from '../../exporter/signals/traces.ts';
import type { Step, Witness } from './step.ts';

/** Spans have ids of their own, end after they began, and are children of the root of their trace. */
export function spansWitness(): Witness {
  const ids = new Set<string>();
  const leases = new Map<string, string>();
  return ({ events, model }) => {
    forget(ids, leases, model);
    for (const event of events)
      if (event.kind === 'round') leases.set(event.round.traceId, nameOf(event.round));
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

/** What the model has forgotten, an hour after its deletion, may come again from a backup with the very records of before. */
function forget(ids: Set<string>, leases: Map<string, string>, model: Step['model']): void {
  const known = new Set([...model.leases()].map(({ namespace, name }) => `${namespace}/${name}`));
  for (const [traceId, name] of leases) {
    if (known.has(name)) continue;
    leases.delete(traceId);
    for (const id of ids) if (id.startsWith(traceId)) ids.delete(id);
  }
}

function nameOf({ namespace, lease }: Round): string {
  return `${namespace}/${lease}`;
}
