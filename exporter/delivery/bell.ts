import { type Clock, sleep } from '../clock.ts';

/** Wakes who waits for it; a ring that comes between looking and going to sleep is remembered. */
export class Bell {
  #rung = new AbortController();

  reset(): void {
    this.#rung = new AbortController();
  }

  ring(): void {
    this.#rung.abort();
  }

  /** Resolves at a ring since the last reset, after `ms`, or at `stop`. */
  wait(clock: Clock, ms: number, stop: AbortSignal): Promise<void> {
    return sleep(clock, ms, AbortSignal.any([this.#rung.signal, stop]));
  }
}
