import { type Clock, sleep } from '../../exporter/clock.ts';

/** Does `step` at once and then again, each time `waitMs()` after the last one ended, until `stop`. */
export async function repeat(
  clock: Clock,
  stop: AbortSignal,
  waitMs: () => number,
  step: () => Promise<void>,
): Promise<void> {
  while (!stop.aborted) {
    await step();
    await sleep(clock, waitMs(), stop);
  }
}
