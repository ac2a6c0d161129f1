import type { Entitled } from './election.ts';
import type { LeaseRow } from './lease-row.ts';
import type { LeaseRecord } from './observation.ts';
import type { Now } from './sink.ts';
import { isMistaken } from './watch-lag.ts';

/** What the clocks and the ways of two writes may differ by before one of them counts as the earlier (ms). */
const tolerance = 100;
const strangersAgree = 1000;
/** News that is older than this makes the times of a round doubtful (ms). */
export const lateNews = 1000;

/**
 * When the last write of the holder was made, in monotonic ms. It cannot have come later than it reached us;
 * how long it was on its way is known when the clock of the holder is, or when no news was late then.
 */
export function lastWrite(row: LeaseRow): number {
  const dated = row.edited ? undefined : row.renewTime;
  const wrote = dated === undefined ? undefined : row.clock.wroteAt(dated);
  // A holder that hung between dating its write and sending it dates it too early: others tell how early at most.
  return Math.min(row.observedMono, Math.max(wrote ?? row.observedMono, row.notBefore));
}

/**
 * The holder by its last write; `until` is the least that is sure, and -Infinity where nothing is. `next` is
 * the record that ended its term, where there is one.
 */
export function entitledBy(row: LeaseRow, now: Now, next?: LeaseRecord): Entitled {
  const until = firstWrite(row, now, next) + row.durationMs;
  return { holder: row.holder, until, resourceVersion: row.record.resourceVersion };
}

/** The holder whose lease is deleted, if it is known at all until when it may go on leading. */
export function stillEntitled(row: LeaseRow, now: Now): Entitled | undefined {
  const entitled = entitledBy(row, now);
  return Number.isFinite(entitled.until) ? entitled : undefined;
}

/** The earliest moment at which the last write can have been made. */
function firstWrite(row: LeaseRow, now: Now, next: LeaseRecord | undefined): number {
  if (!row.seenAlive || row.undated) return Number.NEGATIVE_INFINITY;
  const isSure = row.clock.established && !row.edited && !isMistaken(row.source, row.clock, now);
  const dated = isSure ? lastWrite(row) : byClock(row);
  return Math.min(row.observedMono, Math.max(dated, byNews(row, now, next)));
}

/** Before this the last write was not made, whatever is known of the clocks (monotonic ms); −Infinity if nothing is. */
export function earliestWrite(row: LeaseRow): number {
  return Math.min(row.observedMono, Math.max(byClock(row), row.notBefore));
}

/** By what its earlier writes tell of the clock of the holder. */
function byClock({ clock, edited, renewTime }: LeaseRow): number {
  return edited || renewTime === undefined ? Number.NEGATIVE_INFINITY : clock.wroteAfter(renewTime);
}

/** By how late news was when it reached us. */
function byNews(row: LeaseRow, now: Now, next: LeaseRecord | undefined): number {
  if (row.listed) return row.notBefore;
  const lag = now.lags.at(row.source, row.observedMono);
  // When a lag ends, what comes first has been under way the longest: who vouches later knows of less.
  if (lag !== undefined) return lag === 0 ? row.observedMono : row.notBefore;
  return next !== undefined && clocksAgree(row, next, now) ? row.observedMono : row.notBefore;
}

/**
 * Nobody tells how late news was. Two strangers whose writes seem equally old to us were both prompt. An edit
 * by hand leaves the renewTime as it was, and says nothing of this.
 */
function clocksAgree(row: LeaseRow, next: LeaseRecord, now: Now): boolean {
  if (row.renewTime === undefined || next.renewTime === undefined || next.renewTime === row.renewTime)
    return true;
  const first = row.renewTime / 1000 - row.observedMono;
  return Math.abs(next.renewTime / 1000 - now.at.mono - first) < strangersAgree;
}

/** Whether `first` was still entitled to lead, for sure, when the lease was acquired by the writer of `next`. */
export function isEarly(first: Entitled, row: LeaseRow, next: LeaseRecord, now: Now): boolean {
  // Without a duration there is no moment until which it was entitled: nobody can come before it.
  return Number.isFinite(first.until) && latestAcquisition(row, next, now) < first.until - tolerance;
}

/** Whether the time of the holder was up, for sure, when the lease was acquired by the writer of `next`. */
export function isLate(row: LeaseRow, next: LeaseRecord, now: Now): boolean {
  if (row.state === 'expired') return true;
  const earliest = Math.min(earliestNews(row, now), latestAcquisition(row, next, now));
  return earliest >= lastWrite(row) + row.durationMs - tolerance;
}

/** Whether the time of the holder was up, for sure, when what reaches us now was written. */
export function isUp(row: LeaseRow, now: Now): boolean {
  return earliestNews(row, now) >= lastWrite(row) + row.durationMs;
}

/** Whether its time is not up yet, for sure, so that it was not when what reaches us now was written. */
export function isStillEntitled(row: LeaseRow, now: Now): boolean {
  return now.at.mono < earliestReceived(row, now) + row.durationMs;
}

/** The earliest moment at which the last write may have been made, as long as nothing speaks for its being late. */
function earliestReceived(row: LeaseRow, { lags }: Now): number {
  if (row.clock.established && !row.edited) return lastWrite(row);
  const lag = lags.around(row.source, row.observedMono) ?? (row.mayBeLate ? Number.POSITIVE_INFINITY : 0);
  return Math.max(row.observedMono - lag, earliestWrite(row));
}

/**
 * The earliest moment at which what reaches us now was written. Where nobody tells how late it is, the first word
 * after a gap or a pause of our own may be of any time since the last.
 */
function earliestNews(row: LeaseRow, now: Now): number {
  const { mono } = now.at;
  const lag = now.lags.at(row.source, mono) ?? (mayBeLate(row, now) ? Number.POSITIVE_INFINITY : 0);
  return Math.max(mono - lag, now.lags.notBefore(row.source));
}

/** What reaches us now is the first word after a gap or a pause of our own, or a read has shown it long before. */
export function mayBeLate(row: LeaseRow, now: Now): boolean {
  const { mono } = now.at;
  const isBehind = row.ahead !== undefined && mono - row.ahead.since > lateNews;
  return isBehind || gapBefore(row, now) !== undefined || now.lags.hadSlept(mono);
}

/** The gap in which the write that is told now may have been made. */
export function gapBefore({ gap, source }: LeaseRow, now: Now): LeaseRow['gap'] {
  // Others wrote later than that and were told before.
  return gap === undefined || now.lags.notBefore(source) >= gap.to ? undefined : gap;
}

/**
 * A holder that has renewed since its acquisition has held the lease for that long, by its own clock. An edit
 * by hand leaves the acquireTime of the one before, which says nothing of this.
 */
export function latestAcquisition(row: LeaseRow, { acquireTime, renewTime }: LeaseRecord, now: Now): number {
  const { mono } = now.at;
  if (acquireTime === undefined || renewTime === undefined || acquireTime === row.acquireTime) return mono;
  const acquired = mono - Math.max(0, renewTime - acquireTime) / 1000;
  // A lease that was created since its deletion was acquired by nobody before that: the record was copied.
  return row.state === 'deleted' && acquired < row.deletedAt ? mono : acquired;
}
