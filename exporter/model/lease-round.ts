import { hasRounds } from './classify.ts';
import { isPerhapsPlanned, isPlanned, isUntouched } from './coordinated.ts';
import { ElectionRound, type Entitled } from './election.ts';
import type { Cause, Outcome } from './event.ts';
import { handOf } from './hand.ts';
import { holderName } from './holder-identity.ts';
import { isRelease, type LeaseRow } from './lease-row.ts';
import type { LeaseRecord } from './observation.ts';
import type { Now } from './sink.ts';
import {
  entitledBy,
  gapBefore,
  isEarly,
  isLate,
  isStillEntitled,
  isUp,
  lastWrite,
  lateNews,
  latestAcquisition,
  stillEntitled,
} from './takeover.ts';
import { traceId } from './trace-id.ts';
import { endTrail, trailOf } from './trail.ts';

interface Opening {
  readonly cause: Cause;
  readonly vacated: number;
  readonly uncertain?: boolean;
  readonly entitled?: Entitled;
  /** What the round is named after, when it is not the record that the row still carries. */
  readonly name?: Pick<LeaseRecord, 'uid' | 'resourceVersion'>;
}

export function openRound(row: LeaseRow, now: Now, opening: Opening): void {
  if (!hasRounds(row.class) || row.round !== undefined) return;
  const { uid, resourceVersion } = opening.name ?? nameOf(row);
  // The holder's record may say that it was silent before the last round was over, by a clock that we cannot judge.
  const vacated = Math.max(opening.vacated, row.roundsFrom);
  const last = opening.cause === 'created' ? vacated : Math.max(lastRenewal(row, now), row.roundsFrom);
  row.round = new ElectionRound(
    {
      namespace: row.namespace,
      lease: row.name,
      leaseUid: uid,
      class: row.class,
      cause: opening.cause,
      predecessor: opening.cause === 'created' ? '' : row.lastHolder,
      durationSeconds: row.durationSeconds ?? 0,
      // The last record before the opening: every restart and every replica knows it.
      traceId: traceId('round', now.clusterUid, uid, resourceVersion, ...eraOf(row)),
      lastRenewal: last,
      vacated,
      uncertain: opening.uncertain === true || isPerhapsPlanned(row),
      previousTraceId: row.lastTraceId,
      entitled:
        opening.entitled ??
        (opening.cause === 'deleted' && !opening.uncertain ? stillEntitled(row, now) : undefined),
    },
    trailOf(row, opening.cause === 'created' ? '' : row.holder, lastRenewal(row, now)),
    now.at,
  );
  if (opening.uncertain && row.blindSince !== undefined) row.round.doubt(row.blindSince, now.at.mono);
  if (opening.cause !== 'created') doubtLongWay(row, row.round, now);
  row.round.open(now);
}

/** The last record before the opening, or before the time was up, if a label was edited since. */
function nameOf({ record, versionWhenUp }: LeaseRow): NonNullable<Opening['name']> {
  return { uid: record.uid, resourceVersion: versionWhenUp ?? record.resourceVersion };
}

/** In a store that was set back the same revisions come again. */
function eraOf({ setBacks }: LeaseRow): readonly string[] {
  return setBacks === 0 ? [] : [`restored ${setBacks}`];
}

/**
 * A last renewal that reached us long after its date was late to be written, as with a slow etcd, or late to be
 * told, as by a watch that lags: which of the two, and so since when nobody was alive, nobody can say.
 */
function doubtLongWay(row: LeaseRow, round: ElectionRound, now: Now): void {
  const last = lastRenewal(row, now);
  if (row.seenAlive && row.observedMono - last > lateNews) round.doubt(last, row.observedMono);
}

/**
 * The last renewal that is known. Where none was seen by us, the record's own renewTime tells what
 * happened before we looked; it is the only use of a holder's clock for a duration.
 */
export function lastRenewal(row: LeaseRow, now: Now): number {
  if ((row.seenAlive && !row.undated) || row.renewTime === undefined) return lastWrite(row);
  const before = (now.at.wall - row.renewTime) / 1000;
  return before > 0 ? Math.min(row.observedMono, now.at.mono - before) : row.observedMono;
}

/** Since when its holder was silent is told by nothing but a record whose date we cannot judge. */
export function isUnsure({ seenAlive, undated }: LeaseRow): boolean {
  return !seenAlive || undated;
}

/**
 * Another holder writes over one that had not released. If the predecessor's time was surely not up, it was
 * taken; otherwise its time had run out, and where neither is sure the round says so.
 */
export function takenOver(row: LeaseRow, now: Now, next: LeaseRecord, unseen: boolean): void {
  const first = entitledBy(row, now, next);
  const early = !unseen && row.named === undefined && isEarly(first, row, next, now);
  const uncertain = unseen || isUnsure(row) || !(early || isLate(row, next, now));
  const up = Math.min(lastWrite(row) + row.durationMs, now.at.mono);
  if (row.round?.settling) row.round.lose(now, up);
  const cause = early ? 'taken' : lawfulCause(row, next, unseen);
  // Until when the holder held it before an unseen release is not known: nobody is called missing for it.
  openRound(row, now, { cause, vacated: early || cause === 'released' ? now.at.mono : up, uncertain });
  acquired(row, now, next);
  if (early) overlap(row, now, first, next);
}

