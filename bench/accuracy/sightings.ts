import type { Commit } from './history.ts';
import type { Life } from './life.ts';
import type { Delivery } from './witness.ts';

/** One look at a lease that one life of the judge was given. */
export interface Sighting {
  readonly at: number;
  readonly how: Delivery['how'];
  /** Index of the commit in the lease's history; -1 when a list came before the first one. */
  readonly index: number;
}

/** What one life saw of one lease, in the order of arrival. */
export function sightingsOf(commits: readonly Commit[], life: Life): readonly Sighting[] {
  const first = commits[0]?.revision ?? 0;
  const indexOf = new Map(commits.map(({ revision }, index) => [revision, index]));
  const sightings: Sighting[] = [];
  for (const { how, at, revision } of life.testimony.deliveries) {
    if (how === 'list')
      sightings.push({ at, how, index: revision < first ? -1 : lastUpTo(commits, revision) });
    else {
      const index = indexOf.get(revision);
      if (index !== undefined) sightings.push({ at, how, index });
    }
  }
  return sightings;
}

/** Index of the last commit up to a revision; -1 before the first. */
function lastUpTo(commits: readonly Commit[], revision: number): number {
  let low = 0;
  let high = commits.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((commits[middle]?.revision ?? 0) <= revision) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** When the judge first had the very commit in its hands, or undefined. */
export function seenAt(sightings: readonly Sighting[], index: number): number | undefined {
  return sightings.find((sighting) => sighting.index === index && sighting.how !== 'list')?.at;
}

/** When a watch told it of the commit. A read may be quicker, and proves that the watch is late. */
export function watchedAt(sightings: readonly Sighting[], index: number): number | undefined {
  return sightings.find((sighting) => sighting.index === index && sighting.how === 'watch')?.at;
}

/** Whether it had no open watch at some moment between two. */
export function wasBlind({ testimony }: Life, from: number, to: number): boolean {
  return testimony.blindness.some((blind) => blind.from < to && blind.to > from);
}
