import type { Suspect } from './event.ts';
import type { LeaseRow } from './lease-row.ts';
import type { NodeRow } from './node-row.ts';

/**
 * Many nodes are silent at once, each proven by a read. Where others go on to write, the API server is in good order,
 * and the way between these nodes and it is cut; where nobody does, it or its store takes no writes.
 */
export function suspectOf(leases: Iterable<LeaseRow>, nodes: Iterable<NodeRow>, now: number): Suspect {
  for (const row of nodes)
    if (row.state === 'alive' && now - row.observedMono <= 2 * row.rhythmMs) return 'partition';
  for (const row of leases)
    if (row.state === 'held' && row.seenAlive && now - row.observedMono <= row.lateAfterMs)
      return 'partition';
  return 'control_plane';
}

/** Tells every outage that began within `durationMs` (ms) before `now` that it is none of its own. */
export function markTogether(
  nodes: Iterable<NodeRow>,
  known: number,
  suspect: Suspect,
  durationMs: number,
  now: number,
): void {
  const outages = [...nodes].flatMap(({ outage }) =>
    outage !== undefined && (outage.together !== undefined || outage.lost >= now - durationMs)
      ? [outage]
      : [],
  );
  // Some of them may have ended.
  const silent = Math.max(outages.length, ...outages.map(({ together }) => together?.silent ?? 0));
  for (const outage of outages) outage.together = { silent, of: Math.max(known, silent), suspect };
}
