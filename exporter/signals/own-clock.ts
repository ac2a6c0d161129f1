import type { Moment } from '../clock.ts';
import type { ModelView } from '../model/view.ts';

/** Fewer clocks than this may agree by chance. */
const fewest = 3;
/** More would only cost time: this many tell the middle well enough. */
const most = 1000;

/**
 * How far our own clock is ahead of the others, in seconds: where the clocks of most holders and nodes are
 * wrong by the same amount, it is ours that is wrong. `undefined` while too few are known.
 */
export function ownClockAhead(view: ModelView, now: Moment): number | undefined {
  const skews: number[] = [];
  for (const clocks of [view.leases(), view.nodes()]) {
    for (const clock of clocks) {
      const skew = clock.clockSkewSeconds(now);
      if (skew !== undefined) skews.push(skew);
      if (skews.length >= most) break;
    }
  }
  const middle = skews.sort((a, b) => a - b)[Math.floor(skews.length / 2)];
  return middle === undefined || skews.length < fewest ? undefined : -middle;
}
