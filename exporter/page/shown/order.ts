import type { LeaseRow, NodeRow, PortRow, RoundRow } from '../tables.ts';

/** What needs somebody comes first; apart from that everything stays where it is. */

const leaseRank: Record<LeaseRow['state'], number> = {
  ...{ expired: 0, unknown: 1, released: 2, held: 3, vacant: 5, orphaned: 6, deleted: 7 },
};

export function inOrderOfNeed(leases: readonly LeaseRow[]): LeaseRow[] {
  return leases.toSorted((a, b) => rankOf(a) - rankOf(b) || compare(a.id, b.id));
}

function rankOf({ state, class: kind }: LeaseRow): number {
  return leaseRank[state] + (state === 'held' && !isElection(kind) ? 1 : 0);
}

export function isElection(kind: LeaseRow['class']): boolean {
  return kind === 'election' || kind === 'coordinated';
}

const nodeRank: Record<NodeRow['state'], number> = {
  ...{ lost: 0, late: 1, unknown: 2, terminating: 3, orphan: 4, alive: 5 },
};

export function nodesInOrderOfNeed(nodes: readonly NodeRow[]): NodeRow[] {
  return nodes.toSorted((a, b) => nodeRank[a.state] - nodeRank[b.state] || compare(a.id, b.id));
}

/** Open ones first, then the latest. */
export function latestFirst(rounds: readonly RoundRow[]): RoundRow[] {
  const end = ({ closedAt }: RoundRow) => closedAt ?? Number.POSITIVE_INFINITY;
  return rounds.toSorted((a, b) => compare(end(b), end(a)) || b.vacatedAt - a.vacatedAt);
}

export function busiestFirst(ports: readonly PortRow[]): PortRow[] {
  const trouble = ({ incident, storm }: PortRow) => Number(incident !== null || storm !== null);
  return ports.toSorted(
    (a, b) => trouble(b) - trouble(a) || b.established - a.established || compare(a.id, b.id),
  );
}

function compare<T extends string | number>(a: T, b: T): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
