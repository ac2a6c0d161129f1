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
  let clear = clock.after(ms, () => timeUp.abort());
  return {
    signal: AbortSignal.any([stop, timeUp.signal]),
    expired: () => timeUp.signal.aborted,
    extend(more) {
      clear();
      clear = clock.after(more, () => timeUp.abort());
    },
    clear: () => clear(),
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
