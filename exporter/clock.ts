/**
 * Time as an input. Two readings belong together: the monotonic one decides (expiry, durations),
 * the wall one is told (timestamps in metrics, spans and logs). A wall clock that jumps an hour
 * must never change a verdict, so nothing subtracts wall times to get a duration.
 */
export interface Moment {
  /** Monotonic milliseconds, with a fraction. The zero point means nothing. */
  readonly mono: number;
  /** Unix time in microseconds. */
  readonly wall: number;
}

export interface Clock {
  now(): Moment;
  /** Calls `run` once, `delayMs` from now. The returned function cancels it. */
  after(delayMs: number, run: () => void): () => void;
}

export function systemClock(): Clock {
  return {
    now: () => ({ mono: performance.now(), wall: Math.round(Date.now() * 1000) }),
    after(delayMs, run) {
      // A timer above 2^31-1 ms fires at once in Node; the caller looks at the time again anyway.
      const timer = setTimeout(run, Math.min(Math.max(0, delayMs), 2 ** 31 - 1));
      return () => clearTimeout(timer);
    },
  };
}

/** Resolves after `ms` of the clock's time, or at once when `stop` is aborted. Never rejects. */
export function sleep(clock: Clock, ms: number, stop: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (stop.aborted) return resolve();
    const cancel = clock.after(ms, done);
    function done(): void {
      stop.removeEventListener('abort', aborted);
      resolve();
    }
    function aborted(): void {
      cancel();
      resolve();
    }
    stop.addEventListener('abort', aborted, { once: true });
  });
}
