import { Cadence } from './cadence.ts';
import { classify, sameSpec } from './classify.ts';
import {
  assigned,
  foundNamed,
  isAssignment,
  isEditOfNamed,
  isNamedAgain,
  type Naming,
} from './coordinated.ts';
import { handOf } from './hand.ts';
import { HolderClock } from './holder-clock.ts';
import { holderName } from './holder-identity.ts';
import { isDatedByAnother, released } from './lease-release.ts';
import {
  acquired,
  endedByDeletion,
  isUnsure,
  lastRenewal,
  lostByDeletion,
  renewed,
  settledUnseen,
  takenOver,
} from './lease-round.ts';
import { forgetSuspicion, isLeftover, isRelease, type LeaseRow, neverExpires, wasHeld } from './lease-row.ts';
import type { Change, LeaseRecord } from './observation.ts';
import { shownAt } from './read-ahead.ts';
import { isOlder } from './revision.ts';
import type { Now } from './sink.ts';
import { isStillEntitled, isUp, mayBeLate } from './takeover.ts';
import { noteLag } from './watch-lag.ts';

/** First sight. Only a lease whose creation we watched is known to be held from the first moment. */
export function firstSight(row: LeaseRow, now: Now, change: Change): void {
  if (change === 'added') row.roundsFrom = now.at.mono;
  row.notBefore = now.lags.notBefore(row.source);
  // A lease that is restored from a backup is added with the renewTime of then: nobody holds it.
  if (change === 'added' && !isLeftover(row, now)) return created(row, now, change);
  if (isRelease(row.record)) {
    return row.turn(now, (row.transitions ?? 0) > 0 ? 'released' : 'vacant', 'first sight, no holder');
  }
  if (isAssignment(row.record, row.transitions)) return foundNamed(row, now);
  if (neverExpires(row)) return row.turn(now, 'held', 'a lock has no duration: it never expires');
  row.deadline = now.at.mono + row.durationMs;
  // Since when its holder has it, only the record tells, unless a hand wrote it.
  row.rivalUntil = row.deadline;
  row.ownAcquisition = handOf(row.record) === undefined;
}

function created(row: LeaseRow, now: Now, change: Change): void {
  if (isRelease(row.record)) return row.turn(now, 'vacant', 'created without a holder');
  if (isAssignment(row.record, undefined)) return assignment(row, row.record, now, change);
  acquired(row, now, row.record, true);
  row.deadline = now.at.mono + row.durationMs;
  row.seenAlive = true;
  row.turn(now, 'held', 'created by its holder');
}

/** A record of a known lease. `listed` means that the change may have happened while we were blind. */
export function seeRecord(row: LeaseRow, next: LeaseRecord, now: Now, change: Change): void {
  // A list may have been ahead of the watch, also of one that tells of an earlier lease of this name.
  if (isOlder(next.resourceVersion, row.record.resourceVersion)) return;
  if (next.uid !== row.uid || row.state === 'deleted') return recreated(row, next, now, change);
  if (sameSpec(row.record, next)) {
    const isUp = now.at.mono >= lastRenewal(row, now) + row.durationMs;
    // Where nobody holds it, no time is up.
    if (isUp && !isRelease(next)) row.versionWhenUp ??= row.record.resourceVersion;
    if (row.preferredHolder === '') row.asksInTime = isAskedInTime(row, now, change);
    row.record = next;
    if (row.before !== undefined && row.named !== 'awaited' && change === 'listed')
      row.turn(now, row.before, 'not written in the gap');
    return;
  }
  countMissed(row, next, now);
  if (change === 'listed') row.round?.doubt(row.blindSince ?? row.observedMono, now.at.mono);
  const before = row.holder;
  const after = next.holder ?? '';
  if (before === after && after !== '' && !isNamedAgain(row, next)) renewal(row, next, now, change);
  else if (after === '') release(row, next, now, change);
  else if (isAssignment(next, row.transitions) || isEditOfNamed(row, next))
    assignment(row, next, now, change);
  else if (before === '') acquisition(row, next, now, change);
  else takeover(row, next, now, change);
}

/** Whether the holder was asked to step down while it had the lease; `undefined` where nobody can say. */
function isAskedInTime(row: LeaseRow, now: Now, change: Change): boolean | undefined {
  if (isUnsure(row) || isStillEntitled(row, now)) return true;
  const isOver = row.state === 'expired' || isUp(row, now);
  return change !== 'listed' && isOver ? false : undefined;
}

