import { Cadence } from './cadence.ts';
import { classify, isOlder, sameSpec } from './classify.ts';
import {
  askedFor,
  assigned,
  isAssignment,
  isFree,
  isPlanned,
  type Naming,
  neverWrote,
} from './coordinated.ts';
import type { Proof } from './evidence.ts';
import { HolderClock } from './holder-clock.ts';
import { acquired, closeRound, lastRenewal, openRound, released, renewed, takenOver } from './lease-round.ts';
import { isRelease, type LeaseRow } from './lease-row.ts';
import type { Change, LeaseRecord } from './observation.ts';
import type { Now } from './sink.ts';

/** A lease nobody takes again after a deletion: its round ends without an election (ms). */
const abandonedAfter = 10 * 60_000;
/** How long a deleted lease is told (ms). */
const deletedKept = 60 * 60_000;
/** An unrenewed lease at first sight is a leftover when its renewTime is older than this (µs). */
const leftoverAfter = 24 * 3_600_000_000;
/** Pause before a read that failed is tried again (ms). */
const readAgain = 2000;

/** First sight. Only a lease whose creation we watched is known to be held from the first moment. */
export function firstSight(row: LeaseRow, now: Now, change: Change): void {
  // A lease that is restored from a backup is added with the renewTime of then: nobody holds it.
  if (change === 'added' && !isLeftover(row, now)) return created(row, now, change);
  if (isRelease(row.record)) {
    return row.turn(now, (row.transitions ?? 0) > 0 ? 'released' : 'vacant', 'first sight, no holder');
  }
  if (neverExpires(row)) return row.turn(now, 'held', 'a lock has no duration: it never expires');
  row.deadline = now.at.mono + row.durationMs;
}

function neverExpires(row: LeaseRow): boolean {
  return row.class === 'lock' || row.durationMs === Number.POSITIVE_INFINITY;
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
  if (next.uid !== row.uid || row.state === 'deleted') return recreated(row, next, now, change);
  if (isOlder(next.resourceVersion, row.record.resourceVersion)) return;
  if (sameSpec(row.record, next)) {
    row.record = next;
    if (row.before !== undefined && row.named !== 'awaited' && change === 'listed')
      row.turn(now, row.before, 'not written in the gap');
    return;
  }
  countMissed(row, next);
  if (change === 'listed') row.round?.doubt(row.blindSince ?? row.observedMono, now.at.mono);
  const before = row.holder;
  const after = next.holder ?? '';
  if (before === after && after !== '') renewal(row, next, now, change);
  else if (after === '') release(row, next, now, change);
  else if (isAssignment(next, row.transitions)) assignment(row, next, now, change);
  else if (before === '') acquisition(row, next, now, change);
  else takeover(row, next, now, change);
}

function recreated(row: LeaseRow, next: LeaseRecord, now: Now, change: Change): void {
  if (row.state !== 'deleted') seeDeleted(row, now, change === 'listed');
  else if (change === 'listed') row.round?.doubt(row.blindSince ?? row.deletedAt, now.at.mono);
  const fresh = row.round === undefined;
  if (!isRelease(next)) row.class = classify(next);
  if (isRelease(next)) {
    take(row, next, now, change);
    return row.turn(now, 'vacant', 'created again without a holder');
  }
  if (isAssignment(next, undefined)) return assignment(row, next, now, change);
  acquired(row, now, next, fresh);
  take(row, next, now, change);
  settle(row, now, change, 'created again');
}

function renewal(row: LeaseRow, next: LeaseRecord, now: Now, change: Change): void {
  if (row.named !== undefined) return acquisition(row, next, now, change);
  const interval = now.at.mono - row.observedMono;
  row.renewals += 1;
  noteLag(row, next, now, change);
  if (change !== 'listed') seeRhythm(row, now, interval);
  if (change !== 'listed' || row.round !== undefined) renewed(row, now, next);
  take(row, next, now, change);
  settle(row, now, change, 'renewed');
}