function overlap(row: LeaseRow, now: Now, first: Entitled, next: LeaseRecord): void {
  row.overlaps += 1;
  row.round?.overlap(now, first, next, latestAcquisition(row, next, now));
}

function lawfulCause(row: LeaseRow, next: LeaseRecord, unseen: boolean): Cause {
  if (isPlanned(row)) return 'coordinated';
  return unseen ? unseenCause(row, next) : 'expired';
}

/**
 * Why the holder changed while we could not see, by the two records alone: nobody takes a lease long before
 * its time is up unless it was released. A release later than that looks like an expiry.
 */
function unseenCause({ renewTime, durationMs }: LeaseRow, { acquireTime }: LeaseRecord): Cause {
  if (renewTime === undefined || acquireTime === undefined) return 'expired';
  const after = (acquireTime - renewTime) / 1000;
  return after >= 0 && after < (durationMs * 2) / 3 ? 'released' : 'expired';
}

/**
 * A lease is deleted that somebody holds, or held until a moment ago: no read had proved yet that its time was up.
 * Of a holder that never wrote before our eyes it is not known whether the round of its own election was over.
 */
export function endedByDeletion(row: LeaseRow, now: Now, unseen: boolean): void {
  if (!unseen && ranOut(row, now)) return openRanOut(row, now);
  // Old news of a deletion that may have come before the time was up, or after it.
  const uncertain = unseen || isUnsure(row) || !isStillEntitled(row, now);
  openRound(row, now, { cause: 'deleted', vacated: now.at.mono, uncertain });
}

/** Whether the time of the holder was up, read or no read, before what reaches us now was written. */
export function ranOut(row: LeaseRow, now: Now): boolean {
  return row.seenAlive && row.named === undefined && isUp(row, now);
}

/** The time of the holder is up. */
export function openRanOut(row: LeaseRow, now: Now): void {
  const vacated = Math.min(row.deadline, lastRenewal(row, now) + row.durationMs);
  const cause = isPlanned(row) ? 'coordinated' : 'expired';
  openRound(row, now, { cause, vacated, uncertain: isUnsure(row) });
}

/** A holder that has not renewed once loses its lease by a deletion: it may go on leading beside the next. */
export function lostByDeletion(row: LeaseRow, now: Now, unseen: boolean): void {
  const { round } = row;
  if (round === undefined) return;
  round.lose(now);
  round.entitled = unseen ? undefined : stillEntitled(row, now);
}

/** A free lease is about to be held, and no round says so yet. `created`: it is new, or as good as new. */
export function openFree(row: LeaseRow, now: Now, next: LeaseRecord, created = false): void {
  const isNew = created || row.state === 'vacant' || row.before === 'vacant' || isUntouched(row);
  if (row.round === undefined && isNew) {
    // Before its creation there is no record. The first one is the last before the round after this.
    const name = created ? { uid: next.uid, resourceVersion: '' } : row.record;
    openRound(row, now, { cause: 'created', vacated: now.at.mono, name });
  } else if (row.round === undefined) {
    openRound(row, now, { cause: 'released', vacated: lastRenewal(row, now), uncertain: true });
  }
}

/** A holder appears on a free lease; without a round before it, the round begins and is acquired at once. */
export function acquired(row: LeaseRow, now: Now, next: LeaseRecord, created = false): void {
  openFree(row, now, next, created);
  const round = row.round;
  if (round === undefined) return;
  const holder = next.holder ?? '';
  // Whom a controller named and who never wrote has not led: the one before may still have its lease again.
  const isFirst = round.writes.every(({ what }) => what !== 'acquired');
  const resigned = (round.cause === 'created' && isFirst) || isResigned(row, round);
  round.wrote(now, 'acquired', holder, next);
  const isAgain = round.cause === 'deleted' && isFirst && holder === round.predecessor;
  if (isAgain && !isHeldBetween(row, round, next)) return closeRound(row, now, 'recreated');
  doubtLateNews(row, now);
  if (cannotHaveReleased(row, holder)) round.uncertain = true;
  round.acquire(now, holder);
  row.ownAcquisition = false;
  const seconds = next.durationSeconds ?? row.durationSeconds ?? 0;
  if (resigned) row.rivalUntil = Number.NEGATIVE_INFINITY;
  else if (holder !== row.lastHolder) row.rivalUntil = now.at.mono + seconds * 1000;
  const entitled = entitledStill(row, round.entitled, next, now);
  const isOther = entitled !== undefined && entitled.holder !== holder;
  if (isOther && isEarly(entitled, row, next, now)) overlap(row, now, entitled, next);
  round.entitled = undefined;
  if (round.cause !== 'created' && holder !== row.lastHolder) row.holderChanges[round.cause] += 1;
}

