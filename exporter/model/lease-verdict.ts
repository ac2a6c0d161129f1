import { askedFor, neverWrote, seeAsked } from './coordinated.ts';
import type { Proof } from './evidence.ts';
import { closeRound, lastRenewal, openRanOut } from './lease-round.ts';
import { forgetSuspicion, isLeftover, type LeaseRow, neverExpires } from './lease-row.ts';
import type { LeaseRecord } from './observation.ts';
import { newsOf, seeAhead } from './read-ahead.ts';
import { isOlder } from './revision.ts';
import type { Now } from './sink.ts';

/** What time, reads and the sight of its source make of a lease. */
/** A lease nobody takes again after a deletion: its round ends without an election (ms). */
const abandonedAfter = 10 * 60_000;
/** How long a deleted lease is told (ms). */
const deletedKept = 60 * 60_000;
/** Pause before a read that failed is tried again (ms). */
const readAgain = 2000;
/** After so long at first an expiry is proved again (ms), and the longer it lasts, the more seldom. */
const proveAgain = 15_000;

/** What is to be done with a row whose time has come. */
export type Woken = 'suspect' | 'forget' | 'nothing';

export function wakeLease(row: LeaseRow, now: Now): Woken {
  if (row.state === 'deleted' && now.at.mono >= row.deletedAt + deletedKept) return forgetDeleted(row, now);
  if (!isSuspect(row, now)) return 'nothing';
  row.asked = true;
  return 'suspect';
}

/** Whether anybody created it again, no read has told for all this time. */
function forgetDeleted(row: LeaseRow, now: Now): Woken {
  row.round?.doubt(row.deletedAt, now.at.mono);
  closeRound(row, now, 'abandoned');
  return 'forget';
}

/** Whether time and reads may change the verdict. An expiry that a dead watch never ends would page for nothing. */
function isOpen({ state, named }: LeaseRow): boolean {
  return state === 'held' || state === 'unknown' || state === 'expired' || named === 'awaited';
}

function isSuspect(row: LeaseRow, now: Now): boolean {
  return now.at.mono >= suspectAt(row);
}

/** When its time is up, or, of one that was deleted, when nobody has taken it for long enough; a read shall prove it. */
function suspectAt(row: LeaseRow): number {
  const isDue =
    row.state === 'deleted' ? row.round !== undefined && row.blindSince === undefined : isOpen(row);
  if (row.asked || !isDue) return Number.POSITIVE_INFINITY;
  return Math.max(row.state === 'deleted' ? row.deletedAt + abandonedAfter : row.deadline, row.retryAt);
}

/** When the row wants to be shown the time again. */
export function nextWake(row: LeaseRow): number {
  const looks = [row.who.again, row.vacantLook, row.late?.due ?? Number.POSITIVE_INFINITY];
  return Math.min(nextJudgement(row), ...looks);
}

function nextJudgement(row: LeaseRow): number {
  const kept = row.state === 'deleted' ? row.deletedAt + deletedKept : Number.POSITIVE_INFINITY;
  return Math.min(kept, suspectAt(row));
}

/** The answer to a read that was sent because the time was up: the evidence, or the lack of it. */
export function proveLease(row: LeaseRow, proof: Proof, now: Now): void {
  const { sentAt, result } = proof;
  if (row.state === 'deleted') return proveAbsent(row, proof, now);
  if ('failed' in result) return readFailed(row, now, result.failed);
  const overtaken = sentAt.mono < Math.max(row.observedMono, row.since) && !isNewer(result, row);
  // What the watch told while our own process slept is still to come, and this answer is as old.
  if (overtaken || now.lags.sleptSince(sentAt.mono)) {
    row.asked = false;
    return;
  }
  const news = newsOf(row, result);
  if (news !== 'nothing') return seeAhead(row, news, now);
  if ('found' in result) seeAsked(row, result.found);
  const proven = row.asked && sentAt.mono >= row.deadline;
  row.asked = false;
  if (proven) expire(row, now);
}

/** Nobody has created it again, as the watch says, which may be late or dead: a read must show it. */
function proveAbsent(row: LeaseRow, { sentAt, result }: Proof, now: Now): void {
  if (!row.asked) return;
  row.asked = false;
  const isThere = 'found' in result;
  if (isThere) seeCreated(row, result.found, now);
  const isOld = sentAt.mono < row.deletedAt + abandonedAfter || now.lags.sleptSince(sentAt.mono);
  if (!isThere && !isOld && !('failed' in result)) return closeRound(row, now, 'abandoned');
  row.retryAt = now.at.mono + readAgain;
}

/** Somebody has created it, as the watch has not told yet. */
function seeCreated(row: LeaseRow, record: LeaseRecord, now: Now): void {
  const { mono } = now.at;
  row.ahead ??= { record, at: mono, since: mono, told: row.deletedAt };
  now.debts.owes(row.source, mono);
}

/** Of a read that the watch has overtaken, only a later write of the same lease is still news. */
function isNewer(result: Proof['result'], row: LeaseRow): boolean {
  return (
    'found' in result &&
    result.found.uid === row.uid &&
    isOlder(row.record.resourceVersion, result.found.resourceVersion)
  );
}

function readFailed(row: LeaseRow, now: Now, why: string): void {
  if (!row.asked) return;
  row.asked = false;
  row.retryAt = now.at.mono + readAgain;
  // What was proved once stays so until something shows otherwise.
  if (row.state === 'expired') return;
  row.turn(now, 'unknown', `its time is up, but the read that would prove it failed: ${why}`);
}

function expire(row: LeaseRow, now: Now): void {
  const stands = row.state === 'expired' && row.named !== 'awaited';
  row.retryAt = now.at.mono + (stands ? Math.max(proveAgain, (now.at.mono - row.since) / 4) : proveAgain);
  if (stands) return;
  const delay = Math.max(0, now.at.mono - row.deadline) / 1000;
  if (row.named === 'awaited' && (row.seenAlive || !isLeftover(row, now))) {
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
  openRanOut(row, now);
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
  row.asked = false;
  if (row.state === 'deleted') return;
  if (row.state !== 'held' && row.state !== 'unknown') row.before = row.state;
  row.deadline = Number.POSITIVE_INFINITY;
  row.turn(now, 'unknown', why);
}

/** The source sees again: as a new candidate would, wait one whole duration or for a write. */
export function sightedLease(row: LeaseRow, now: Now): void {
  // Whether somebody had it meanwhile cannot be known any more.
  const abandoned = row.state === 'deleted' && now.at.mono >= row.deletedAt + abandonedAfter;
  if (abandoned && row.blindSince !== undefined) row.round?.doubt(row.blindSince, now.at.mono);
  row.gap = row.blindSince === undefined ? undefined : { from: row.blindSince, to: now.at.mono };
  row.blindSince = undefined;
  if (row.state !== 'unknown' || row.deadline !== Number.POSITIVE_INFINITY) return;
  // Nobody has to prove anything about a lease that nobody held.
  const nobody = row.before !== undefined && row.before !== 'expired' && row.named === undefined;
  if (nobody && row.before !== undefined) return row.turn(now, row.before, 'sighted again');
  row.deadline = now.at.mono + row.termMs;
}
