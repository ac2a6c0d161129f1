import { readFileSync } from 'node:fs';

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
  /** Names the boot of the machine if `mono` counts from it: then it goes on across a restart of the process. */
  readonly boot?: string;
  /** Calls `run` once, `delayMs` from now. The returned function cancels it. */
  after(delayMs: number, run: () => void): () => void;
}

export function systemClock(): Clock {
  const boot = bootId();
  // hrtime counts from the boot on Linux; performance counts the same time from the start of the process.
  const started = Number(process.hrtime.bigint()) / 1e6 - performance.now();
  return {
    ...(boot === undefined ? {} : { boot }),
    now: () => ({ mono: started + performance.now(), wall: Math.round(Date.now() * 1000) }),
    after(delayMs, run) {
      // A timer above 2^31-1 ms fires at once in Node; the caller looks at the time again anyway.
      const timer = setTimeout(run, Math.min(Math.max(0, delayMs), 2 ** 31 - 1));
      return () => clearTimeout(timer);
    },
  };
}

/** Linux names each boot; elsewhere there is no name, and nothing is taken for granted. */
function bootId(): string | undefined {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim() || undefined;
  } catch {
    return undefined;
  }
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
