import type { NodeOutageEvent } from './event.ts';
import type { NodeRow } from './node-row.ts';
import type { Now } from './sink.ts';
import { lateNews } from './takeover.ts';
import { traceId } from './trace-id.ts';

/** A time in which something may have happened unseen (monotonic ms). */
export interface Unseen {
  readonly from: number;
  readonly to: number;
}

/** An outage of a node. Times are monotonic ms, told on one time line from its opening on. */
export interface Outage {
  readonly traceId: string;
  readonly anchorWall: number;
  readonly anchorMono: number;
  readonly heard: number;
  readonly lost: number;
  readonly bootId: string | undefined;
  /** The first heartbeat after the silence; the outage ends with the second, when the bootID is known too. */
  back: number | undefined;
  /** Something of it may have happened while we could not see, or was told late. */
  unseen: Unseen | undefined;
  /** How many fell silent with it, where they were many. */
  together: NodeOutageEvent['together'];
  /** Traces of the rounds whose predecessor it took. */
  readonly rounds: string[];
}

export function openOutage(row: NodeRow, now: Now): Outage {
  const outage: Outage = {
    traceId: outageTrace(row, now),
    anchorWall: now.at.wall,
    anchorMono: now.at.mono,
    heard: row.observedMono,
    lost: now.at.mono,
    bootId: row.node?.bootId,
    back: undefined,
    unseen: row.unseenWord,
    together: undefined,
    rounds: [],
  };
  row.outage = outage;
  tellOutage(row, outage, now, 'opened', undefined, undefined);
  return outage;
}

/** After the last sign of life of either kind: a status may be all that is heard between two outages. */
function outageTrace(
  { leaseUid, resourceVersion, node, name, setBacks }: NodeRow,
  { clusterUid }: Now,
): string {
  const lastWords = `${resourceVersion} ${node?.readyHeartbeat ?? ''}`;
  // In a store that was set back the same revisions come again.
  const era = setBacks === 0 ? [] : [`restored ${setBacks}`];
  return traceId('outage', clusterUid, leaseUid ?? name, lastWords, ...era);
}

/**
 * When the heartbeat that is heard now was made, where that does not show: it was found in a list, or is the first one
 * of a watch that goes on after a gap, or its date says that it was late to be written or to be told.
 */
export function unseenWord(row: NodeRow, now: Now): Unseen | undefined {
  const { gap, blind, clock, renewTime, renewed } = row;
  const dated = renewTime === renewed ? renewed : undefined;
  const wrote = dated === undefined || !clock.established ? undefined : clock.wroteAt(dated);
  if (gap !== undefined && (blind || wrote === undefined)) return { from: gap, to: now.at.mono };
  if (wrote === undefined || now.at.mono - wrote <= lateNews) return undefined;
  return { from: wrote, to: now.at.mono };
}

/** It ends, or seems to, at a moment that we have not seen. */
export function doubtOutage({ outage }: NodeRow, unseen: Unseen | undefined): void {
  if (outage === undefined || unseen === undefined) return;
  const { from, to } = outage.unseen ?? unseen;
  outage.unseen = { from: Math.min(from, unseen.from), to: Math.max(to, unseen.to) };
}

/** The first heartbeat after a silence, and the second. `seen`: nothing was missed before it. */
export function endOfSilence(row: NodeRow, now: Now, seen: boolean): void {
  const { outage } = row;
  if (outage === undefined) return;
  if (outage.back === undefined) {
    // By its date alone it is not late: the clock of a node that comes back may be another one.
    if (!seen) doubtOutage(row, row.unseenWord);
    outage.back = now.at.mono;
    return;
  }
  const bootId = row.node?.bootId;
  const rebooted = bootId !== undefined && outage.bootId !== undefined && bootId !== outage.bootId;
  closeOutage(row, now, rebooted ? 'rebooted' : 'back', outage.back);
}

export function closeOutage(
  row: NodeRow,
  now: Now,
  end: 'back' | 'rebooted' | 'deleted',
  closed: number,
): void {
  const { outage } = row;
  if (outage === undefined) return;
  row.outage = undefined;
  row.lastOutage = outage;
  tellOutage(row, outage, now, 'closed', closed, end);
}

function tellOutage(
  row: NodeRow,
  outage: Outage,
  now: Now,
  step: NodeOutageEvent['step'],
  closed: number | undefined,
  end: NodeOutageEvent['end'],
): void {
  const told = (mono: number) => outage.anchorWall + Math.round((mono - outage.anchorMono) * 1000);
  const { unseen, together, rounds } = outage;
  now.sink.event({
    kind: 'node-outage',
    step,
    at: now.at,
    node: row.name,
    traceId: outage.traceId,
    lastHeartbeat: told(outage.heard),
    lost: told(outage.lost),
    closed: closed === undefined ? undefined : told(closed),
    end,
    unseen: unseen === undefined ? undefined : { from: told(unseen.from), to: told(unseen.to) },
    together,
    rounds,
  });
}