function recreated(row: LeaseRow, next: LeaseRecord, now: Now, change: Change): void {
  if (row.state !== 'deleted') seeDeleted(row, now, change === 'listed');
  else if (change === 'listed') row.round?.doubt(row.blindSince ?? row.deletedAt, now.at.mono);
  const fresh = row.round === undefined;
  if (!isRelease(next)) row.class = classify(next);
  if (isRelease(next)) {
    take(row, next, now, change);
    const free = change === 'listed' && wasHeld(next) ? 'released' : 'vacant';
    return row.turn(now, free, 'created again without a holder');
  }
  // What a list shows may have been written more than once: a holder before this one has counted itself.
  if (isAssignment(next, change === 'listed' ? next.transitions : undefined))
    return assignment(row, next, now, change);
  acquired(row, now, next, fresh);
  if (change === 'listed') {
    row.round?.doubt(row.blindSince ?? row.deletedAt, now.at.mono);
    settledUnseen(row, now, next);
  }
  take(row, next, now, change);
  settle(row, now, change, 'created again');
}

function renewal(row: LeaseRow, next: LeaseRecord, now: Now, change: Change): void {
  if (isEditOfNamed(row, next)) return take(row, next, now, change, row.named);
  if (row.named !== undefined) return acquisition(row, next, now, change);
  if (change === 'listed' && isAcquiredAnew(row, next)) return takeover(row, next, now, change);
  const interval = now.at.mono - row.observedMono;
  // An edit starts the time of the record anew for every candidate, but nobody has renewed.
  const renews = next.renewTime !== row.renewTime;
  if (renews) row.renewals += 1;
  if (change !== 'listed' && next.renewTime !== undefined)
    noteLag(row.source, row.clock, next.renewTime, now);
  if (change !== 'listed' && renews) seeRhythm(row, now, interval);
  if (change !== 'listed' || row.round !== undefined) renewed(row, now, next);
  take(row, next, now, change);
  settle(row, now, change, 'renewed');
}

/**
 * It was blanked in the gap, or others had it, and its last holder has it again: that is counted. This is no renewal, so
 * that a round that is open does not end with it.
 */
function isAcquiredAnew({ transitions = 0 }: LeaseRow, next: LeaseRecord): boolean {
  return (next.transitions ?? 0) > transitions;
}

/** Whether the renewal was late, and what it teaches of its holder's rhythm. */
function seeRhythm(row: LeaseRow, now: Now, interval: number): void {
  // A watch that a read has proved to be behind makes every holder look late.
  if (!row.seenAlive || row.state !== 'held' || row.ahead !== undefined) return;
  // A policy may be stricter than the rhythm; that a holder failed it still does not show.
  if (interval > (row.policy?.lateAfterMs ?? row.lateAfterMs)) late(row, now, interval);
  row.cadence.see(interval);
}

function late(row: LeaseRow, now: Now, interval: number): void {
  row.lateRenewals += 1;
  now.sink.event({
    kind: 'late-renewal',
    at: now.at,
    namespace: row.namespace,
    lease: row.name,
    holder: row.holder,
    intervalSeconds: interval / 1000,
    durationSeconds: row.durationSeconds ?? 0,
  });
}

function release(row: LeaseRow, next: LeaseRecord, now: Now, change: Change): void {
  if (row.holder !== '') released(row, now, next, change === 'listed');
  // The release is dated by the holder that we know, unless an ex-leader made it.
  const own = change !== 'listed' && next.renewTime !== row.renewTime && !isDatedByAnother(row, now, next);
  if (own && next.renewTime !== undefined) noteLag(row.source, row.clock, next.renewTime, now);
  const vacant = stillVacant(row, next);
  row.record = next;
  row.named = undefined;
  row.deadline = Number.POSITIVE_INFINITY;
  forgetSuspicion(row);
  if (vacant) return row.turn(now, 'vacant', 'written without a holder');
  row.turn(now, 'released', 'released by its holder');
}

/** Nobody had it before, and the record tells of nobody who held it unseen. `row` still carries the record before. */
function stillVacant({ state, before, transitions, acquireTime }: LeaseRow, next: LeaseRecord): boolean {
  const wasVacant = state === 'vacant' || before === 'vacant';
  const isSame = (next.transitions ?? 0) === (transitions ?? 0) && next.acquireTime === acquireTime;
  return wasVacant && isSame;
}

function acquisition(row: LeaseRow, next: LeaseRecord, now: Now, change: Change): void {
  row.class = classify(next, row.policy);
  acquired(row, now, next);
  if (change === 'listed') settledUnseen(row, now, next);
  take(row, next, now, change);
  settle(row, now, change, 'acquired');
}

function takeover(row: LeaseRow, next: LeaseRecord, now: Now, change: Change): void {
  takenOver(row, now, next, change === 'listed');
  if (change === 'listed') settledUnseen(row, now, next);
  take(row, next, now, change);
  settle(row, now, change, 'taken over');
}

