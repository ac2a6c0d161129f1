import { rounded } from '../load/numbers.ts';
import type { Expiry } from './judge-process.ts';

const goals = { p99Ms: 20, mostMs: 50 } as const;

/** How late silent leases were called expired, in milliseconds: after the evidence, and after their time was up. */
export interface Lateness {
  readonly silent: number;
  readonly expired: number;
  readonly early: number;
  readonly late_p50_ms: number;
  readonly late_p99_ms: number;
  readonly late_longest_ms: number;
  readonly after_end_p50_ms: number;
  readonly after_end_p99_ms: number;
  readonly after_end_longest_ms: number;
}

/** `renewals`: the last one of each silent lease, as the herd tells it. `lastsMs`: how long a lease lasts after that. */
export function latenessOf(
  expiries: readonly Expiry[],
  renewals: unknown,
  lastsMs: (lease: string) => number,
): Lateness {
  const last = new Map(Object.entries(renewals ?? {}).map(([lease, at]) => [lease, Number(at)]));
  const whole = expiries
    .map(({ lease, at }) => at - (last.get(lease) ?? Number.POSITIVE_INFINITY) - lastsMs(lease))
    .sort((a, b) => a - b);
  const late = expiries.map(({ afterEvidence }) => afterEvidence).sort((a, b) => a - b);
  return {
    ...{ silent: last.size, expired: new Set(expiries.map(({ lease }) => lease)).size },
    early: whole.filter((ms) => ms < 0).length,
    ...{ late_p50_ms: share(late, 0.5), late_p99_ms: share(late, 0.99), late_longest_ms: share(late, 1) },
    ...{ after_end_p50_ms: share(whole, 0.5), after_end_p99_ms: share(whole, 0.99) },
    after_end_longest_ms: share(whole, 1),
  };
}

export function missedBy({ silent, expired, early, ...late }: Lateness): string[] {
  return [
    ...(early === 0 ? [] : [`${early} were called expired too early`]),
    ...(expired === silent ? [] : [`${expired} of ${silent} silent leases were found`]),
    ...(late.late_p99_ms <= goals.p99Ms ? [] : [`p99 is ${late.late_p99_ms} ms after the evidence`]),
    ...(late.late_longest_ms <= goals.mostMs ? [] : [`one came ${late.late_longest_ms} ms late`]),
  ];
}

function share(sorted: readonly number[], part: number): number {
  return rounded(sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] ?? Number.NaN);
}
