import type { Chronicle } from './arena.ts';
import type { LeaseReport } from './compare.ts';
import type { OverlapVerdict } from './life.ts';
import { overlapsOf, shortestMs, type TrueOverlap } from './overlaps.ts';
import { wasBlind } from './sightings.ts';
import type { Fault } from './stale.ts';
import { lastWrite } from './tenures.ts';

export interface OverlapReport {
  readonly found: number;
  readonly missed: readonly Fault[];
  readonly spurious: readonly Fault[];
  readonly invisible: number;
}

/** News that took longer than this does not show any more that the first one's time was not up. */
const promptMs = 1000;

export function compareOverlaps(chronicle: Chronicle, report: LeaseReport): OverlapReport {
  const overlaps = overlapsOf(report.tenures);
  const told = chronicle.lives.flatMap((life) => life.overlaps).filter(({ lease }) => lease === report.lease);
  const isTold = (overlap: TrueOverlap) => told.some((each) => tells(each, overlap));
  const required = overlaps.filter((overlap) => isTold(overlap) || isEvident(overlap, report, chronicle));
  const spurious = told.filter(
    (each, index) =>
      !overlaps.some((overlap) => tells(each, overlap)) ||
      told.findIndex(({ secondWrite }) => secondWrite === each.secondWrite) !== index,
  );
  return {
    found: required.filter(isTold).length,
    missed: required
      .filter((overlap) => !isTold(overlap))
      .map(({ first, second, from }) => ({
        at: from,
        why: `${first} and ${second}`,
      })),
    spurious: spurious.map(({ at, first, second }) => ({ at, why: `told ${first} and ${second}` })),
    invisible: beliefs(chronicle, report.lease, overlaps),
  };
}

/** Whoever was blind to the acquisition has a later record of the same term, which says when it began. */
function tells(told: OverlapVerdict, { acquisition, lastRevision, ...truth }: TrueOverlap): boolean {
  const isSame = told.first === truth.first && told.second === truth.second;
  // It tells the least that is sure: never more than there was.
  const isSure = told.seconds > 0 && told.seconds * 1000 <= truth.until - truth.from + shortestMs;
  return isSame && isSure && acquisition.revision <= told.secondWrite && told.secondWrite <= lastRevision;
}

/** Both writes reached a judge that was never blind in between, in time to see that the first one's was not up. */
function isEvident(
  { acquisition, from, until }: TrueOverlap,
  { commits, tenures, watchers }: LeaseReport,
  { dates }: Chronicle,
): boolean {
  const before = tenures[tenures.findIndex(({ writes }) => writes[0] === acquisition) - 1];
  if (before === undefined || until - from < shortestMs) return false;
  const first = commits.indexOf(lastWrite(before));
  const second = commits.indexOf(acquisition);
  return watchers.some(({ life, watched }) => {
    for (let index = first; index <= second; index++) {
      const at = watched.get(index);
      if (at === undefined || at - (commits[index]?.at ?? 0) > promptMs) return false;
    }
    const seen = watched.get(second) ?? 0;
    // How long the first one's last write was under way must be known as well.
    const known = dates.notBefore(life, watched.get(first) ?? 0) - lastWrite(before).at;
    return seen < until + Math.min(0, known) - shortestMs && !wasBlind(life, lastWrite(before).at, seen);
  });
}

/** How often two led at once by their own belief, without an overlap of the records at that time. */
function beliefs({ ledger, endedAt }: Chronicle, lease: string, overlaps: readonly TrueOverlap[]): number {
  const leading = new Set<string>();
  let invisible = 0;
  for (const { at, kind, who, lease: of } of ledger) {
    if (of !== lease || at.mono > endedAt) continue;
    if (kind === 'stopped-leading' || kind === 'released' || kind === 'crashed') leading.delete(who);
    if (kind !== 'started-leading') continue;
    leading.add(who);
    const isEvidenced = overlaps.some(({ from, until }) => from <= at.mono && at.mono <= until + promptMs);
    if (leading.size > 1 && !isEvidenced) invisible += 1;
  }
  return invisible;
}