/** A holder whose clock is known tells how long this renewal was on its way. */
function noteLag(row: LeaseRow, { renewTime }: LeaseRecord, now: Now, change: Change): void {
  if (change === 'listed' || renewTime === undefined || !row.clock.established) return;
  const wrote = row.clock.wroteAt(renewTime);
  if (wrote !== undefined) now.lags.note(row.source, now.at.mono, now.at.mono - wrote);
}

/** Whether the renewal was late, and what it teaches of its holder's rhythm. */
function seeRhythm(row: LeaseRow, now: Now, interval: number): void {
  if (!row.seenAlive || row.state !== 'held') return;
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
  row.record = next;
  row.named = undefined;
  row.deadline = Number.POSITIVE_INFINITY;
  forgetSuspicion(row);
  row.turn(now, 'released', 'released by its holder');
}

function acquisition(row: LeaseRow, next: LeaseRecord, now: Now, change: Change): void {
  row.class = classify(next, row.policy);
  acquired(row, now, next);
  take(row, next, now, change);
  settle(row, now, change, 'acquired');
}

function takeover(row: LeaseRow, next: LeaseRecord, now: Now, change: Change): void {
  takenOver(row, now, next, change === 'listed');
  take(row, next, now, change);
  settle(row, now, change, 'taken over');
}

/** The controller of a coordinated election names a holder: nobody holds the lease before that one has written. */
function assignment(row: LeaseRow, next: LeaseRecord, now: Now, change: Change): void {
  row.class = classify(next, row.policy);
  const free = isFree(row, next);
  assigned(row, now, next, change === 'listed');
  take(row, next, now, change, 'awaited');
  row.seenAlive = row.seenAlive || change !== 'listed';
  if (change === 'listed') return row.turn(now, 'unknown', 'assigned to a holder');
  if (free) return row.turn(now, row.state === 'released' ? 'released' : 'vacant', 'assigned to a holder');
  row.turn(now, 'expired', 'assigned to another holder');
}

/** After a gap a write that was listed is old news of unknown age: it proves no life now. */
function settle(row: LeaseRow, now: Now, change: Change, why: string): void {
  row.seenAlive = row.seenAlive || change !== 'listed';
  row.turn(now, change === 'listed' ? 'unknown' : 'held', why);
}

function take(row: LeaseRow, next: LeaseRecord, now: Now, change: Change, named?: Naming): void {
  row.named = named;
  if (next.holder !== row.holder) {
    row.clock = new HolderClock();
    row.cadence = new Cadence();
  }
  // The first write of a term may be somebody else's: a steal by hand tells nothing of the new holder's clock.
  const own = next.holder === row.holder && next.renewTime !== row.renewTime;
  if (change !== 'listed' && own) seeClock(row, next, now);
  row.undated = change === 'listed' && row.clock.ahead(now.at) === undefined;
  row.record = next;
  row.notBefore = now.lags.notBefore(row.source);
  if (row.holder !== '') row.lastHolder = row.holder;
  if (!isRelease(next) && named === undefined)
    row.durationSeconds = next.durationSeconds ?? row.durationSeconds;
  row.observedMono = now.at.mono;
  row.observedWall = now.at.wall;
  row.deadline = isRelease(next) ? Number.POSITIVE_INFINITY : now.at.mono + row.termMs;
  forgetSuspicion(row);
}

/** Late news would set a clock that is not known yet wrong by as much. */
function seeClock(row: LeaseRow, { renewTime }: LeaseRecord, now: Now): void {
  const late = (now.lags.at(row.source, now.at.mono) ?? 0) > 0;
  if (renewTime !== undefined && (row.clock.established || !late)) row.clock.see(renewTime, now.at);
}

function forgetSuspicion(row: LeaseRow): void {
  row.asked = false;
  row.retryAt = 0;
  row.before = undefined;
}

