import type { RouteStats } from '../../exporter/delivery/outbox.ts';
import type { Ledger } from './ledger.ts';
import type { Life, Snapshot } from './life.ts';

/** Counts of records; `delivered` counts none twice. */
export interface Summary {
  readonly kills: number;
  readonly acked: number;
  readonly delivered: number;
  /** Acknowledged, but neither accepted, nor kept as a dead letter, nor damaged by the harness. */
  readonly lost: number;
  /** Refused for good, and kept. */
  readonly dead: number;
  readonly damaged: number;
  readonly damaged_reported: number;
  readonly duplicates: number;
  readonly largest_duplicate_run: number;
  /** Came again with other bytes. */
  readonly changed: number;
  /** Came in a request of another queue. */
  readonly mixed: number;
  /** Came after a younger one of its queue. */
  readonly disordered: number;
  readonly full_disks: number;
  readonly clock_jumps: number;
  readonly start_p99_ms: number;
  /** Snapshots in which the counters do not add up, or one of them went back, or misses what was acknowledged. */
  readonly identity_broken: number;
}

/** What the harness did and saw. */
export interface Run {
  readonly lives: readonly Life[];
  readonly ledger: Ledger;
  readonly damaged: ReadonlySet<number>;
  /** Numbers of the dead letters that were found at the end. */
  readonly dead: ReadonlySet<number>;
  readonly kills: number;
  readonly fullDisks: number;
  readonly clockJumps: number;
}

/** Asks what became of every record. */
export function summarise(run: Run): Summary {
  const { lives, ledger, damaged, dead } = run;
  const acked = lives.flatMap((life) => life.acked);
  const last = lives.at(-1)?.snapshots.at(-1) ?? [];
  const known = (n: number) =>
    ledger.accepted.has(n) || damaged.has(n) || (dead.has(n) && ledger.refused.has(n));
  return {
    kills: run.kills,
    acked: acked.length,
    delivered: ledger.accepted.size,
    lost: acked.filter((number) => !known(number)).length,
    dead: dead.size,
    damaged: damaged.size,
    damaged_reported: last.reduce((sum, { dropped }) => sum + dropped.damaged, 0),
    duplicates: ledger.duplicates,
    largest_duplicate_run: ledger.largestDuplicateRun,
    changed: ledger.changed,
    mixed: ledger.mixed,
    disordered: ledger.disordered,
    full_disks: run.fullDisks,
    clock_jumps: run.clockJumps,
    start_p99_ms: p99(lives.flatMap((life) => life.startMs ?? [])),
    identity_broken: brokenSnapshots(lives),
  };
}

function brokenSnapshots(lives: readonly Life[]): number {
  let broken = 0;
  let before: Snapshot = [];
  let acked = 0;
  for (const life of lives) {
    const enqueued = (life.snapshots[0] ?? []).reduce((sum, stats) => sum + stats.enqueued, 0);
    if (life.snapshots.length > 0 && enqueued < acked) broken += 1;
    // What was in memory only is gone with the life before: counters are compared within a life.
    before = [];
    for (const snapshot of life.snapshots) {
      if (!snapshot.every(adds) || snapshot.some((stats, i) => wentBack(before[i], stats))) broken += 1;
      before = snapshot;
    }
    acked += life.acked.length;
  }
  return broken;
}

function adds({ enqueued, delivered, dropped, dead, pending }: RouteStats): boolean {
  return enqueued === Object.values(dropped).reduce((sum, count) => sum + count, delivered + dead + pending);
}

function wentBack(before: RouteStats | undefined, after: RouteStats): boolean {
  if (before === undefined) return false;
  return (
    before.enqueued > after.enqueued || before.delivered > after.delivered || before.refused > after.refused
  );
}

function p99(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return Math.round(sorted[Math.ceil(sorted.length * 0.99) - 1] ?? 0);
}

/** What a run must not show, in words. */
export function broken(summary: Summary): readonly string[] {
  const { damaged, damaged_reported, start_p99_ms } = summary;
  const none = [
    [summary.lost, 'acknowledged records are lost'],
    [summary.identity_broken, 'snapshots do not add up'],
    [summary.changed, 'records came again with other bytes'],
    [summary.mixed, 'records came in a request of another queue'],
    [summary.disordered, 'records came after a younger one of their queue'],
  ] as const;
  return [
    ...none.filter(([count]) => count > 0).map(([count, what]) => `${count} ${what}`),
    ...(damaged === damaged_reported ? [] : [`${damaged} records damaged, ${damaged_reported} reported`]),
    ...(start_p99_ms <= 5_000 ? [] : [`starting takes ${start_p99_ms} ms`]),
  ];
}
