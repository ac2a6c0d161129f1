import type { Commit } from './history.ts';
import { firstWrite, lastWrite, type Tenure } from './tenures.ts';

/** Two who may have led at once, as the written records alone show: `second` came before `first`'s time was up. */
export interface TrueOverlap {
  readonly first: string;
  readonly second: string;
  readonly from: number;
  readonly until: number;
  readonly acquisition: Commit;
  /** The last revision before somebody else held the lease: any record until then names who came, and since when. */
  readonly lastRevision: number;
}

/** An overlap shorter than this is within what two clocks and two ways to the observer differ by. */
export const shortestMs = 250;

/**
 * A holder whose last record entitled it for longer, and another that wrote itself in before: over it, or
 * anew after the lease was deleted. Who gave the lease up, or was blanked, is entitled no more.
 */
export function overlapsOf(tenures: readonly Tenure[]): readonly TrueOverlap[] {
  const overlaps: TrueOverlap[] = [];
  for (const [index, tenure] of tenures.entries()) {
    const before = tenures[index - 1];
    if (before === undefined || (before.end?.how !== 'taken' && before.end?.how !== 'deleted')) continue;
    const last = lastWrite(before);
    const until = last.at + (last.spec?.durationSeconds ?? 0) * 1000;
    const acquisition = firstWrite(tenure);
    if (before.holder === tenure.holder || acquisition.at >= until) continue;
    const next = tenures.findIndex(({ holder }, later) => later > index && holder !== tenure.holder);
    const { lastRevision } = tenures.at(next === -1 ? -1 : next - 1) ?? tenure;
    overlaps.push({
      first: before.holder,
      second: tenure.holder,
      from: acquisition.at,
      until,
      acquisition,
      lastRevision,
    });
  }
  return overlaps;
}
