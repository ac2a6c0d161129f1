import { createHash } from 'node:crypto';
import type { Chronicle } from './arena.ts';
import type { Commit } from './history.ts';
import type { RoundVerdict } from './life.ts';
import { match } from './match.ts';
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
  const { matched, spurious } = match(
    { rounds, tenures, watchers, commits },
    closedVerdicts(chronicle, lease),
  );
  const comparisons = rounds
    .filter(({ outcome }) => outcome !== undefined)
    .map((round) => compare(round, matched.get(round), { commits, tenures, watchers }, chronicle));
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

type Seen = Pick<LeaseReport, 'commits' | 'tenures' | 'watchers'>;

function compare(
  round: TrueRound,
  verdict: RoundVerdict | undefined,
  seen: Seen,
  { almanac, clusterUid, dates }: Chronicle,
): Comparison {
  const visibility = visibilityOf(round, seen.commits, seen.watchers, almanac, dates);
  const [result, why] = judge(round, verdict, visibility, clusterUid, mustBeMarked(round, verdict, seen));
  return { round, visibility, verdict, result, why };
}

function judge(
  round: TrueRound,
  verdict: RoundVerdict | undefined,
  visibility: Visibility,
  clusterUid: string,
  blanked: boolean,
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
  if (blanked) return ['wrong cause', 'it was blanked by somebody else and is not marked'];
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
 * clock of the successor. Later than that, and by equal clocks, nobody can tell it from a release; nor can who never
 * saw that anybody had the lease before.
 */
function mustBeMarked(
  { predecessor, doubts }: TrueRound,
  verdict: RoundVerdict | undefined,
  seen: Seen,
): boolean {
  const by = predecessor?.end?.by;
  if (predecessor?.end?.how !== 'released' || by === undefined || !doubts.includes('blanked')) return false;
  if (by.writer === predecessor.holder || by.writer.startsWith('kubectl')) return false;
  const { writes, takenAt } = predecessor;
  const termMs = (writes[0].spec?.durationSeconds ?? 0) * 1000;
  const strangeMs = Math.min(...writes.map((write) => Math.abs(wayOf(by) - wayOf(write))));
  return strangeMs > strangeClockMs || (by.at - takenAt <= termMs && knewRival(predecessor, verdict, seen));
}

/** The life that told of it had seen somebody else hold the lease before. */
function knewRival(
  { takenAt }: Tenure,
  verdict: RoundVerdict | undefined,
  { commits, tenures, watchers }: Seen,
): boolean {
  const before = tenures.findLast((each) => each.takenAt < takenAt);
  const watcher = watchers.find(({ life }) => verdict !== undefined && life.rounds.includes(verdict));
  return (
    watcher?.sightings.some(({ index }) => {
      const shown = commits[index];
      return shown?.spec !== undefined && shown.revision <= (before?.lastRevision ?? 0);
    }) ?? false
  );
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
