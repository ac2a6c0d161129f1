/**
 * A store that was restored from a backup: a complete list shows older records than the ones that were told. Nothing
 * of it was written by anybody, so it is no election, and what was concluded before stays concluded. Who holds the
 * lease now, and whether anybody is alive, only a write or its absence will show.
 */
import { classify, sameSpec } from './classify.ts';
import { isAssignment } from './coordinated.ts';
import { HolderClock } from './holder-clock.ts';
import { seeRecord } from './lease.ts';
import { forgetSuspicion, isRelease, type LeaseRow, neverExpires } from './lease-row.ts';
import type { LeaseObservation, LeaseRecord } from './observation.ts';
import { isOlder } from './revision.ts';
import type { SourceRow } from './sight.ts';
import type { Now } from './sink.ts';

const why = 'the store was set back';

/** A record of a known lease. */
export function seeKnown(row: LeaseRow, seen: LeaseObservation, source: SourceRow, now: Now): void {
  if (isSetBack(row, seen, source)) setBack(row, seen.lease, now, source);
  else seeRecord(row, seen.lease, now, seen.change);
}

/**
 * Lists are never served from a cache: one that shows an older record than a watch has told, or another one under the
 * same revision, shows another past. And nothing that was deleted comes again under its old UID.
 */
function isSetBack(row: LeaseRow, { change, lease }: LeaseObservation, source: SourceRow): boolean {
  if (row.state === 'deleted' && row.uid === lease.uid) return true;
  if (change !== 'listed' || !source.listing) return false;
  const { record } = row;
  const isOther = lease.resourceVersion === record.resourceVersion && !sameSpec(lease, record);
  return isOther || isOlder(lease.resourceVersion, record.resourceVersion);
}

/** Takes the restored record for the present one. Its revisions come again, so that rounds need other names. */
function setBack(row: LeaseRow, next: LeaseRecord, now: Now, source: SourceRow): void {
  // One that a watch tells of is not the only one.
  if (!source.listing) now.debts.setBack(row.source, now);
  const from = row.blindSince ?? row.observedMono;
  const { round } = row;
  row.setBacks += 1;
  round?.doubt(from, now.at.mono);
  if (round?.settling && next.holder !== round.successor) round.lose(now);
  // The record may be of long before; that somebody wrote since we know all the same.
  row.roundsFrom = Math.max(row.roundsFrom, Math.min(row.observedMono, now.at.mono));
  adopt(row, next, now);
  row.gap = { from, to: now.at.mono };
  if (isRelease(next)) return free(row, now);
  if (neverExpires(row)) return row.turn(now, 'held', why);
  row.deadline = now.at.mono + row.durationMs;
  row.rivalUntil = row.deadline;
  row.turn(now, 'unknown', why);
}

function adopt(row: LeaseRow, next: LeaseRecord, now: Now): void {
  row.record = next;
  row.clock = HolderClock.begin();
  row.listed = true;
  row.notBefore = Number.NEGATIVE_INFINITY;
  row.edited = false;
  row.named = undefined;
  row.ownAcquisition = false;
  row.ahead = undefined;
  row.observedMono = now.at.mono;
  row.observedWall = now.at.wall;
  row.deadline = Number.POSITIVE_INFINITY;
  forgetSuspicion(row);
  if (isRelease(next)) return;
  row.class = classify(next, row.policy);
  row.lastHolder = row.holder;
  if (!isAssignment(next, undefined)) row.durationSeconds = next.durationSeconds ?? row.durationSeconds;
}

/** Somebody had it, as we know, even where the restored record does not. */
function free(row: LeaseRow, now: Now): void {
  if (row.state === 'deleted') return row.turn(now, 'vacant', why);
  row.turn(now, row.lastHolder === '' && (row.transitions ?? 0) === 0 ? 'vacant' : 'released', why);
}