function countMissed(row: LeaseRow, next: LeaseRecord): void {
  if (next.transitions === undefined || row.transitions === undefined) return;
  const before = row.holder;
  const after = next.holder ?? '';
  const expected = after !== '' && after !== before ? 1 : 0;
  row.missedRounds += Math.max(0, next.transitions - row.transitions - expected);
}

/** `unseen`: it happened while we were blind. */
export function seeDeleted(row: LeaseRow, now: Now, unseen = false): void {
  if (row.state === 'deleted') return;
  if (unseen) row.round?.doubt(row.blindSince ?? row.observedMono, now.at.mono);
  if (row.round?.settling) row.round.lose(now);
  if (row.holder !== '') openRound(row, now, { cause: 'deleted', vacated: now.at.mono, uncertain: unseen });
  row.round?.wrote(now, 'deleted', row.holder, row.record);
  row.deletedAt = now.at.mono;
  row.deadline = Number.POSITIVE_INFINITY;
  forgetSuspicion(row);
  row.turn(now, 'deleted', 'deleted');
}

/** What is to be done with a row whose time has come. */
export type Woken = 'suspect' | 'forget' | 'nothing';

export function wakeLease(row: LeaseRow, now: Now): Woken {
  if (row.state === 'deleted') {
    if (now.at.mono >= row.deletedAt + abandonedAfter) closeRound(row, now, 'abandoned');
    return now.at.mono >= row.deletedAt + deletedKept ? 'forget' : 'nothing';
  }
  if (!isSuspect(row, now)) return 'nothing';
  row.asked = true;
  return 'suspect';
}

/** Whether time may change the verdict. */
function isOpen({ state, named }: LeaseRow): boolean {
  return state === 'held' || state === 'unknown' || named === 'awaited';
}

function isSuspect(row: LeaseRow, now: Now): boolean {
  return isOpen(row) && !row.asked && now.at.mono >= Math.max(row.deadline, row.retryAt);
}

/** When the row wants to be shown the time again. */
export function nextWake(row: LeaseRow): number {
  return Math.min(nextJudgement(row), row.who.again);
}

function nextJudgement(row: LeaseRow): number {
  if (row.state === 'deleted') {
    return row.deletedAt + (row.round === undefined ? deletedKept : abandonedAfter);
  }
  if (row.asked || !isOpen(row)) return Number.POSITIVE_INFINITY;
  return Math.max(row.deadline, row.retryAt);
}

/** The answer to a read that was sent because the time was up: the evidence, or the lack of it. */
export function proveLease(row: LeaseRow, { sentAt, result }: Proof, now: Now): void {
  if ('failed' in result) return readFailed(row, now, result.failed);
  if (sentAt.mono < Math.max(row.observedMono, row.since) && !isNewer(result, row)) {
    row.asked = false;
    return;
  }
  if ('absent' in result) return seeDeleted(row, now);
  if ('found' in result && (result.found.uid !== row.uid || !sameSpec(result.found, row.record))) {
    row.asked = false;
    // A store that was set back shows an older record: it would be read again without a pause.
    if (isOlder(result.found.resourceVersion, row.record.resourceVersion))
      row.retryAt = now.at.mono + readAgain;
    return seeRecord(row, result.found, now, 'modified');
  }
  const proven = row.asked && sentAt.mono >= row.deadline;
  row.asked = false;
  if (proven) expire(row, now);
}

/** Of a read that the watch has overtaken, only a later write of the same lease is still news. */
function isNewer(result: Proof['result'], row: LeaseRow): boolean {
  return (
    row.state !== 'deleted' &&
    'found' in result &&
    result.found.uid === row.uid &&
    isOlder(row.record.resourceVersion, result.found.resourceVersion)
  );
}

function readFailed(row: LeaseRow, now: Now, why: string): void {
  if (!row.asked) return;
  row.asked = false;
  row.retryAt = now.at.mono + readAgain;
  row.turn(now, 'unknown', `its time is up, but the read that would prove it failed: ${why}`);
}

