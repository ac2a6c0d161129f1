import type { Proof } from './evidence.ts';
import { closeOutage, doubtOutage, endOfSilence, openOutage, unseenWord } from './node-outage.ts';
import { blame } from './node-rounds.ts';
import type { NodeRow } from './node-row.ts';
import type { LeaseRecord, NodeRecord } from './observation.ts';
import { isOlder } from './revision.ts';
import type { Now } from './sink.ts';
import { noteLag } from './watch-lag.ts';

const readAgain = 2000;

/** `complete`: by a list, which is the truth even where it shows an older record, as of a store that was set back. */
export function seeNodeLease(row: NodeRow, next: LeaseRecord, now: Now, complete = false): void {
  const { leaseUid, renewTime } = row;
  const back = isSetBack(row, next);
  if (back && !complete) return;
  if (back) row.setBacks += 1;
  row.lease = next;
  if (complete && next.uid === leaseUid && next.renewTime === renewTime) row.gap = undefined;
  // Only a list comes while we are blind: what was proven lost and is not renewed in it still is.
  const silent = row.outage !== undefined && row.outage.back === undefined;
  if (row.blind && silent && next.renewTime === row.lostAfter)
    return row.turn(now, 'lost', 'not renewed in the gap');
  if (next.renewTime === undefined) return judge(row, now);
  // The node controller counts only a renewTime above all before it; a kubelet whose clock stepped back is
  // silent to it until its clock has caught up, or until its status is heard.
  const { renewed } = row;
  row.renewed = Math.max(renewed ?? next.renewTime, next.renewTime);
  if (renewed !== undefined && next.renewTime !== renewTime) {
    row.clock.see(next.renewTime, now.at);
    if (!row.blind) noteLag(row.source, row.clock, next.renewTime, now);
  }
  if (renewed !== undefined && next.renewTime > renewed) heard(row, now);
  else judge(row, now);
}

export function seeNode(row: NodeRow, next: NodeRecord, now: Now): void {
  const before = row.node;
  row.nodeless = undefined;
  row.node = next;
  const said = next.ready !== 'Unknown' && next.readyHeartbeat !== undefined;
  const back = before !== undefined && isStatusSetBack(before, next);
  if (back) row.setBacks += 1;
  if (before === undefined || back || !said || next.readyHeartbeat === before.readyHeartbeat)
    return judge(row, now);
  row.renewed = row.renewTime;
  heard(row, now, 'status');
}

export function nodeGone(row: NodeRow, now: Now): void {
  row.node = undefined;
  row.nodeless ??= now.at.mono;
  if (row.gap !== undefined) doubtOutage(row, { from: row.gap, to: now.at.mono });
  closeOutage(row, now, 'deleted', now.at.mono);
  judge(row, now);
}

/** Nothing is left of it: no outage may stay open for ever, and no deadline may speak of it any more. */
export function forgetNode(row: NodeRow, now: Now): void {
  closeOutage(row, now, 'deleted', now.at.mono);
  row.asked = false;
  row.wake = Number.POSITIVE_INFINITY;
}

/** Only leases have a rhythm: a status is written when something changed, and every five minutes. */
function heard(row: NodeRow, now: Now, by: 'lease' | 'status' = 'lease'): void {
  if (by === 'lease') countBeat(row, now);
  row.heard = true;
  row.observedMono = now.at.mono;
  row.observedWall = now.at.wall;
  row.quietSince = now.at.mono;
  row.asked = false;
  row.retryAt = 0;
  row.unseenWord = unseenWord(row, now);
  const seen = row.gap === undefined;
  row.gap = undefined;
  endOfSilence(row, now, seen);
  judge(row, now);
}

function countBeat(row: NodeRow, now: Now): void {
  const before = row.renewedMono;
  row.renewedMono = now.at.mono;
  if (before === undefined) return;
  const interval = now.at.mono - before;
  row.missed += Math.max(0, Math.round(interval / row.rhythmMs) - 1);
  now.sink.event({ kind: 'heartbeat', at: now.at, node: row.name, intervalSeconds: interval / 1000 });
}

/** The verdict that needs no evidence: everything but `lost`, which only `proveNode` may say. */
function judge(row: NodeRow, now: Now): void {
  if (row.blind) return row.turn(now, 'unknown', 'the source is blind');
  if (row.node?.terminating)
    return row.turn(now, 'terminating', 'planned: deletion, shutdown, autoscaler or drain');
  if (isOrphan(row, now)) return row.turn(now, 'orphan', 'a lease without a Node');
  if (!row.heard) return;
  const quiet = now.at.mono - row.quietSince;
  if (row.state === 'lost' && quiet > 0) return;
  // A read failed: that it is late is known, and is not told anew before every further read.
  if (row.state === 'unknown' && row.retryAt > 0 && quiet > 0) return;
  // Without a Node there is nobody to be late: the lease is collected soon, or turns out an orphan.
  if (row.nodeless !== undefined && quiet > 0) return;
  if (now.at.mono >= lateAt(row)) row.turn(now, 'late', `no heartbeat for ${(quiet / 1000).toFixed(1)} s`);
  else row.turn(now, 'alive', 'heard');
}

