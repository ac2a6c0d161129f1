/**
 * A read may show what the watch has not told: a moment before it does, while the watch cache of the server
 * lags, or because the connection is dead and nobody said so. What a read shows is never taken for the news
 * itself, since what came between would be lost with it: the watch tells every write in its order, late but
 * whole. So a read proves life, or that there is something to wait for, and who waits too long has the watch
 * begin anew.
 */
import { sameSpec } from './classify.ts';
import type { Proof } from './evidence.ts';
import type { LeaseRow } from './lease-row.ts';
import type { LeaseRecord } from './observation.ts';
import { isOlder } from './revision.ts';
import type { Now } from './sink.ts';

/** What a read has shown and the watch has not told. Times are monotonic ms. */
export interface ReadAhead {
  /** `undefined`: there is no such lease any more. */
  readonly record: LeaseRecord | undefined;
  /** When this record was shown first. */
  readonly at: number;
  /** Since when the watch is known to be behind. */
  readonly since: number;
  /** The last write before it that came by the watch. */
  readonly told: number;
}

/** How long the watch may take to tell what a read has shown (ms), and the pause before it is read again. */
const catchUp = 1000;
const readAgain = 2000;
/** A watch that is behind for so long does not come back by itself: all is listed anew (ms). */
const hopeless = 60_000;

/** What a read shows that differs from what the watch has told; `'nothing'` when there is no difference. */
export function newsOf(row: LeaseRow, result: Proof['result']): LeaseRecord | undefined | 'nothing' {
  if ('absent' in result) return undefined;
  if (!('found' in result)) return 'nothing';
  const { found } = result;
  return found.uid === row.uid && sameSpec(found, row.record) ? 'nothing' : found;
}

/** The suspect was read, and is not as the watch has told it. */
export function seeAhead(row: LeaseRow, record: LeaseRecord | undefined, now: Now): void {
  const { mono } = now.at;
  const before = row.ahead;
  row.asked = false;
  // A store that was set back shows an older record: all is listed anew.
  if (record !== undefined && isOlder(record.resourceVersion, row.record.resourceVersion)) {
    row.retryAt = mono + readAgain;
    return now.debts.setBack(row.source, now);
  }
  const isNews = before === undefined || before.record?.resourceVersion !== record?.resourceVersion;
  row.ahead = {
    record,
    at: isNews ? mono : before.at,
    since: before?.since ?? mono,
    told: before?.told ?? row.observedMono,
  };
  now.debts.owes(row.source, mono);
  if (before !== undefined && mono - before.since >= hopeless)
    now.sink.ask({ kind: 'restart-watch', source: row.source, relist: true });
  if (isNews && isRenewal(row, record)) return proveAlive(row, now);
  row.retryAt = mono + (before === undefined ? catchUp : readAgain);
  if (before !== undefined) row.turn(now, 'unknown', 'a read shows what the watch does not tell');
}

function isRenewal(row: LeaseRow, record: LeaseRecord | undefined): boolean {
  return record !== undefined && record.uid === row.uid && record.holder === row.holder;
}

/** It was renewed: when, the watch will tell; that nobody is silent is known now. */
function proveAlive(row: LeaseRow, now: Now): void {
  row.deadline = now.at.mono + row.termMs;
  row.seenAlive = true;
  if (row.named === undefined) row.turn(now, 'held', 'a read shows a renewal');
}

/** When a read had shown the very record that the watch tells now (monotonic ms). */
export function shownAt({ ahead }: LeaseRow, { resourceVersion }: LeaseRecord): number | undefined {
  return ahead?.record?.resourceVersion === resourceVersion ? ahead.at : undefined;
}
