import { createHash } from 'node:crypto';
import type { Chronicle } from './arena.ts';
import type { Commit } from './history.ts';
import type { RoundVerdict } from './life.ts';
import { type Doubt, roundsOf, type Told, type TrueRound } from './rounds.ts';
import { type Watcher, watcherOf } from './sightings.ts';
import { controllerWriter } from './team.ts';
import { absentFor, firstWrite, type Tenure, tenuresOf, wayOf } from './tenures.ts';
import { type Visibility, visibilityOf } from './visibility.ts';

export type Result =
  | 'found'
  | 'uncertain'
  | 'uncertain unjustified'
  | 'wrong cause'
  | 'wrong outcome'
  /** It was there to be seen and was not told. */
  | 'missed'
  /** Nobody could have seen it: no part of the score. */
  | 'unseen';

/** One true round beside what the judge said of it. */
export interface Comparison {
  readonly round: TrueRound;
  readonly visibility: Visibility;
  readonly verdict: RoundVerdict | undefined;
  readonly result: Result;
  readonly why: string;
}

/** One lease: what was true, what was said, and what was said without being true. */
export interface LeaseReport {
  readonly lease: string;
  readonly commits: readonly Commit[];
  readonly tenures: readonly Tenure[];
  readonly watchers: readonly Watcher[];
  readonly comparisons: readonly Comparison[];
  readonly spurious: readonly RoundVerdict[];
}

/** Clocks that differ by less cannot be told from one another by what news takes. */
const strangeClockMs = 3000;
const limits: readonly Doubt[] = [
  'taken at the limit',
  'deleted at the limit',
  'expired for a moment',
  'asked at the limit',
];
/** News takes so long in good weather, and the usual clocks differ by less (ms). */
const usualWayMs = 250;

export function compareLease(chronicle: Chronicle, lease: string): LeaseReport {
  const { endedAt, lives, ledger } = chronicle;
  const commits = (chronicle.history.get(lease) ?? []).filter(({ at }) => at <= endedAt);
  const watchers = lives.map((life) => watcherOf(commits, life));
  const tenures = tenuresOf(commits, endedAt);
  const isElection = chronicle.elections.has(lease);
  const absentMs = absentFor(commits, endedAt);
  const rounds = isElection ? roundsOf(lease, tenures, toldBy(ledger, lease), absentMs) : [];
  const { matched, spurious } = match(rounds, tenures, closedVerdicts(chronicle, lease));
  const comparisons = rounds
    .filter(({ outcome }) => outcome !== undefined)
    .map((round) => compare(round, matched.get(round), commits, watchers, chronicle));
  return { lease, commits, tenures, watchers, comparisons, spurious };
}

/** What a holder was told after its last start: a restart with the same name begins anew. */
function toldBy(ledger: Chronicle['ledger'], lease: string): Told {
  const relevant = ledger.filter(
    (entry) => entry.lease === lease && (entry.kind === 'told-to-stop' || entry.kind === 'restarted'),
  );
  return {
    toldToStop: (holder, at) =>
      relevant.findLast((entry) => entry.who === holder && entry.at.mono <= at)?.kind === 'told-to-stop',
  };
}

/** The last word on every round; one that was opened and never closed is no verdict yet. */
function closedVerdicts({ lives }: Chronicle, lease: string): readonly RoundVerdict[] {
  return lives
    .flatMap(({ rounds }) => rounds)
    .filter((each) => each.lease === lease && each.step === 'closed');
}

