import type { Clock, Moment } from '../exporter/clock.ts';

/** What truly happened, to be held against what leasewatch says. */
export type LedgerKind =
  | 'started-leading'
  | 'stopped-leading'
  | 'released'
  /** By SIGTERM: what it releases afterwards it does not give up for failed renewals. */
  | 'told-to-stop'
  | 'crashed'
  | 'hung'
  | 'resumed'
  | 'restarted'
  | 'deleted'
  | 'edited'
  | 'stolen'
  | 'cut'
  | 'mended'
  | 'powered-off'
  | 'rebooted'
  | 'node-not-ready'
  | 'watches-expired'
  | 'watches-broken'
  | 'watches-lagging'
  | 'watches-caught-up'
  | 'api-paused'
  | 'api-resumed'
  | 'connections-dropped'
  | 'struck'
  | 'cleared'
  | 'fault-skipped';

export interface LedgerEntry {
  readonly at: Moment;
  readonly kind: LedgerKind;
  /** `namespace/name`, where a lease is concerned. */
  readonly lease?: string;
  /** Identity of a candidate, name of a node, or what else acted or suffered. */
  readonly who: string;
}

export interface Ledger {
  record(kind: LedgerKind, who: string, lease?: string): void;
  /** Oldest first; grows while the story runs. */
  readonly entries: readonly LedgerEntry[];
}

/** An append-only list; `onEntry` sees each entry as it is written. */
export function createLedger(clock: Clock, onEntry?: (entry: LedgerEntry) => void): Ledger {
  const entries: LedgerEntry[] = [];
  return {
    entries,
    record(kind, who, lease) {
      const entry = { at: clock.now(), kind, who, ...(lease !== undefined && { lease }) };
      entries.push(entry);
      onEntry?.(entry);
    },
  };
}
