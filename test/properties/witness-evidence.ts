import assert from 'node:assert/strict';
import { nodeLeaseNamespace, sameSpec } from '../../exporter/model/classify.ts';
import type { LeaseRecord, Observation } from '../../exporter/model/observation.ts';
import { isAtLeast } from '../../exporter/model/revision.ts';
import type { Step, Witness } from './step.ts';

/** A lease or a node as it was before a step. */
interface Before {
  readonly record: LeaseRecord;
  /** When its time is up by its last heartbeat alone (monotonic ms). */
  readonly up: number;
}

/**
 * Nobody is called expired or lost without a read that was sent after the time was up and that shows the
 * same record, nor by a source that cannot see.
 */
export function evidenceWitness(graceMs: number): Witness {
  const before = new Map<string, Before>();
  const proven = new Map<string, LeaseRecord>();
  const source = new Source();
  return (step) => {
    source.see(step.observation);
    for (const id of silenced(step)) {
      const known = before.get(id) ?? restored(id, proven.get(id), step.observation);
      assert.ok(known !== undefined, `${id} is called silent at its first sight`);
      check(id, known, proven.get(id), source, step.observation);
      proven.set(id, known.record);
    }
    before.clear();
    for (const row of step.model.leases()) {
      const { record, observedMono, durationMs } = row;
      before.set(`${row.namespace}/${row.name}`, { record, up: observedMono + durationMs });
    }
    for (const { name, lease, observedMono } of step.model.nodes())
      if (lease !== undefined)
        before.set(`${nodeLeaseNamespace}/${name}`, { record: lease, up: observedMono + graceMs });
  };
}

function silenced({ events }: Step): string[] {
  return events.flatMap((event) => {
    if (event.kind === 'lease-state' && event.to === 'expired') return [`${event.namespace}/${event.lease}`];
    return event.kind === 'node-state' && event.to === 'lost' ? [`${nodeLeaseNamespace}/${event.node}`] : [];
  });
}

/** The lease of a node that was deleted comes again from a backup, as it was when it was proven silent. */
function restored(id: string, record: LeaseRecord | undefined, seen: Observation): Before | undefined {
  const isBack = record !== undefined && seen.kind === 'lease' && seen.lease.name === record.name;
  const isNode = id.startsWith(`${nodeLeaseNamespace}/`);
  return isBack && isNode ? { record, up: Number.POSITIVE_INFINITY } : undefined;
}

/** The node controller compares nothing but the renewTime, also of a lease that was made again. */
function saysNothingNew(id: string, record: LeaseRecord, found: LeaseRecord): boolean {
  if (id.startsWith(`${nodeLeaseNamespace}/`)) return found.renewTime === record.renewTime;
  return found.uid === record.uid && sameSpec(found, record);
}

function check(
  id: string,
  { record, up }: Before,
  proven: LeaseRecord | undefined,
  source: Source,
  seen: Observation,
): void {
  const isSame = (found: LeaseRecord | undefined) => found !== undefined && saysNothingNew(id, record, found);
  // It was proven before the source went blind, and a list shows that nothing was written since.
  if (seen.kind === 'lease' && isSame(seen.lease) && isSame(proven)) return;
  assert.ok(source.sees, `${id} is judged while the source is blind`);
  if (seen.kind === 'answer' && seen.ask.name === record.name) {
    assert.ok('found' in seen.result && isSame(seen.result.found), `${id}: the read shows another record`);
    assert.ok(seen.sentAt.mono >= up, `${id}: the read was sent before the time was up`);
  } else if (seen.kind === 'leases') {
    const listed = 'listed' in seen.result ? seen.result.listed : [];
    assert.ok(listed.some(isSame), `${id}: the list shows another record`);
    assert.ok(seen.sentAt.mono >= up, `${id}: the list was sent before the time was up`);
  } else assert.ok(source.covers(up), `${id}: no evidence in ${seen.kind}`);
}

/** How far the watch of leases has come, and what reads say of how far the server was. */
class Source {
  sees = false;
  #reached = '';
  #revisions: { readonly sentAt: number; readonly revision: string }[] = [];

  see(seen: Observation): void {
    if (seen.kind === 'sight' && seen.source === 'leases') {
      this.sees = seen.sight === 'sighted';
      if (!this.sees) this.#reached = '';
    } else if (seen.kind === 'list' && seen.source === 'leases' && seen.phase === 'end') this.sees = true;
    else if (seen.kind === 'progress' && seen.source === 'leases') this.#reached = seen.resourceVersion;
    else if (seen.kind === 'lease' && seen.change !== 'listed') this.#reached = seen.lease.resourceVersion;
    else if (seen.kind === 'revision' && 'revision' in seen.result)
      this.#revisions.push({ sentAt: seen.sentAt.mono, revision: seen.result.revision });
  }

  /** Whether a revision that was read after `up` has been reached. */
  covers(up: number): boolean {
    return this.#revisions.some(({ sentAt, revision }) => sentAt >= up && isAtLeast(this.#reached, revision));
  }
}
