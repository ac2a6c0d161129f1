import { printable } from '../signals/safe-text.ts';
import type { LeaseAnswer } from './answers.ts';
import { nameOf } from './names.ts';
import { inColumn } from './spans-of-time.ts';
import type { Cell, Style } from './table.ts';

export interface RowOptions {
  /** Whether the column of the namespace is there. */
  readonly namespaces: boolean;
  readonly wide: boolean;
}

export function headings({ namespaces, wide }: RowOptions): readonly string[] {
  const more = ['CLASS', 'DURATION', 'CHANGES', 'LATE', 'SKEW', 'POD', 'NODE'];
  return [
    ...(namespaces ? ['NAMESPACE'] : []),
    ...['LEASE', 'STATE', 'FOR', 'HOLDER', 'RENEWED', 'LEFT'],
    ...(wide ? more : []),
  ];
}

/** One lease as a row; `asOf` in Unix seconds. */
export function leaseRow(lease: LeaseAnswer, asOf: number, { namespaces, wide }: RowOptions): Cell[] {
  return [
    ...(namespaces ? [printable(lease.namespace)] : []),
    printable(lease.lease),
    [printable(lease.state), styles.get(lease.state) ?? 'none'],
    inColumn(lease.stateSeconds),
    lease.holder === '' ? '-' : nameOf(lease.holder),
    renewed(lease, asOf),
    left(lease),
    ...(wide ? wideCells(lease) : []),
  ];
}

const styles: ReadonlyMap<string, Style> = new Map<string, Style>([
  ['held', 'green'],
  ['expired', 'red'],
  ['unknown', 'yellow'],
  ['released', 'cyan'],
  ['vacant', 'dim'],
  ['orphaned', 'dim'],
  ['deleted', 'dim'],
]);

/** `~` marks what only the holder's own clock says: no renewal was seen yet. */
function renewed({ state, renewed: own, observedSecondsAgo, renewals }: LeaseAnswer, asOf: number): string {
  const judged = state !== 'unknown' && state !== 'orphaned';
  if (judged || renewals > 0) return inColumn(observedSecondsAgo);
  return own === null ? '-' : `~${inColumn(asOf - own.unix)}`;
}

function left({ state, leaseDurationSeconds: duration, observedSecondsAgo }: LeaseAnswer): string {
  if (duration === null || (state !== 'held' && state !== 'expired')) return '-';
  const rest = duration - observedSecondsAgo;
  return rest < 0 ? `-${inColumn(-rest)}` : inColumn(rest);
}

function wideCells(lease: LeaseAnswer): Cell[] {
  const { leaseDurationSeconds: duration, clockSkewSeconds: skew } = lease;
  return [
    printable(lease.class),
    duration === null ? '-' : `${duration}s`,
    lease.changesLastDay === null
      ? '-'
      : `${lease.changesLastDay}${lease.changesLastDayCut === true ? '+' : ''}`,
    String(lease.lateRenewals),
    skew === null ? '-' : `${skew < 0 ? '-' : '+'}${Math.abs(skew).toFixed(1)}s`,
    printable(lease.holderPod ?? '-'),
    printable(lease.holderNode ?? '-'),
  ];
}
