import { type Clock, sleep } from '../clock.ts';

/** How long a request under way may go on after the stop. */
const graceMs = 5_000;

/**
 * Does `work` with a signal that is aborted when the grace of 5 s after `stop` is over, and does not wait
 * longer than that: undefined then.
 */
export async function inTime<T>(
  clock: Clock,
  stop: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T | undefined> {
  const ending = new AbortController();
  const settled = new AbortController();
  const overdue = afterStop(clock, stop, settled.signal).then(() => {
    ending.abort();
    return undefined;
  });
  try {
    return await Promise.race([work(ending.signal), overdue]);
  } finally {
    settled.abort();
  }
}

/** Resolves when the grace after `stop` is over, or when `settled`. */
async function afterStop(clock: Clock, stop: AbortSignal, settled: AbortSignal): Promise<void> {
  if (!stop.aborted) {
    await new Promise<void>((resolve) => {
      stop.addEventListener('abort', () => resolve(), { once: true, signal: settled });
      settled.addEventListener('abort', () => resolve(), { once: true });
    });
  }
  await sleep(clock, graceMs, settled);
}
