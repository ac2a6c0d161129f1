import { forgotten } from './cast.ts';
import type { Commit } from './history.ts';
import { blankOf, isByHand, type Rivals, rivalsOf } from './rivals.ts';
import { controllerWriter } from './team.ts';
import { firstWrite, lastWrite, type Tenure, type TenureEnd, wayOf } from './tenures.ts';

export type TrueCause = 'released' | 'expired' | 'deleted' | 'taken' | 'coordinated' | 'created';
export type TrueOutcome = 'elected' | 'resumed' | 'recreated' | 'abandoned';

/** One election round as it truly was. Times are monotonic milliseconds of the server. */
export interface TrueRound {
  readonly lease: string;
  /** Absent when the lease was created. */
  readonly predecessor: Tenure | undefined;
  /** Who acquired the lease in this round; all but the last were lost before their first renewal. */
  readonly attempts: readonly Tenure[];
  readonly cause: TrueCause;
  /** Absent while the round is open. */
  readonly outcome: TrueOutcome | undefined;
  readonly opened: number;
  /** The acquisition that lasted, and the write that settled it (the same for a return). */
  readonly acquisition: Commit | undefined;
  readonly settled: Commit | undefined;
  /** From the predecessor's last renewal to the acquisition. */
  readonly gapMs: number;
  /** Nobody was entitled to lead: the sum over all stretches. */
  readonly leaderlessMs: number;
  /** A judge may have good reasons to say otherwise, or not to be sure. */
  readonly doubts: readonly Doubt[];
  /** How far from the limit it was what its doubts at a limit are of (ms). */
  readonly limitMs: number;
  /** Who gave it up soon after a takeover, only they know who have read every write from here on. */
  readonly readFrom: Commit | undefined;
}

/** Why the records alone do not tell what happened. */
export type Doubt =
  /** It was written over just before its time was up: late by any candidate's clock. */
  | 'taken at the limit'
  /** It was deleted just before or after its time was up: a deletion has no date but its arrival. */
  | 'deleted at the limit'
  /** The expiry was over within a second, before any read could prove it. */
  | 'expired for a moment'
  /** It was given up on purpose, or by another, but long after the last renewal, as after failed renewals. */
  | 'released late'
  /** The holder was blanked by somebody else, or by itself so soon after a takeover that nobody can tell. */
  | 'blanked'
  /** The last renewal or the release was under way for long after its holder had dated it: its date and its receipt contradict each other. */
  | 'dated early'
  /** A hand touched the record in the silence before the release: a change that no holder made. */
  | 'edited in the silence'
  /** It was asked to step down less than a second before or after its time was up. */
  | 'asked at the limit';

/** What the ledger knows and the records do not say. */
export interface Told {
  /** Whether a holder had been told to stop before `at`: else its release came from failed renewals. */
  toldToStop(holder: string, at: number): boolean;
}

/** A lease that nobody creates again for so long has no more election. */
const abandonedAfterMs = 600_000;
/** A verdict needs a read, which takes a moment. */
const momentMs = 1000;
/** For this share of the duration client-go tries to renew: a release later than that tells of failed renewals. */
const renewDeadline = 2 / 3;
/** News takes so long in good weather, and the usual clocks differ by less. */
const usualWayMs = 250;

/** The rounds of one lease, oldest first; the last one may be open. `absentMs`: for how long there has been no lease at the end. */
export function roundsOf(
  lease: string,
  tenures: readonly Tenure[],
  told: Told,
  absentMs: number,
): TrueRound[] {
  const rounds: TrueRound[] = [];
  const rivals = rivalsOf(tenures, (tenure) => isDatedEarly(tenure, tenures));
  let predecessor: Tenure | undefined;
  let attempts: Tenure[] = [];
  const close = (outcome: TrueOutcome | undefined): void => {
    const round = roundOf(lease, predecessor, attempts, outcome, told, tenures, rivals);
    if (round !== undefined) rounds.push(round);
    predecessor = attempts.at(-1);
    attempts = [];
  };
  for (const tenure of tenures) {
    if (tenure.absentMs >= abandonedAfterMs && (predecessor !== undefined || attempts.length > 0)) {
      close('abandoned');
      predecessor = undefined;
    }
    if (tenure.holder === forgotten) {
      predecessor = tenure;
      continue;
    }
    attempts.push(tenure);
    if (isRecreation(predecessor, attempts)) close('recreated');
    else if (tenure.writes.length > 1 || tenure.isReturn) close(outcomeOf(predecessor, tenure));
  }
  close(absentMs >= abandonedAfterMs ? 'abandoned' : undefined);
  return rounds;
}

/** A lease that somebody made again without a holder is not made again by its old one. */
function isRecreation(predecessor: Tenure | undefined, [first, second]: readonly Tenure[]): boolean {
  const same = first !== undefined && second === undefined && first.holder === predecessor?.holder;
  return same && predecessor?.end?.how === 'deleted' && first.absentMs > 0;
}

function outcomeOf(predecessor: Tenure | undefined, { holder }: Tenure): TrueOutcome {
  return predecessor?.holder === holder ? 'resumed' : 'elected';
}

