import type { Commit } from './history.ts';
import type { RoundVerdict } from './life.ts';
import type { TrueRound } from './rounds.ts';
import type { Watcher } from './sightings.ts';
import { firstWrite, type Tenure } from './tenures.ts';

/** What was true of one lease, and what was shown of it. */
interface Truth {
  readonly rounds: readonly TrueRound[];
  readonly tenures: readonly Tenure[];
  readonly commits: readonly Commit[];
  readonly watchers: readonly Watcher[];
}

/** By the revision of the write that closed the round: it belongs to the term of one holder, and that to one round. */
export function match(truth: Truth, verdicts: readonly RoundVerdict[]) {
  const matched = new Map<TrueRound, RoundVerdict>();
  const spurious: RoundVerdict[] = [];
  for (const verdict of verdicts) {
    const round = roundOf(verdict, truth);
    if (round !== undefined) moveBack(matched, round, truth);
    if (round === undefined || matched.has(round)) spurious.push(verdict);
    else matched.set(round, verdict);
  }
  return { matched, spurious };
}

function roundOf(verdict: RoundVerdict, { rounds, tenures }: Truth): TrueRound | undefined {
  const revision = closingRevision(verdict);
  const tenure = tenures.findLast((each) => firstWrite(each).revision <= revision);
  return (
    rounds.find((each) => tenure !== undefined && belongs(tenure, each, verdict.outcome)) ??
    rounds.find((each) => isUnseenEnd(each, tenures, verdict))
  );
}

function closingRevision({ revisions }: RoundVerdict): number {
  return revisions.at(-1) ?? 0;
}

/**
 * Two verdicts on one round: the first of them may be of the round before, which ended while the judge was blind, and
 * what it saw next was a later term of the same holder.
 */
function moveBack(matched: Map<TrueRound, RoundVerdict>, round: TrueRound, truth: Truth): void {
  const first = matched.get(round);
  const before = truth.rounds[truth.rounds.indexOf(round) - 1];
  if (first === undefined || before === undefined || matched.has(before)) return;
  if (!isEndUnseen(before, first, truth)) return;
  matched.delete(round);
  matched.set(before, first);
}

function isEndUnseen(
  { predecessor, attempts, acquisition, outcome }: TrueRound,
  verdict: RoundVerdict,
  { watchers, commits }: Truth,
): boolean {
  const same = predecessor?.holder === verdict.predecessor && attempts.at(-1)?.holder === verdict.successor;
  if (!verdict.uncertain || !same || outcome !== verdict.outcome || acquisition === undefined) return false;
  const from = commits.indexOf(acquisition);
  const to = commits.findIndex(({ revision }) => revision === closingRevision(verdict));
  const watcher = watchers.find(({ life }) => life.rounds.includes(verdict));
  return watcher?.sightings.every(({ index }) => index < from || index >= to) ?? false;
}

/** Whoever was deleted last, the holder or somebody who had not renewed yet, is the last of what was abandoned. */
function belongs(tenure: Tenure, round: TrueRound, told: RoundVerdict['outcome']): boolean {
  const isAttempt = round.attempts.includes(tenure);
  if (told !== 'abandoned') return isAttempt;
  return round.outcome === 'abandoned' && (isAttempt || round.predecessor === tenure);
}

/**
 * Somebody held the lease, and it was deleted for good, all while the judge was blind: that it is abandoned is true,
 * and that the judge is not sure of the rest as well.
 */
function isUnseenEnd(
  { opened, outcome }: TrueRound,
  tenures: readonly Tenure[],
  verdict: RoundVerdict,
): boolean {
  const both = outcome === 'abandoned' && verdict.outcome === 'abandoned';
  const again = tenures.some((each) => firstWrite(each).at > opened && firstWrite(each).at < verdict.at);
  return both && verdict.uncertain && opened < verdict.at && !again;
}