/**
 * Whether somebody had the lease anew before this record, although nobody was seen: it was given up since, or the record
 * before counts transitions, which the controller does not that made the lease, or its holder counts another before. One
 * that makes its own lease again writes its old record, or one that counts nobody.
 */
function isHeldBetween({ record, named }: LeaseRow, round: ElectionRound, next: LeaseRecord): boolean {
  if (isRelease(record)) return true;
  if (!round.uncertain) return false;
  if (named !== undefined && record.uid !== round.leaseUid) return record.transitions !== undefined;
  const { transitions = 0, acquireTime } = next;
  const isOwn = transitions === 0 || acquireTime === undefined || acquireTime === record.acquireTime;
  return next.uid !== record.uid && !isOwn;
}

/** Whose lease was deleted: the record of the next one may tell better until when it may lead. */
function entitledStill(row: LeaseRow, entitled: Entitled | undefined, next: LeaseRecord, now: Now) {
  if (entitled === undefined || entitled.resourceVersion !== row.record.resourceVersion) return entitled;
  return { ...entitled, until: Math.max(entitled.until, entitledBy(row, now, next).until) };
}

/** Who had it last gave it up for sure, and has ended with that; one that a hand has blanked goes on. */
function isResigned({ rivalUntil }: LeaseRow, { writes }: ElectionRound): boolean {
  const last = writes.findLast(
    ({ what, holder }) => what !== 'renewed' && what !== 'assigned' && holder !== '',
  );
  return last?.what === 'released' && last.byHand === undefined && rivalUntil === Number.NEGATIVE_INFINITY;
}

/**
 * Who gives a lease up ends, and comes back under another uuid: one that has it again was blanked by somebody
 * else, and not by hand, which would be known. Under a name without a uuid it may have been started anew.
 */
function cannotHaveReleased({ round }: LeaseRow, holder: string): boolean {
  if (round?.cause !== 'released' || holder !== round.predecessor) return false;
  return holderName(holder) !== holder && round.writes.every(({ byHand }) => byHand === undefined);
}

/** The first word after a gap, and an old one: when the acquisition was made is not known. */
function doubtLateNews(row: LeaseRow, now: Now): void {
  const { ahead } = row;
  // A read had shown it before: it was made at any time between the last write that came as it was made and that.
  if (ahead !== undefined && now.at.mono - ahead.since > lateNews)
    return row.round?.doubt(ahead.told, now.at.mono);
  const lag = now.lags.at(row.source, now.at.mono) ?? 0;
  if (gapBefore(row, now) === undefined || lag < lateNews) return;
  row.round?.doubt(Math.max(now.lags.notBefore(row.source), now.at.mono - lag), now.at.mono);
}

/** The holder wrote again: an expiry it came back from, or the first renewal that settles a round. */
export function renewed(row: LeaseRow, now: Now, next: LeaseRecord): void {
  const round = row.round;
  if (round === undefined) return;
  round.wrote(now, 'renewed', next.holder ?? '', next);
  if (!round.settling) round.acquire(now, next.holder ?? '');
  const same = round.cause !== 'created' && round.successor === round.predecessor;
  closeRound(row, now, same ? 'resumed' : 'elected');
}

/**
 * A record that is found in a list may show that its holder has renewed since it acquired the lease: the round was
 * over before we looked. An edit by hand leaves the acquireTime of the holder before, and client-go its own when it
 * acquires anew after it was blanked: where the transitions tell of more than this one change, it may be either.
 */
export function settledUnseen(row: LeaseRow, now: Now, next: LeaseRecord): void {
  const { acquireTime, renewTime } = next;
  row.ownAcquisition = acquireTime !== row.acquireTime && handOf(next) === undefined;
  // Whoever had it in the gap may write yet.
  row.rivalUntil = now.at.mono + (next.durationSeconds ?? 0) * 1000;
  if (row.round?.settling !== true || acquireTime === undefined || renewTime === undefined) return;
  const once = next.transitions === (next.uid === row.uid ? (row.transitions ?? 0) + 1 : 0);
  if (row.ownAcquisition && once && renewTime > acquireTime) renewed(row, now, next);
}

export function closeRound(row: LeaseRow, now: Now, outcome: Outcome): void {
  const round = row.round;
  if (round === undefined) return;
  row.round = undefined;
  row.lastTraceId = round.traceId;
  row.roundsFrom = Math.max(now.at.mono, round.vacatedMono);
  endTrail(row, round, now);
  // What was not seen is no measurement: it is told on the round, and kept out of the sums.
  const measured = round.cause !== 'created' && !round.uncertain;
  if (measured && outcome !== 'abandoned' && outcome !== 'recreated') {
    row.gapSeconds += round.gapSeconds;
    row.leaderlessSeconds += round.leaderlessSeconds;
  }
  if (outcome === 'recreated') round.recreate(now);
  else round.close(now, outcome);
}
