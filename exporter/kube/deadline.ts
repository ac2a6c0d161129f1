import type { Clock } from '../clock.ts';

/** An `AbortSignal` that fires with `stop`, or when the clock's time is up, whichever comes first. */
export interface Deadline {
  readonly signal: AbortSignal;
  /** True once the time was up (and not merely `stop` aborted). */
  expired(): boolean;
  /** Gives `ms` more from now, in place of what was left. */
  extend(ms: number): void;
  /** Takes the time limit away; `stop` still aborts the signal. */
  clear(): void;
}

export function startDeadline(clock: Clock, ms: number, stop: AbortSignal): Deadline {
  const timeUp = new AbortController();
  let dueAt = 0;
  let armedFor = Number.POSITIVE_INFINITY;
  let cancel = (): void => {};
  function arm(): void {
    cancel();
    armedFor = dueAt;
    cancel = clock.after(Math.max(0, dueAt - clock.now().mono), look);
  }
  function look(): void {
    if (clock.now().mono < dueAt) arm();
    else timeUp.abort();
  }
  // A watch extends its deadline with every chunk: the timer is left as it is, and looks again when it has come.
  function extend(more: number): void {
    dueAt = clock.now().mono + more;
    if (dueAt < armedFor) arm();
  }
  extend(ms);
  return {
    signal: AbortSignal.any([stop, timeUp.signal]),
    expired: () => timeUp.signal.aborted,
    extend,
    clear() {
      cancel();
      armedFor = Number.POSITIVE_INFINITY;
    },
  };
}

/** The same chunks; a silence of more than `ms` between two of them runs into the deadline. */
export async function* withoutSilence(
  body: AsyncIterable<Uint8Array>,
  deadline: Deadline,
  ms: number,
): AsyncGenerator<Uint8Array> {
  deadline.extend(ms);
  try {
    for await (const chunk of body) {
      deadline.extend(ms);
      yield chunk;
    }
  } finally {
    deadline.clear();
  }
}
