import { isUnsure, openFree, openRound } from './lease-round.ts';
import type { LeaseRow } from './lease-row.ts';
import type { LeaseRecord } from './observation.ts';
import type { Now } from './sink.ts';
import { entitledBy, isEarly, isLate, lastWrite } from './takeover.ts';

/**
 * Coordinated elections: a controller in the API server names the holder of a Lease. That write is no
 * acquisition: who is named leads from its own first write on, and has the controller's 5 s to make it.
 * `overdue`: they are over, and it has not written.
 */
export type Naming = 'awaited' | 'overdue';

/** What the controller writes, whatever the duration of the holder. */
const controllerSeconds = 5;

/**
 * Whether a record with a new holder is the controller's. It writes no acquireTime and does not count a
 * transition: `transitions` is what the record before said.
 */
export function isAssignment(next: LeaseRecord, transitions: number | undefined): boolean {
  return (
    (next.holder ?? '') !== '' &&
    next.strategy !== undefined &&
    next.acquireTime === undefined &&
    next.durationSeconds === controllerSeconds &&
    next.transitions === transitions
  );
}

/** Whether the controller names the same holder once more, which gave the lease up while we could not see. */
export function isNamedAgain(row: LeaseRow, next: LeaseRecord): boolean {
  const { durationSeconds, transitions, renewTime } = row;
  const isOwn =
    durationSeconds === undefined ? transitions !== undefined : durationSeconds === controllerSeconds;
  return !isOwn && next.renewTime !== renewTime && isAssignment(next, transitions);
}

/** Somebody edited the record of a holder that has not written yet: nobody has, whoever it is now. */
export function isEditOfNamed({ named, renewTime }: LeaseRow, next: LeaseRecord): boolean {
  return named !== undefined && next.renewTime === renewTime;
}

/** The holder was asked to step down for another: it stops renewing on purpose. */
export function isPlanned({ preferredHolder, asksInTime }: LeaseRow): boolean {
  return preferredHolder !== '' && asksInTime !== false;
}

/** Whether it stopped for that, or had stopped before it was asked, nobody can say. */
export function isPerhapsPlanned({ preferredHolder, asksInTime }: LeaseRow): boolean {
  return preferredHolder !== '' && asksInTime === undefined;
}

/** A read shows that the holder was asked to step down, which the watch has not told: when that was does not show. */
export function seeAsked(row: LeaseRow, { preferredHolder = '' }: LeaseRecord): void {
  if (row.preferredHolder !== '' || preferredHolder === '') return;
  row.asksInTime = undefined;
  row.record = { ...row.record, preferredHolder };
}

/** The beginning of a sentence on a lease that ran out. */
export function askedFor(row: LeaseRow): string {
  return isPlanned(row) ? `asked to step down for ${row.preferredHolder}, ` : '';
}

/** Nobody held what the controller now assigns, as far as we know; who was named and never wrote did not either. */
function isFree(row: LeaseRow, next: LeaseRecord): boolean {
  const wasFree = row.state === 'vacant' || row.state === 'released' || row.lastHolder === '';
  return (
    row.holder === '' ||
    row.state === 'deleted' ||
    row.record === next ||
    (row.named !== undefined && wasFree)
  );
}

/**
 * The controller named a holder; `row` still carries the record before. `unseen`: while we were blind. Answers
 * whether the lease was free.
 */
export function assigned(row: LeaseRow, now: Now, next: LeaseRecord, unseen: boolean): boolean {
  const free = isFree(row, next);
  if (row.named === 'awaited') neverWrote(row, now);
  const fresh = row.record === next;
  // The 5 s of a record that is new say nothing of the durations to come.
  if (fresh) row.durationSeconds = undefined;
  if (free) openFree(row, now, next, fresh || row.state === 'deleted');
  else end(row, now, next, unseen);
  row.round?.wrote(now, 'assigned', next.holder ?? '', next);
  return free;
}

/**
 * First sight of a lease whose holder has not written yet. Who held it before is not known, unless nobody did: a
 * holder that writes counts the transitions.
 */
export function foundNamed(row: LeaseRow, now: Now): void {
  row.named = 'awaited';
  row.lastHolder = '';
  row.durationSeconds = undefined;
  row.deadline = now.at.mono + row.termMs;
  if (isUntouched(row)) row.turn(now, 'vacant', 'assigned to a holder');
}

/** The controller made the lease, and no holder has ever written: each counts the transitions. */
export function isUntouched({ named, transitions }: LeaseRow): boolean {
  return named !== undefined && transitions === undefined;
}

/** The controller judges by its own clock, so that it may name another before the time is up by ours. */
function end(row: LeaseRow, now: Now, next: LeaseRecord, unseen: boolean): void {
  const first = entitledBy(row, now, next);
  const early = !unseen && isEarly(first, row, next, now);
  const vacated = Math.min(lastWrite(row) + row.durationMs, now.at.mono);
  if (row.round?.settling) {
    row.round.lose(now, vacated);
    row.round.entitled = early ? first : undefined;
  }
  const coordinated = early || isPlanned(row);
  const uncertain = unseen || isUnsure(row) || !(coordinated || isLate(row, next, now));
  const cause = coordinated ? 'coordinated' : 'expired';
  openRound(row, now, { cause, vacated, uncertain, ...(early ? { entitled: first } : {}) });
}

/** The named holder let its time pass: a lost attempt. It may still come. */
export function neverWrote(row: LeaseRow, now: Now): void {
  row.named = 'overdue';
  row.deadline = Number.POSITIVE_INFINITY;
  row.round?.forfeit(now, row.holder);
}
