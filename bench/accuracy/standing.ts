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
/** What a list showed is dated by the newest renewal of all, which may be so old: a wrong clock does not tell more (ms). */
const renewsEveryMs = 5 * 60_000;
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
  const told = chronicle.lives.flatMap(({ standing }) => standing.filter((each) => each.lease === lease));
  const faults = told.map((each) => faultOf(each, chronicle));
  return {
    right: faults.filter((fault) => fault === undefined).length,
    wrong: faults.flatMap((fault) => (fault === undefined || fault === 'unknown' ? [] : [fault])),
  };
}

function faultOf(
  { at, lease, count }: Life['standing'][number],
  { almanac, candidates, mayReadCandidates }: Chronicle,
): Fault | 'unknown' | undefined {
  if (!mayReadCandidates)
    return count === undefined ? undefined : { at, why: `told ${count} candidates that it may not read` };
  const from = at - trustMs;
  const hidden = hiding.some((weather) => isUnder(almanac, weather, from, at));
  if (hidden || isTroubled(almanac, from, at)) return 'unknown';
  const moments = momentsOf(candidates, lease, at);
  const counts = moments.map((moment) => countAt(candidates, lease, moment, validMs));
  const most = Math.max(
    ...moments.map((moment) => countAt(candidates, lease, moment, validMs + renewsEveryMs)),
  );
  return count !== undefined && count >= Math.min(...counts) && count <= most
    ? undefined
    : { at, why: `told ${count ?? 'no'} candidates, in truth ${[...new Set(counts)].join(' or ')}` };
}

/** The changes of the last moments, which may not have been told yet. */
function momentsOf(candidates: Candidates, lease: string, at: number): readonly number[] {
  const own = candidates.filter((each) => each.lease === lease);
  const changes = own.flatMap(({ renewals, goneAt }) => [...renewals, goneAt]);
  return [at - lateMs, ...changes.filter((change) => change > at - lateMs && change <= at), at];
}

function countAt(candidates: Candidates, lease: string, at: number, termMs: number): number {
  return candidates.filter((each) => {
    const renewed = each.renewals.findLast((renewal) => renewal <= at);
    return each.lease === lease && renewed !== undefined && renewed + termMs > at && each.goneAt > at;
  }).length;
}