/** One expression for the verdict and for its deadline: a sum rounded in another way would be due for ever. */
function lateAt(row: NodeRow): number {
  return row.quietSince + (row.durationMs * 2) / 3;
}

function suspectAt(row: NodeRow): number {
  return Math.max(row.quietSince + row.rules.graceMs, row.retryAt);
}

/** For the first duration it may be on its way: the lease of a deleted Node is collected soon after it. */
function isOrphan(row: NodeRow, now: Now): boolean {
  return row.nodeless !== undefined && now.at.mono >= row.nodeless + row.durationMs;
}

/** The time of a node has come: it is late, or suspected to be lost. Says whether its lease is to be read. */
export function wakeNode(row: NodeRow, now: Now): 'suspect' | 'nothing' {
  judge(row, now);
  if (now.at.mono < suspectAt(row) || row.asked || !suspectable(row)) return 'nothing';
  row.asked = true;
  return 'suspect';
}

function suspectable(row: NodeRow): boolean {
  return (
    !row.blind &&
    row.nodeless === undefined &&
    row.leaseUid !== undefined &&
    (row.state === 'late' || row.state === 'unknown' || row.state === 'alive')
  );
}

export function nextNodeWake(row: NodeRow): number {
  if (row.blind) return Number.POSITIVE_INFINITY;
  const orphanAt = row.nodeless === undefined ? Number.POSITIVE_INFINITY : row.nodeless + row.durationMs;
  return Math.min(nextJudgement(row), row.state === 'orphan' ? Number.POSITIVE_INFINITY : orphanAt);
}

function nextJudgement(row: NodeRow): number {
  if (row.asked || !suspectable(row)) return Number.POSITIVE_INFINITY;
  const suspect = suspectAt(row);
  return row.state === 'alive' ? Math.min(lateAt(row), suspect) : suspect;
}

export function proveNode(row: NodeRow, { sentAt, result }: Proof, now: Now): void {
  if (!row.asked) return;
  row.asked = false;
  // Meanwhile it is about to go, or its Node is gone: its silence is no news any more.
  if (!suspectable(row)) return;
  if ('failed' in result) {
    row.retryAt = now.at.mono + readAgain;
    return row.turn(now, 'unknown', `silent, but the read that would prove it failed: ${result.failed}`);
  }
  if ('absent' in result) {
    row.lease = undefined;
    return;
  }
  if ('found' in result && isSetBack(row, result.found)) {
    row.retryAt = now.at.mono + readAgain;
    return now.debts.setBack(row.source, now);
  }
  if ('found' in result && result.found.renewTime !== row.renewTime)
    return seeNodeLease(row, result.found, now);
  if (sentAt.mono < row.quietSince + row.rules.graceMs) return;
  lose(row, now);
}

function isSetBack(row: NodeRow, { uid, resourceVersion, renewTime }: LeaseRecord): boolean {
  if (row.leaseUid !== uid) return false;
  return (
    row.isOlder(resourceVersion) || (renewTime !== row.renewTime && resourceVersion === row.resourceVersion)
  );
}

/** An older status comes again when the store was restored from a backup: nobody has written it now. */
function isStatusSetBack(before: NodeRecord, { uid, resourceVersion }: NodeRecord): boolean {
  return uid === before.uid && isOlder(resourceVersion, before.resourceVersion);
}

function lose(row: NodeRow, now: Now): void {
  const quiet = (now.at.mono - row.observedMono) / 1000;
  row.turn(now, 'lost', `no heartbeat for ${quiet.toFixed(1)} s`);
  row.lostAfter = row.renewTime;
  if (row.outage !== undefined) row.outage.back = undefined;
  if (!row.heard || row.outage !== undefined) return;
  blame(row, openOutage(row, now), now);
}

/** The source cannot see, or sees again: then silence is counted anew, since we may have missed heartbeats. */
export function nodeSight(row: NodeRow, now: Now, blind: boolean): void {
  if (row.blind === blind) return;
  row.blind = blind;
  row.asked = false;
  row.renewedMono = undefined;
  if (blind) row.gap ??= now.at.mono;
  if (!blind) row.quietSince = now.at.mono;
  if (blind) judge(row, now);
}