function expire(row: LeaseRow, now: Now): void {
  const delay = Math.max(0, now.at.mono - row.deadline) / 1000;
  if (row.named === 'awaited') {
    neverWrote(row, now);
    return row.turn(now, 'expired', 'assigned to a holder that never wrote', delay);
  }
  if (!row.seenAlive && row.who.gone && row.policy?.expect !== 'held') {
    return row.turn(now, 'orphaned', goneWhy);
  }
  if (!row.seenAlive && isLeftover(row, now) && row.policy?.expect !== 'held') {
    return row.turn(now, 'orphaned', 'a leftover: not renewed since long before we looked');
  }
  const up = Math.min(row.deadline, lastRenewal(row, now) + row.durationMs);
  const seconds = ((now.at.mono - row.observedMono) / 1000).toFixed(1);
  if (row.round?.settling) row.round.lose(now, up);
  const cause = isPlanned(row) ? 'coordinated' : 'expired';
  openRound(row, now, { cause, vacated: up, uncertain: !row.seenAlive || row.undated });
  row.round?.wrote(now, 'expired', row.holder, row.record);
  row.turn(now, 'expired', `${askedFor(row)}no renewal for ${seconds} s`, delay);
}

const goneWhy = 'a leftover: no Pod of its workload is left';

/**
 * Its workload is verifiably gone. One that was renewed before our eyes stays expired all the same: nobody
 * leads what ought to be led, and that is the worst outage of all.
 */
export function orphan(row: LeaseRow, now: Now): void {
  if (row.seenAlive || row.state !== 'expired' || row.policy?.expect === 'held') return;
  closeRound(row, now, 'abandoned');
  row.turn(now, 'orphaned', goneWhy);
}

function isLeftover(row: LeaseRow, now: Now): boolean {
  return row.renewTime === undefined || now.at.wall - row.renewTime > leftoverAfter;
}

/** Another policy applies, and with it perhaps another class: what never expires must not be suspected. */
export function reviewLease(row: LeaseRow, now: Now): void {
  if (neverExpires(row)) {
    row.deadline = Number.POSITIVE_INFINITY;
    forgetSuspicion(row);
  } else if (row.state === 'held' && row.deadline === Number.POSITIVE_INFINITY) {
    row.deadline = now.at.mono + row.durationMs;
  }
}

/** A policy ignores the lease from here on: its round ends without an outcome that anybody will see. */
export function dismissLease(row: LeaseRow, now: Now): void {
  closeRound(row, now, 'abandoned');
  row.turn(now, 'unknown', 'a policy ignores it from here on');
  row.wake = Number.POSITIVE_INFINITY;
}

/** The source cannot see any more: nothing is judged until it can again. */
export function blindLease(row: LeaseRow, now: Now, why: string): void {
  if (neverExpires(row) && row.state === 'held') return;
  row.blindSince ??= now.at.mono;
  if (row.state === 'deleted') return;
  if (row.state !== 'held' && row.state !== 'unknown') row.before = row.state;
  row.deadline = Number.POSITIVE_INFINITY;
  row.asked = false;
  row.turn(now, 'unknown', why);
}

/** The source sees again: as a new candidate would, wait one whole duration or for a write. */
export function sightedLease(row: LeaseRow, now: Now): void {
  // Whether somebody had it meanwhile cannot be known any more.
  const abandoned = row.state === 'deleted' && now.at.mono >= row.deletedAt + abandonedAfter;
  if (abandoned && row.blindSince !== undefined) row.round?.doubt(row.blindSince, now.at.mono);
  row.blindSince = undefined;
  if (row.state !== 'unknown' || row.deadline !== Number.POSITIVE_INFINITY) return;
  // Nobody has to prove anything about a lease that nobody held.
  const nobody = row.before !== undefined && row.before !== 'expired' && row.named === undefined;
  if (nobody && row.before !== undefined) return row.turn(now, row.before, 'sighted again');
  row.deadline = now.at.mono + row.termMs;
}
