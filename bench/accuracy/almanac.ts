import type { LedgerEntry } from '../../simulator/ledger.ts';

/** When there was which weather, by its name; monotonic ms of the server. `to` is infinite while it lasts. */
export type Almanac = ReadonlyMap<string, readonly { readonly from: number; readonly to: number }[]>;

/** Read once from the ledger: every verdict is asked about the weather in which it was made. */
export function almanacOf(ledger: readonly LedgerEntry[]): Almanac {
  const almanac = new Map<string, { from: number; to: number }[]>();
  for (const { kind, who, at, lease } of ledger) {
    if (lease !== undefined) continue;
    const spans = almanac.get(who) ?? [];
    const last = spans.at(-1);
    if (kind === 'struck') almanac.set(who, [...spans, { from: at.mono, to: Number.POSITIVE_INFINITY }]);
    else if (kind === 'cleared' && last !== undefined) last.to = at.mono;
  }
  return almanac;
}
