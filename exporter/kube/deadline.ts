import type { Clock } from '../clock.ts';

/** An `AbortSignal` that fires with `stop`, or `ms` of the clock's time from now, unless cleared before. */
export interface Deadline {
  readonly signal: AbortSignal;
  /** True once the time was up (and not merely `stop` aborted). */
  readonly expired: () => boolean;
  /** Takes the time limit away; `stop` still aborts the signal. */
  readonly clear: () => void;
}

export function startDeadline(clock: Clock, ms: number, stop: AbortSignal): Deadline {
  const timeUp = new AbortController();
  const clear = clock.after(ms, () => timeUp.abort());
  return {
    signal: AbortSignal.any([stop, timeUp.signal]),
    expired: () => timeUp.signal.aborted,
    clear,
  };
}
