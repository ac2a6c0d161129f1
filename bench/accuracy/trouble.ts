import type { LedgerEntry } from '../../simulator/ledger.ts';

/** Times in which a read could fail or be late, or in which the judge did not run. */
const troubles: ReadonlySet<string> = new Set([
  'API outage',
  'slow answers',
  'judge cut off',
  'watch gap with compaction',
  'judge paused',
  'judge restarted',
  'judge restarted, memory lost',
  'judge restarted in an outage',
]);

/** Whether a read could fail or be late at some moment between two. */
export function isTroubled(ledger: readonly LedgerEntry[], from: number, to: number): boolean {
  return [...troubles].some((weather) => isUnder(ledger, weather, from, to));
}

/** Longest time that a slow etcd holds a write back. */
export const slowestMs = 15_000;

/** Whether there was this weather at some moment between two. */
export function isUnder(ledger: readonly LedgerEntry[], weather: string, from: number, to: number): boolean {
  let since = Number.POSITIVE_INFINITY;
  for (const { kind, who, at } of ledger) {
    if (who !== weather) continue;
    if (kind === 'struck') since = at.mono;
    if (kind !== 'cleared') continue;
    if (since < to && at.mono > from) return true;
    since = Number.POSITIVE_INFINITY;
  }
  return since < to;
}
