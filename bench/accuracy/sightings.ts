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

/** A life of the judge with what it saw of one lease. */
export interface Watcher {
  readonly life: Life;
  /** In the order of arrival. */
  readonly sightings: readonly Sighting[];
  /** By index of the commit: when the judge first had it in its hands, which a list does not give. */
  readonly seen: ReadonlyMap<number, number>;
  /** When a watch first told of the commit. A read may be quicker, and proves that the watch is late. */
  readonly watched: ReadonlyMap<number, number>;
}

export function watcherOf(commits: readonly Commit[], life: Life): Watcher {
  const sightings = sightingsOf(commits, life);
  const seen = firstBy(sightings, (how) => how !== 'list');
  return { life, sightings, seen, watched: firstBy(sightings, (how) => how === 'watch') };
}

function sightingsOf(commits: readonly Commit[], life: Life): readonly Sighting[] {
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

/** The first sighting of each commit by the ways that count. */
function firstBy(
  sightings: readonly Sighting[],
  counts: (how: Sighting['how']) => boolean,
): ReadonlyMap<number, number> {
  const first = new Map<number, number>();
  for (const { index, at, how } of sightings) if (counts(how) && !first.has(index)) first.set(index, at);
  return first;
}

/** The first sighting from a moment on that shows more than the commit `index`. */
export function nextAfter({ sightings }: Watcher, index: number, from: number): Sighting | undefined {
  for (let i = firstFrom(sightings, from); i < sightings.length; i++) {
    const sighting = sightings[i];
    if (sighting !== undefined && sighting.index > index) return sighting;
  }
  return undefined;
}

function firstFrom(sightings: readonly Sighting[], from: number): number {
  let low = 0;
  let high = sightings.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sightings[middle]?.at ?? 0) < from) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Whether it had no open watch at some moment between two. */
export function wasBlind({ testimony }: Life, from: number, to: number): boolean {
  return testimony.blindness.some((blind) => blind.from < to && blind.to > from);
}

/** The first moment from `at` on at which it had an open watch. */
export function sightAfter({ testimony }: Life, at: number): number {
  return testimony.blindness.reduce(
    (moment, { from, to }) => (from <= moment && moment < to ? to : moment),
    at,
  );
}
