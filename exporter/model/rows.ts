import { nodeSight } from './heartbeat.ts';
import type { LeaseRow } from './lease-row.ts';
import { blindLease, sightedLease } from './lease-verdict.ts';
import { NodeRow } from './node-row.ts';
import { seesNodeLeases } from './sight.ts';
import type { Now } from './sink.ts';

/** All that is judged. */
export interface Rows {
  readonly leases: ReadonlyMap<string, LeaseRow>;
  readonly nodes: ReadonlyMap<string, NodeRow>;
}

/** The leases that a source tells of, and the nodes whose heartbeats it tells. */
export function* rowsOf({ leases, nodes }: Rows, source: string): Iterable<LeaseRow | NodeRow> {
  for (const row of leases.values()) if (row.source === source) yield row;
  if (seesNodeLeases(source)) yield* nodes.values();
}

export function blindRow(row: LeaseRow | NodeRow, now: Now, why: string): void {
  if (row instanceof NodeRow) nodeSight(row, now, true);
  else blindLease(row, now, why);
}

export function sightedRow(row: LeaseRow | NodeRow, now: Now): void {
  if (row instanceof NodeRow) nodeSight(row, now, false);
  else sightedLease(row, now);
}
