/**
 * What the status page shows, as tables of rows: the program fills them, the browser draws them. Rows hold
 * plain JSON. Moments are whole milliseconds of the program's monotonic clock, so that the page can reckon
 * how long ago they are; where a name ends in `At` they are Unix seconds. Text is harmless and capped.
 */
export interface Rows {
  readonly about: AboutRow;
  readonly leases: LeaseRow;
  readonly rounds: RoundRow;
  readonly nodes: NodeRow;
  readonly ports: PortRow;
  readonly unread: UnreadRow;
  readonly probes: ProbeRow;
  readonly counts: CountRow;
  readonly sources: SourceRow;
  readonly outbox: OutboxRow;
  readonly silences: SilenceRow;
  readonly absences: AbsenceRow;
}

export type TableName = keyof Rows;
export type Tables = { readonly [N in TableName]: ReadonlyMap<string, Rows[N]> };

export function noTables(): Tables {
  return {
    ...{ about: new Map(), leases: new Map(), rounds: new Map(), nodes: new Map(), ports: new Map() },
    ...{ unread: new Map(), probes: new Map(), counts: new Map(), sources: new Map(), outbox: new Map() },
    ...{ silences: new Map(), absences: new Map() },
  };
}

/** In one row, whose id is `about`. */
export interface AboutRow {
  readonly id: string;
  readonly version: string;
  readonly mode: 'sidecar' | 'node' | 'cluster';
  readonly cluster: string;
  readonly site: string;
  /** When this process started. */
  readonly started: number;
  readonly startedAt: number;
  /** Whether this replica pushes; null where there is no election, or nothing is known of it yet. */
  readonly pushes: boolean | null;
  /** The address of a trace, with `{traceId}` in it; null where nobody said. */
  readonly traceUrl: string | null;
}

export interface LeaseRow {
  /** `NAMESPACE/NAME`. */
  readonly id: string;
  readonly namespace: string;
  readonly lease: string;
  readonly class: 'election' | 'node' | 'apiserver' | 'coordinated' | 'lock' | 'heartbeat';
  readonly state: 'held' | 'expired' | 'released' | 'vacant' | 'orphaned' | 'deleted' | 'unknown';
  /** When the state began. */
  readonly since: number;
  readonly holder: string;
  readonly pod: string | null;
  readonly node: string | null;
  readonly candidates: number | null;
  readonly preferredHolder: string | null;
  readonly durationSeconds: number | null;
  /** The last change of its record that reached us: its time is up one duration later. */
  readonly observed: number;
  /** On the clock of the holder. */
  readonly renewedAt: number | null;
  readonly acquiredAt: number | null;
  readonly renewals: number;
  readonly lateRenewals: number;
  readonly missedRounds: number;
  readonly possibleOverlaps: number;
  readonly clockSkewSeconds: number | null;
  readonly gapSeconds: number;
  readonly leaderlessSeconds: number;
  readonly transitions: number | null;
  /** Rounds of the last 24 hours that ended with another holder, as far as they were seen. */
  readonly changes: number;
  readonly lastRoundAt: number | null;
  readonly openRound: string | null;
  readonly policy: string | null;
}

export interface RoundRow {
  /** Of the trace. */
  readonly id: string;
  readonly namespace: string;
  readonly lease: string;
  readonly class: LeaseRow['class'];
  readonly cause: 'released' | 'expired' | 'deleted' | 'taken' | 'coordinated' | 'created';
  readonly outcome: 'elected' | 'resumed' | 'recreated' | 'abandoned' | null;
  readonly uncertain: boolean;
  readonly attempts: number;
  readonly predecessor: string;
  readonly predecessorNode: string | null;
  readonly fate: string | null;
  readonly successor: string;
  readonly successorNode: string | null;
  readonly lastRenewalAt: number;
  readonly vacatedAt: number;
  readonly acquiredAt: number | null;
  readonly closedAt: number | null;
  readonly gapSeconds: number | null;
  readonly leaderlessSeconds: number | null;
  readonly overlap: { readonly fromAt: number; readonly untilAt: number } | null;
  readonly outageTraceId: string | null;
}

export interface NodeRow {
  readonly id: string;
  readonly state: 'alive' | 'late' | 'lost' | 'terminating' | 'orphan' | 'unknown';
  readonly since: number;
  readonly observed: number | null;
  readonly missed: number;
  readonly clockSkewSeconds: number | null;
  readonly disagreement: string | null;
}

export interface PortRow {
  /** `NAMESPACE/POD:PORT`. */
  readonly id: string;
  readonly namespace: string | null;
  readonly pod: string | null;
  readonly workload: string | null;
  readonly port: number;
  readonly listening: boolean;
  readonly established: number;
  readonly unaccepted: number;
  readonly closing: number;
  readonly ghost: number;
  readonly stalled: number;
  readonly medianAgeSeconds: number | null;
  readonly idleTimeoutSeconds: number | null;
  readonly incident: IncidentPart | null;
  readonly storm: IncidentPart | null;
}

export interface IncidentPart {
  readonly traceId: string;
  readonly change: 'fall' | 'surge' | 'storm';
  readonly before: number;
  readonly extreme: number;
  readonly beganAt: number;
  /** What happened beside it, in words. */
  readonly beside: string | null;
}

export interface UnreadRow {
  readonly id: string;
  readonly why: string;
}

export interface ProbeRow {
  readonly id: string;
  /** Null: nobody knows. */
  readonly up: boolean | null;
  readonly failure: string | null;
  readonly why: string | null;
  readonly status: number | null;
  /** From the first packet to the first pong. */
  readonly seconds: number | null;
  readonly phases: Readonly<Record<string, number>>;
  readonly backends: number | null;
  readonly certificateEndsAt: number | null;
}

export interface CountRow {
  readonly id: string;
  readonly target: string;
  readonly side: 'proxy' | 'app';
  readonly connections: number | null;
}

export interface SourceRow {
  readonly id: string;
  readonly up: boolean;
  readonly forbidden: boolean;
  readonly synced: boolean;
  readonly why: string;
  readonly lastEventAt: number | null;
  readonly restarts: number;
}

export interface OutboxRow {
  /** The route: traces or logs. */
  readonly id: string;
  readonly pending: number;
  readonly bytes: number;
  readonly oldestAt: number | null;
  readonly delivered: number;
  readonly dropped: number;
  readonly dead: number;
  readonly refusesCredentials: boolean;
}

/** A class of leases of which half is silent. */
export interface SilenceRow {
  readonly id: LeaseRow['class'];
}

/** A lease that is expected to be held, and has not been for longer than its grace. */
export interface AbsenceRow {
  readonly id: string;
  readonly state: string;
  readonly since: number | null;
  readonly severity: string | null;
  readonly team: string | null;
}
