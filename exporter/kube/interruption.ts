import type { Failure } from './failure.ts';

/**
 * Ends a watch from outside. A half open connection tells nothing, not even its end: only somebody who reads
 * past it can know that it is dead, long before its silence gives it away.
 */
export class Interruption {
  #watching: AbortController | undefined;
  #relist = false;

  /** Ends the watch that is open now, if any: a list that is under way tells everything anyway. */
  interrupt(relist: boolean): void {
    if (this.#watching === undefined) return;
    this.#relist = relist;
    this.#watching.abort();
  }

  /** Runs a watch on a signal that `stop` and an interruption abort. An interruption is its result then. */
  async during<T>(
    stop: AbortSignal,
    watch: (signal: AbortSignal) => Promise<T>,
  ): Promise<T | { readonly interrupted: Failure }> {
    const watching = new AbortController();
    const end = () => watching.abort();
    stop.addEventListener('abort', end);
    if (stop.aborted) end();
    this.#watching = watching;
    try {
      const ended = await watch(watching.signal);
      return watching.signal.aborted && !stop.aborted ? { interrupted: behind(this.#relist) } : ended;
    } finally {
      this.#watching = undefined;
      stop.removeEventListener('abort', end);
    }
  }
}

function behind(relist: boolean): Failure {
  return { reason: 'behind', why: 'the watch does not tell what a read has shown', relist };
}
