/**
 * What a record without a holder means: the holder gave the lease up, gave up trying to renew it, or was blanked by
 * an ex-leader or a hand. The record says none of it; its date and the times of the writes do.
 */
import { isPlanned } from './coordinated.ts';
import { handOf } from './hand.ts';
import { isUnsure, openRanOut, openRound, ranOut } from './lease-round.ts';
import type { LeaseRow } from './lease-row.ts';
import type { LeaseRecord } from './observation.ts';
import type { Now } from './sink.ts';
import { earliestWrite, gapBefore, lastWrite, lateNews } from './takeover.ts';

/** For this share of the duration a holder tries to renew before it gives up, in every setting of the field. */
const renewDeadline = 2 / 3;

/** A release: `row` still carries the record before it. `unseen`: it happened while we were blind. */
export function released(row: LeaseRow, now: Now, next: LeaseRecord, unseen: boolean): void {
  const byHand = handOf(next) !== undefined;
  // So soon after a takeover it may be the predecessor, cut off until now, that blanks its successor.
  const rival = !byHand && (now.at.mono <= rivalUntil(row) || isDatedByAnother(row, now, next));
  if (unseen || rival) row.rivalUntil = now.at.mono + row.durationMs;
  else if (!byHand) row.rivalUntil = Number.NEGATIVE_INFINITY;
  if (row.round?.settling) {
    if (unseen || rival) row.round.uncertain = true;
    row.round.wrote(now, 'released', row.holder, next);
    row.round.lose(now);
    return;
  }
  if (!unseen && ranOut(row, now)) openRanOut(row, now);
  // client-go also releases after renewals failed for the whole renew deadline: that is an expiry. A hand does not.
  const silent = silenceBefore(row, now, next);
  const deadline = row.durationMs * renewDeadline;
  const failed = row.seenAlive && !unseen && !byHand && silent.ms > deadline;
  const cause = isPlanned(row) ? 'coordinated' : failed ? 'expired' : 'released';
  const either = !byHand && Math.abs(silent.ms - deadline) <= silent.within;
  const uncertain = unseen || rival || either || isUnsure(row);
  openRound(row, now, { cause, vacated: now.at.mono, uncertain });
  row.round?.wrote(now, 'released', row.holder, next);
}

/** Until when (monotonic ms) the one before may still write: for a duration after the lease was taken from it. */
function rivalUntil(row: LeaseRow): number {
  const { renewTime, acquireTime, ownAcquisition } = row;
  if (!ownAcquisition || acquireTime === undefined || renewTime === undefined) return row.rivalUntil;
  // There was no news of the takeover: the holder tells how long it has held the lease.
  const taken = lastWrite(row) - Math.max(0, renewTime - acquireTime) / 1000;
  return Math.min(row.rivalUntil, taken + row.durationMs);
}

/**
 * client-go dates a release as it writes it. One whose date is as far from the last renewal as its receipt is not
 * was dated by another clock than that of the holder, or was under way for long: whose it is does not show.
 */
export function isDatedByAnother(row: LeaseRow, now: Now, { renewTime }: LeaseRecord): boolean {
  if (renewTime === undefined || row.renewTime === undefined || renewTime === row.renewTime) return false;
  const dated = (renewTime - row.renewTime) / 1000;
  const isTimed = row.seenAlive && !row.listed && !row.edited;
  return isTimed && Math.abs(dated - (now.at.mono - row.observedMono)) > lateNews;
}

/**
 * How long the holder had not renewed when it was released, and what that may be wrong by (ms). client-go dates
 * its release, by the same clock as its renewals; what is blanked by hand keeps the old date.
 */
function silenceBefore(row: LeaseRow, now: Now, { renewTime }: LeaseRecord) {
  const received = now.at.mono - row.observedMono;
  const longest = now.at.mono - earliestWrite(row);
  const dated = row.renewTime === undefined ? 0 : ((renewTime ?? 0) - row.renewTime) / 1000;
  if (dated <= 0 || dated > longest + lateNews) return { ms: received, within: longestWay(row, now) };
  return { ms: dated, within: Number.isFinite(longest) ? 0 : Math.max(0, dated - received) };
}

/** How long (ms) the last write of a holder, or what ends its term now, may have been on its way to us. */
function longestWay(row: LeaseRow, now: Now): number {
  const { mono } = now.at;
  const late = (at: number) => now.lags.at(row.source, at) ?? 0;
  const lastWay = row.clock.established ? row.observedMono - lastWrite(row) : late(row.observedMono);
  return Math.max(lastWay, late(mono), mono - (gapBefore(row, now)?.from ?? mono));
}