/** By the revision of the write that closed the round: it belongs to the term of one holder, and that to one round. */
function match(rounds: readonly TrueRound[], tenures: readonly Tenure[], verdicts: readonly RoundVerdict[]) {
  const matched = new Map<TrueRound, RoundVerdict>();
  const spurious: RoundVerdict[] = [];
  for (const verdict of verdicts) {
    const revision = verdict.revisions.at(-1) ?? 0;
    const tenure = tenures.findLast((each) => firstWrite(each).revision <= revision);
    const round =
      rounds.find((each) => tenure !== undefined && belongs(tenure, each, verdict.outcome)) ??
      rounds.find((each) => isUnseenEnd(each, tenures, verdict));
    if (round === undefined || matched.has(round)) spurious.push(verdict);
    else matched.set(round, verdict);
  }
  return { matched, spurious };
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

function compare(
  round: TrueRound,
  verdict: RoundVerdict | undefined,
  commits: readonly Commit[],
  watchers: readonly Watcher[],
  { almanac, clusterUid, dates }: Chronicle,
): Comparison {
  const visibility = visibilityOf(round, commits, watchers, almanac, dates);
  const [result, why] = judge(round, verdict, visibility, clusterUid);
  return { round, visibility, verdict, result, why };
}

function judge(
  round: TrueRound,
  verdict: RoundVerdict | undefined,
  visibility: Visibility,
  clusterUid: string,
): readonly [Result, string] {
  if (verdict === undefined) {
    return visibility.evident ? ['missed', 'it was to be seen and was not told'] : ['unseen', ''];
  }
  if (!visibility.knewPredecessor(verdict) && beganWithin(round, verdict)) return ['unseen', ''];
  if (verdict.uncertain) {
    const unknown = wasGivenByHand(round) && !visibility.knewPredecessor(verdict);
    const { clear, clearSince, goesOn } = visibility;
    const doubts = doubtsIn(round, visibility);
    if (!clear || !clearSince || goesOn || doubts.length > 0 || unknown)
      return wrongInAnyCase(round, verdict);
    return ['uncertain unjustified', 'all of it was seen, and the record is plain'];
  }
  const causes = acceptable(round, visibility);
  if (!causes.includes(verdict.cause))
    return ['wrong cause', `${verdict.cause}, in truth ${causes.join(' or ')}`];
  if (mustBeMarked(round)) return ['wrong cause', 'it was blanked by somebody else and is not marked'];
  const differences = differencesOf(round, verdict, visibility, clusterUid);
  return differences.length > 0 ? ['wrong outcome', differences.join(', ')] : ['found', ''];
}

/** A record by hand keeps the acquireTime of the holder before: who did not see it does not know since when it is held. */
function wasGivenByHand({ predecessor }: TrueRound): boolean {
  return predecessor !== undefined && firstWrite(predecessor).writer.startsWith('kubectl');
}

/** Whoever looked for the first time in the middle of a round takes what it saw then for the beginning. */
function beganWithin({ cause, attempts }: TrueRound, verdict: RoundVerdict): boolean {
  if (verdict.cause === 'created') return cause !== 'created';
  return attempts.some(({ holder }) => holder === verdict.predecessor);
}

/** What a judge may be unsure of, beside what it did not see. */
function doubtsIn({ doubts, limitMs }: TrueRound, { delayMs, blurMs }: Visibility): readonly Doubt[] {
  // At a limit is what came as near to it as news takes: who was told at once knows which side it was on.
  return doubts.filter((doubt) => !limits.includes(doubt) || limitMs <= usualWayMs + delayMs + blurMs);
}

/** Of a round that is marked too it is known who has the lease after it. */
function wrongInAnyCase({ outcome, attempts }: TrueRound, verdict: RoundVerdict): readonly [Result, string] {
  const successor = outcome === 'abandoned' ? '' : attempts.at(-1)?.holder;
  if (verdict.successor !== successor)
    return ['wrong outcome', `marked, and successor ${verdict.successor}, in truth ${successor}`];
  return ['uncertain', ''];
}

function acceptable(round: TrueRound, visibility: Visibility): readonly string[] {
  const { cause, predecessor } = round;
  const doubts = doubtsIn(round, visibility);
  if (doubts.includes('taken at the limit')) return [cause, 'expired'];
  if (doubts.includes('deleted at the limit')) return ['deleted', 'expired'];
  if (doubts.includes('asked at the limit')) return ['coordinated', 'expired'];
  if (doubts.includes('expired for a moment')) return [cause, endedBy(predecessor?.end?.after)];
  if (doubts.includes('released late') || doubts.includes('edited in the silence'))
    return cause === 'coordinated' ? [cause] : ['released', 'expired'];
  return [cause];
}

/** What the write would be that came a moment after the expiry, had it come before. */
function endedBy(write: Commit | undefined): string {
  if (write?.spec === undefined) return 'deleted';
  if (write.writer === controllerWriter) return 'coordinated';
  return write.spec.holder === '' ? 'released' : 'expired';
}

/**
 * An ex-leader that blanked its successor within one duration of its takeover, or with a date that is not of the
 * clock of the successor. Later than that, and by equal clocks, nobody can tell it from a release.
 */
function mustBeMarked({ predecessor, doubts }: TrueRound): boolean {
  const by = predecessor?.end?.by;
  if (predecessor?.end?.how !== 'released' || by === undefined || !doubts.includes('blanked')) return false;
  if (by.writer === predecessor.holder || by.writer.startsWith('kubectl')) return false;
  const { writes } = predecessor;
  const termMs = (writes[0].spec?.durationSeconds ?? 0) * 1000;
  const strangeMs = Math.min(...writes.map((write) => Math.abs(wayOf(by) - wayOf(write))));
  return by.at - writes[0].at <= termMs || strangeMs > strangeClockMs;
}

function differencesOf(
  round: TrueRound,
  verdict: RoundVerdict,
  { clear }: Visibility,
  clusterUid: string,
): readonly string[] {
  const { outcome, predecessor, attempts } = round;
  const successor = outcome === 'abandoned' ? '' : (attempts.at(-1)?.holder ?? '');
  const pairs: readonly (readonly [string, string | undefined, string | undefined])[] = [
    ['outcome', verdict.outcome, outcome],
    ['predecessor', verdict.predecessor, predecessor?.holder ?? ''],
    ['successor', verdict.successor, successor],
  ];
  const wrong = pairs.flatMap(([what, said, truth]) =>
    said === truth ? [] : [`${what} ${said}, in truth ${truth}`],
  );
  const hasWrongTrace =
    clear && predecessor !== undefined && verdict.traceId !== traceOf(predecessor, clusterUid);
  return hasWrongTrace ? [...wrong, 'trace id'] : wrong;
}

/** As it is promised: a hash of the cluster, the lease, and the last revision before the opening. */
function traceOf({ uid, lastRevision }: Tenure, clusterUid: string): string {
  const parts = ['round', clusterUid, uid, String(lastRevision)];
  return createHash('sha256').update(parts.join('\n')).digest('hex').slice(0, 32);
}
