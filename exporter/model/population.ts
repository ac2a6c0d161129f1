import type { LeaseClass } from './event.ts';
import type { LeaseRow } from './lease-row.ts';
import type { Population, Silenced } from './mass-silence.ts';
import { markTogether, suspectOf } from './node-partition.ts';
import { NodeRow } from './node-row.ts';

/** Looks at all leases and nodes at once; each takes time that grows with their number. */

/** Members of a class that are heard, or were until they expired before our eyes. */
function livingOf(kind: LeaseClass, leases: Iterable<LeaseRow>, nodes: Iterable<NodeRow>): number {
  let count = 0;
  if (kind === 'node') {
    for (const { heard, state } of nodes)
      if (heard && state !== 'terminating' && state !== 'orphan') count += 1;
    return count;
  }
  for (const row of leases) {
    if (row.class === kind && row.seenAlive && (row.state === 'held' || row.state === 'expired')) count += 1;
  }
  return count;
}

/**
 * How many of the nodes have renewed their leases since `since`, as a share of those that would have by
 * their rhythm; `undefined` when no node is known by its heartbeats. Times are monotonic ms.
 */
function heartbeatShare(nodes: Iterable<NodeRow>, since: number, now: number): number | undefined {
  let expected = 0;
  let heard = 0;
  for (const row of nodes) {
    if (!row.heard || row.node?.terminating) continue;
    expected += Math.min(1, Math.max(0, now - since) / row.rhythmMs);
    if (row.observedMono > since) heard += 1;
  }
  return expected === 0 ? undefined : heard / expected;
}

/** Who has just fallen silent, and had been heard. `before` is the state before a read. */
export function silencedSince(
  before: LeaseRow['state'] | NodeRow['state'],
  row: LeaseRow | NodeRow,
): Silenced | undefined {
  if (before === row.state) return undefined;
  if (row instanceof NodeRow) return row.state === 'lost' ? silencedNode(row) : undefined;
  return row.state === 'expired' && row.seenAlive ? silencedLease(row) : undefined;
}

function silencedLease(row: LeaseRow): Silenced {
  const { class: kind, observedMono: lastHeard, durationMs, holder, holderNode } = row;
  const place = holderNode === '' ? holder : holderNode;
  return { class: kind, lastHeard, durationMs, place };
}

function silencedNode(row: NodeRow): Silenced {
  return { class: 'node', lastHeard: row.observedMono, durationMs: row.durationMs, place: row.name };
}

/** The rows of the model, as a silence is measured against them. */
export function populationOf(
  leases: ReadonlyMap<string, LeaseRow>,
  nodes: ReadonlyMap<string, NodeRow>,
): Population {
  return {
    living: (kind) => livingOf(kind, leases.values(), nodes.values()),
    together(durationMs, now) {
      const suspect = suspectOf(leases.values(), nodes.values(), now);
      const known = livingOf('node', leases.values(), nodes.values());
      markTogether(nodes.values(), known, suspect, durationMs, now);
      return suspect;
    },
    heartbeatShare: (since, now) => heartbeatShare(nodes.values(), since, now),
  };
}
