import {
  type LeaseRow,
  type NodeRow,
  noTables,
  type PortRow,
  type RoundRow,
  type Tables,
} from '../tables.ts';

/** Hand-made rows for the tests of this folder. */

export function leaseRow(part: Partial<LeaseRow> = {}): LeaseRow {
  return {
    ...{ id: 'kube-system/scheduler', namespace: 'kube-system', lease: 'scheduler', class: 'election' },
    ...{ state: 'held', since: 0, holder: 'scheduler-a', pod: null, node: null, candidates: 3 },
    ...{
      preferredHolder: null,
      durationSeconds: 15,
      observed: 1000,
      renewedAt: 1,
      acquiredAt: 0,
      renewals: 7,
    },
    ...{ lateRenewals: 0, missedRounds: 0, possibleOverlaps: 0, clockSkewSeconds: 0, gapSeconds: 0 },
    ...{ leaderlessSeconds: 0, transitions: 1, changes: 0, lastRoundAt: null, openRound: null, policy: null },
    ...part,
  };
}

/** Silent at 100 s, expired at 115, acquired at 117, renewed at 119. */
export function roundRow(part: Partial<RoundRow> = {}): RoundRow {
  return {
    ...{ id: 'trace', namespace: 'kube-system', lease: 'scheduler', class: 'election', cause: 'expired' },
    ...{
      outcome: 'elected',
      uncertain: false,
      attempts: 1,
      predecessor: 'scheduler-a',
      predecessorNode: null,
    },
    ...{ fate: null, successor: 'scheduler-b', successorNode: null, lastRenewalAt: 100, vacatedAt: 115 },
    ...{ acquiredAt: 117, closedAt: 119, gapSeconds: 17, leaderlessSeconds: 2, overlap: null },
    ...{ outageTraceId: null, ...part },
  };
}

export function nodeRow(part: Partial<NodeRow> = {}): NodeRow {
  return {
    ...{ id: 'node-1', state: 'alive', since: 0, observed: 0, missed: 0, clockSkewSeconds: null },
    ...{ disagreement: null, ...part },
  };
}

export function portRow(part: Partial<PortRow> = {}): PortRow {
  return {
    ...{ id: 'shop/chat-0:8080', namespace: 'shop', pod: 'chat-0', workload: 'chat', port: 8080 },
    ...{ listening: true, established: 40, unaccepted: 0, closing: 0, ghost: 0, stalled: 0 },
    ...{ medianAgeSeconds: 90, idleTimeoutSeconds: null, incident: null, storm: null, ...part },
  };
}

export interface SomeRows {
  readonly leases?: readonly LeaseRow[];
  readonly nodes?: readonly NodeRow[];
  readonly ports?: readonly PortRow[];
}

export function tablesOf({ leases = [], nodes = [], ports = [] }: SomeRows): Tables {
  return { ...noTables(), leases: byId(leases), nodes: byId(nodes), ports: byId(ports) };
}

function byId<R extends { readonly id: string }>(rows: readonly R[]): ReadonlyMap<string, R> {
  return new Map(rows.map((row) => [row.id, row]));
}
