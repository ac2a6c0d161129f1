import { parseLeaseCandidate } from '../../simulator/actors/lease-candidate.ts';
import { leaseCandidates } from '../../simulator/apiserver/resources.ts';
import type { Store } from '../../simulator/apiserver/store.ts';
import type { Chronicle } from './arena.ts';
import type { Life } from './life.ts';
import type { Fault } from './stale.ts';
import { isTroubled, isUnder } from './trouble.ts';

/** What was written of one LeaseCandidate. Times are monotonic milliseconds of the server. */
interface Candidate {
  readonly lease: string;
  readonly renewals: number[];
  goneAt: number;
}

export type Candidates = readonly Candidate[];

/** So long after its last renewal nobody counts a candidate any more (ms). */
const validMs = 30 * 60_000;
/** Clocks of a control plane differ by less: what was renewed before we looked is dated by that of somebody else (ms). */
const clocksMs = 5000;
/** A watch may be late, or dead without a word, for so long without a trace (ms). */
const trustMs = 180_000;
const lateMs = 2000;
const hiding: readonly string[] = [
  'watch cache lag',
  'watch half open',
  'watches broken',
  'compaction',
  'slow etcd',
];

/** Writes down what the store of a simulated API server commits from now on. */
export function keepCandidates(store: Store, now: () => number): Candidates {
  const candidates: Candidate[] = [];
  const known = new Map<string, { candidate: Candidate; renewTime: string }>();
  store.subscribe(({ resource, object, after }) => {
    const parsed = resource.kind === leaseCandidates.kind ? parseLeaseCandidate(object) : undefined;
    if (parsed === undefined) return;
    const { namespace, name } = parsed.metadata;
    const before = known.get(name);
    if (after === undefined) {
      if (before !== undefined) before.candidate.goneAt = now();
      known.delete(name);
      return;
    }
    const renewTime = parsed.spec.renewTime ?? '';
    if (before?.renewTime === renewTime) return;
    const lease = `${namespace}/${parsed.spec.leaseName}`;
    const candidate = before?.candidate ?? { lease, renewals: [], goneAt: Number.POSITIVE_INFINITY };
    if (before === undefined) candidates.push(candidate);
    candidate.renewals.push(now());
    known.set(name, { candidate, renewTime });
  });
  return candidates;
}

export interface StandingReport {
  readonly right: number;
  readonly wrong: readonly Fault[];
}

/** The number of candidates that the judge told at the end of each round, beside how many there were. */
export function compareStanding(chronicle: Chronicle, lease: string): StandingReport {
  const told = chronicle.lives.flatMap((life) =>
    life.standing.filter((each) => each.lease === lease).map((each) => ({ each, life })),
  );
  const faults = told.map(({ each, life }) => faultOf(each, life, chronicle));
  return {
    right: faults.filter((fault) => fault === undefined).length,
    wrong: faults.flatMap((fault) => (fault === undefined || fault === 'unknown' ? [] : [fault])),
  };
}

function faultOf(
  { at, lease, count }: Life['standing'][number],
  life: Life,
  { almanac, candidates, mayReadCandidates }: Chronicle,
): Fault | 'unknown' | undefined {
  if (!mayReadCandidates)
    return count === undefined ? undefined : { at, why: `told ${count} candidates that it may not read` };
  const from = at - trustMs;
  const hidden = hiding.some((weather) => isUnder(almanac, weather, from, at));
  if (hidden || isTroubled(almanac, from, at)) return 'unknown';
  const own = candidates.filter((each) => each.lease === lease);
  const sightedAt = life.testimony.blindness.findLast(({ to }) => to <= at)?.to ?? life.from;
  const idleMs = idleAt(candidates, sightedAt);
  const moments = momentsOf(own, at);
  const counts = (most: number) => moments.map((moment) => countAt(own, moment, sightedAt, most));
  return count !== undefined &&
    count >= Math.min(...counts(-clocksMs)) &&
    count <= Math.max(...counts(idleMs + clocksMs))
    ? undefined
    : { at, why: `told ${count ?? 'no'} candidates, in truth ${[...new Set(counts(0))].join(' or ')}` };
}

/**
 * For how long nobody had renewed. What a list shows is dated by the newest of all, as if that had come just before:
 * until somebody renews there is no other clock.
 */
function idleAt(candidates: Candidates, at: number): number {
  const newest = candidates.flatMap(({ renewals }) => renewals.findLast((renewal) => renewal <= at) ?? []);
  return at - Math.max(...newest);
}

/** The changes of the last moments, which may not have been told yet. */
function momentsOf(own: Candidates, at: number): readonly number[] {
  const changes = own.flatMap(({ renewals, goneAt }) => [...renewals, goneAt]);
  return [at - lateMs, ...changes.filter((change) => change > at - lateMs && change <= at), at];
}

/** `more`: for so long after its time a candidate counts that renewed before `sightedAt` (ms). */
function countAt(own: Candidates, at: number, sightedAt: number, more: number): number {
  return own.filter(({ renewals, goneAt }) => {
    const renewed = renewals.findLast((renewal) => renewal <= at);
    if (renewed === undefined || goneAt <= at) return false;
    return renewed + validMs + (renewed <= sightedAt ? more : 0) > at;
  }).length;
}
