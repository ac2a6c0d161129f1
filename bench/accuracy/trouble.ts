import type { LedgerEntry } from '../../simulator/ledger.ts';

/** Times in which a read could fail or be late, or in which the judge did not run. */
const troubles: ReadonlySet<string> = new Set([
  'API outage',
  'slow answers',
  'judge cut off',
  'watch gap with compaction',
  'judge paused',
  'judge restarted',
  'judge restarted in an outage',
]);

/** Whether there was one at some moment between two. */
export function isTroubled(ledger: readonly LedgerEntry[], from: number, to: number): boolean {
  let since: number | undefined;
  for (const { kind, who, at } of ledger) {
    if (!troubles.has(who)) continue;
    if (kind === 'struck') since = at.mono;
    if (kind === 'cleared' && since !== undefined && since < to && at.mono > from) return true;
    if (kind === 'cleared') since = undefined;
  }
  return since !== undefined && since < to;
}