function roundOf(
  lease: string,
  predecessor: Tenure | undefined,
  attempts: readonly Tenure[],
  outcome: TrueOutcome | undefined,
  told: Told,
  tenures: readonly Tenure[],
  rivals: Rivals,
): TrueRound | undefined {
  const first = attempts[0];
  const opened = predecessor === undefined ? first?.writes[0].at : predecessor.end?.at;
  if (opened === undefined) return undefined;
  const final = outcome === undefined || outcome === 'abandoned' ? undefined : attempts.at(-1);
  const acquisition = final === undefined ? undefined : firstWrite(final);
  const blanked = [predecessor, ...attempts].flatMap((each) =>
    each !== undefined && isBlanked(each) ? [each] : [],
  );
  const atOnce = final?.isReturn === true || outcome === 'recreated';
  return {
    lease,
    predecessor,
    attempts,
    cause: predecessor === undefined ? 'created' : causeOf(predecessor, told),
    outcome,
    opened,
    acquisition,
    settled: atOnce ? acquisition : final?.writes[1],
    gapMs: (acquisition?.at ?? opened) - (predecessor === undefined ? opened : lastWrite(predecessor).at),
    leaderlessMs: leaderless(predecessor, attempts),
    doubts: [
      ...(predecessor === undefined ? [] : doubtsOf(predecessor, told, tenures)),
      ...(blanked.some((each) => isDoubtful(each, rivals)) ? (['blanked'] as const) : []),
    ],
    limitMs: predecessor === undefined ? Number.POSITIVE_INFINITY : limitOf(predecessor),
    readFrom: blanked.map(rivals.readFrom).sort((a, b) => a.revision - b.revision)[0],
  };
}

/** Words of the design: a release after renewals had failed is an expiry, though the record says release. */
function causeOf({ holder, end }: Tenure, told: Told): TrueCause {
  if (end === undefined) return 'expired';
  if (isCoordinated(end)) return 'coordinated';
  if (end.how !== 'released' || end.by?.writer !== holder) return end.how;
  return told.toldToStop(holder, end.at) ? 'released' : 'expired';
}

/** The holder had been asked to step down and did, or the controller named another before its time was up. */
function isCoordinated({ how, at, by, askedAt }: TenureEnd): boolean {
  if (how === 'taken') return by?.writer === controllerWriter;
  return askedAt !== undefined && askedAt < at && how !== 'deleted';
}

function leaderless(predecessor: Tenure | undefined, attempts: readonly Tenure[]): number {
  let sum = 0;
  let before = predecessor;
  for (const attempt of attempts) {
    if (before?.end !== undefined) sum += firstWrite(attempt).at - before.end.at;
    before = attempt;
  }
  return sum;
}

function doubtsOf(predecessor: Tenure, told: Told, tenures: readonly Tenure[]): Doubt[] {
  const doubts: Doubt[] = [];
  const { end } = predecessor;
  const silentMs = (end?.at ?? 0) - lastWrite(predecessor).at;
  const durationMs = (lastWrite(predecessor).spec?.durationSeconds ?? 0) * 1000;
  if (end?.how === 'taken' && silentMs > durationMs - momentMs) doubts.push('taken at the limit');
  if (end?.how === 'deleted' && silentMs > durationMs - momentMs) doubts.push('deleted at the limit');
  if (end?.how === 'expired' && end.after !== undefined && end.after.at - end.at <= momentMs) {
    doubts.push('expired for a moment');
  }
  if (
    end?.how === 'released' &&
    silentMs > durationMs * renewDeadline - usualWayMs &&
    isMeant(predecessor, told)
  )
    doubts.push('released late');
  if (end?.how === 'expired' && Math.abs(end.at - (end.askedAt ?? 0)) <= momentMs)
    doubts.push('asked at the limit');
  if (end?.how === 'released' && lastWrite(predecessor).writer !== predecessor.holder) {
    doubts.push('edited in the silence');
  }
  if (isDatedEarly(predecessor, tenures)) doubts.push('dated early');
  return doubts;
}

/** No end of failed renewals, though it looks like one: of those, and of what is blanked by hand, the cause is plain. */
function isMeant({ holder, end }: Tenure, told: Told): boolean {
  const { by, at = 0 } = end ?? {};
  if (by === undefined || isByHand(by)) return false;
  return by.writer !== holder || told.toldToStop(holder, at);
}

/** From the moment when its time was up to what ended it, or to when it was asked to step down. */
function limitOf({ end, ...predecessor }: Tenure): number {
  const last = lastWrite({ ...predecessor, end });
  const up = last.at + (last.spec?.durationSeconds ?? 0) * 1000;
  const moments = [end?.after?.at, end?.how === 'expired' ? end.askedAt : end?.at];
  const distances = moments.flatMap((at) => (at === undefined ? [] : [Math.abs(at - up)]));
  return Math.min(...distances);
}

/** By the clock of the holder itself: all its writes tell how far it is from the server's. */
function isDatedEarly({ holder, writes, end }: Tenure, tenures: readonly Tenure[]): boolean {
  const own = tenures.filter((each) => each.holder === holder);
  const written = own.flatMap((each) => [
    ...each.writes,
    ...[each.end?.by, each.end?.after].flatMap((by) => by ?? []),
  ]);
  const ways = written.filter(({ writer }) => writer === holder).map(wayOf);
  const released = end?.how === 'released' ? end.by : undefined;
  const last = [writes.at(-1), released].flatMap((write) => (write === undefined ? [] : [wayOf(write)]));
  return last.some((way) => way - Math.min(...ways) > momentMs);
}

/** Soon after it had the lease, and by no hand, which the record would name. */
function isBlanked(tenure: Tenure): boolean {
  const blank = blankOf(tenure);
  return blank !== undefined && !isByHand(blank);
}

/** Somebody else wrote it, or may have as far as the records tell. */
function isDoubtful(tenure: Tenure, rivals: Rivals): boolean {
  return blankOf(tenure)?.writer !== tenure.holder || rivals.mayHaveBlanked(tenure);
}