/** The controller of a coordinated election names a holder: nobody holds the lease before that one has written. */
function assignment(row: LeaseRow, next: LeaseRecord, now: Now, change: Change): void {
  row.class = classify(next, row.policy);
  const free = assigned(row, now, next, change === 'listed');
  take(row, next, now, change, 'awaited');
  row.seenAlive = row.seenAlive || change !== 'listed';
  if (change === 'listed') return row.turn(now, 'unknown', 'assigned to a holder');
  if (free) return row.turn(now, row.state === 'released' ? 'released' : 'vacant', 'assigned to a holder');
  // Whether that one leads already its first write tells, or a read when the time for it is over.
  if (row.state !== 'expired') row.turn(now, 'unknown', 'assigned to another holder');
}

/** After a gap a write that was listed is old news of unknown age: it proves no life now. */
function settle(row: LeaseRow, now: Now, change: Change, why: string): void {
  row.seenAlive = row.seenAlive || change !== 'listed';
  row.turn(now, change === 'listed' ? 'unknown' : 'held', why);
}

function take(row: LeaseRow, next: LeaseRecord, now: Now, change: Change, named?: Naming): void {
  row.named = named;
  if (next.holder !== row.holder && !isBackAgain(row, next, now)) {
    row.clock = HolderClock.begin();
    row.cadence = new Cadence();
  }
  const own = isOwnWrite(row, next);
  if (change !== 'listed' && own) seeClock(row, next, now);
  row.listed = change === 'listed' || shownAt(row, next) !== undefined;
  row.edited = next.uid === row.uid && next.renewTime === row.renewTime;
  row.mayBeLate = mayBeLate(row, now);
  row.gap = undefined;
  row.asksInTime = true;
  row.record = next;
  row.notBefore = now.lags.notBefore(row.source);
  if (row.holder !== '' && named === undefined) row.lastHolder = row.holder;
  if (!isRelease(next) && named === undefined)
    row.durationSeconds = next.durationSeconds ?? row.durationSeconds;
  row.observedMono = shownAt(row, next) ?? now.at.mono;
  row.observedWall = now.at.wall - Math.round((now.at.mono - row.observedMono) * 1000);
  row.deadline = isRelease(next) ? Number.POSITIVE_INFINITY : row.observedMono + row.termMs;
  forgetSuspicion(row);
}

/**
 * A uuid is of one process: one that was blanked and has the lease again still has the same clock and rhythm. A name
 * without one may be of another machine now, unless its date is just what the clock of before would say.
 */
function isBackAgain(row: LeaseRow, next: LeaseRecord, now: Now): boolean {
  if (row.holder !== '' || next.holder !== row.lastHolder) return false;
  return holderName(row.lastHolder) !== row.lastHolder || row.clock.agrees(next.renewTime, now.at);
}

/** A steal by hand tells nothing of the new holder's clock. */
function isOwnWrite(row: LeaseRow, next: LeaseRecord): boolean {
  if (next.renewTime === row.renewTime || handOf(next) !== undefined) return false;
  return next.holder === row.holder || next.acquireTime === next.renewTime;
}

/** Late news would set a clock that is not known yet wrong by as much. */
function seeClock(row: LeaseRow, { renewTime }: LeaseRecord, now: Now): void {
  const lag = now.lags.at(row.source, now.at.mono);
  const late = (lag ?? now.lags.lately(row.source, now.at.mono)) > 0;
  if (renewTime !== undefined && (row.clock.established || !late))
    row.clock.see(renewTime, now.at, { prompt: lag === 0, notBefore: now.lags.notBefore(row.source) });
}

function countMissed(row: LeaseRow, next: LeaseRecord, now: Now): void {
  const { transitions: from, holder: before, namespace } = row;
  const { transitions: to, holder = '' } = next;
  if (from === undefined || to === undefined) return;
  const seen = holder !== '' && holder !== before ? 1 : 0;
  const rounds = to - from - seen;
  if (rounds <= 0) return;
  row.missedRounds += rounds;
  now.sink.event({ kind: 'missed-rounds', at: now.at, namespace, lease: row.name, holder, rounds, from, to });
}

/** `unseen`: it happened while we were blind. */
export function seeDeleted(row: LeaseRow, now: Now, unseen = false): void {
  if (unseen) row.round?.doubt(row.blindSince ?? row.observedMono, now.at.mono);
  // Somebody may have created it and deleted it again while we could not see.
  if (row.state === 'deleted') return;
  if (row.round?.settling) lostByDeletion(row, now, unseen);
  if (row.holder !== '') endedByDeletion(row, now, unseen);
  row.round?.wrote(now, 'deleted', row.holder, row.record);
  row.deletedAt = now.at.mono;
  row.deadline = Number.POSITIVE_INFINITY;
  // A read may have shown its successor already, which the watch has yet to tell of.
  if (row.ahead?.record === undefined || row.ahead.record.uid === row.uid) row.ahead = undefined;
  forgetSuspicion(row);
  row.turn(now, 'deleted', 'deleted');
}
