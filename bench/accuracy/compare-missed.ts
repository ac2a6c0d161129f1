import type { LeaseReport } from './compare.ts';
import type { Commit } from './history.ts';
import type { Sighting, Watcher } from './sightings.ts';
import type { Fault } from './stale.ts';

/** Elections that were not seen but counted in the record, as the judge told them beside how many there were. */
export function compareMissed({ lease, commits, watchers }: LeaseReport): readonly Fault[] {
  return watchers.flatMap((watcher) => {
    const told = watcher.life.missed.get(lease) ?? 0;
    const truth = missedBy(watcher, commits);
    return told === truth ? [] : [{ at: watcher.life.to, why: `told ${told} missed, in truth ${truth}` }];
  });
}

/**
 * Of one life: takeovers between two commits that it saw one after the other, but for the one that it saw. What a
 * read is ahead of, the watch brings yet.
 */
function missedBy({ sightings }: Watcher, commits: readonly Commit[]): number {
  let missed = 0;
  let last = -1;
  for (const [place, { index, how }] of sightings.entries()) {
    if (how === 'read' || index <= last) continue;
    // A list that was read to prove a silence may be ahead of the watch, which goes on to tell all of it.
    if (how === 'list' && isToldYet(sightings.slice(place + 1), last, index)) continue;
    const seen = commits[last];
    const next = commits[index];
    if (seen?.spec !== undefined && next?.spec !== undefined && seen.uid === next.uid) {
      const isSeen = next.spec.holder !== '' && next.spec.holder !== seen.spec.holder;
      missed += Math.max(0, next.spec.transitions - seen.spec.transitions - (isSeen ? 1 : 0));
    }
    last = index;
  }
  return missed;
}

function isToldYet(later: readonly Sighting[], last: number, upTo: number): boolean {
  return later.some(({ how, index }) => how === 'watch' && index > last && index <= upTo);
}
