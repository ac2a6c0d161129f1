import type { Now } from '../message.ts';

/**
 * The clock of the program, as far as the page knows it: a message says what time it was when it left, and
 * so the program's time is at least that. Stands still while there is no news: nobody knows then how much
 * time a holder has left.
 */
export class ServerClock {
  #mono = Number.NEGATIVE_INFINITY;
  #wall = Number.NEGATIVE_INFINITY;
  #stopped: number | undefined = 0;

  /** Another process has another clock. */
  reset(): void {
    this.#mono = Number.NEGATIVE_INFINITY;
    this.#wall = Number.NEGATIVE_INFINITY;
  }

  hear(now: Now): void {
    const here = performance.now();
    this.#stopped = undefined;
    this.#mono = Math.max(this.#mono, now.mono - here);
    // A wall clock may be set back.
    this.#wall = now.wall - here / 1000;
  }

  stop(): void {
    this.#stopped ??= performance.now();
  }

  get running(): boolean {
    return this.#stopped === undefined;
  }

  /** Milliseconds on its monotonic clock. */
  get mono(): number {
    return this.#mono + (this.#stopped ?? performance.now());
  }

  /** Unix seconds. */
  get wall(): number {
    return this.#wall + (this.#stopped ?? performance.now()) / 1000;
  }
}
