/**
 * A lease that was given up and that nobody takes. Where no Pod of its workload is left, somebody has scaled it to
 * zero or removed it, and nobody will ever take it: its round is over, and it is a leftover.
 */
import { closeRound } from './lease-round.ts';
import type { LeaseRow } from './lease-row.ts';
import type { Now } from './sink.ts';

/** So long a workload may be between two of its Pods (ms), as in a rollout that waits for a node. */
export const vacantMs = 10 * 60_000;

/** Whether it is time to look for the workload of a lease, and when that is the next time. */
export function isVacantLong(row: LeaseRow, now: Now): boolean {
  if (row.state !== 'released' || row.round === undefined) {
    row.vacantLook = Number.POSITIVE_INFINITY;
    return false;
  }
  if (row.vacantLook === Number.POSITIVE_INFINITY) row.vacantLook = row.round.vacantSinceMono + vacantMs;
  if (now.at.mono < row.vacantLook) return false;
  row.vacantLook = now.at.mono + vacantMs;
  return true;
}

/** No Pod is left of the workload of `identity`. */
export function leftBehind(row: LeaseRow, identity: string, now: Now): void {
  if (row.state !== 'released' || row.round?.predecessor !== identity || row.policy?.expect === 'held')
    return;
  // The state began anew with every restart of ours; the vacancy did not.
  if (now.at.mono < row.round.vacantSinceMono + vacantMs) return;
  closeRound(row, now, 'abandoned');
  row.turn(now, 'orphaned', 'given up, and no Pod of its workload is left');
}
