import type { Clock, Moment } from '../exporter/clock.ts';

/** A clock that a test moves. Timers fire in the order of their times, while the clock is moved. */
export class ManualClock implements Clock {
  #ms: number;
  readonly #timers = new Set<{ readonly at: number; readonly run: () => void }>();
  #watchers: (() => void)[] = [];

  constructor(startMs = Date.UTC(2026, 0, 1)) {
    this.#ms = startMs;
  }

  now(): Moment {
    return { mono: this.#ms, wall: this.#ms * 1000 };
  }

  after(delayMs: number, run: () => void): () => void {
    const timer = { at: this.#ms + Math.max(0, delayMs), run };
    this.#timers.add(timer);
    for (const watcher of this.#watchers.splice(0)) watcher();
    return () => this.#timers.delete(timer);
  }

  /** How long from now each waiting timer fires, in milliseconds, the next one first. */
  get waiting(): readonly number[] {
    return [...this.#timers].map((timer) => timer.at - this.#ms).toSorted((a, b) => a - b);
  }

  /** Resolves once a timer is waiting that `wanted` accepts (milliseconds from now). */
  async timer(wanted: (delayMs: number) => boolean): Promise<void> {
    while (!this.waiting.some(wanted)) await new Promise<void>((resolve) => this.#watchers.push(resolve));
  }

  advance(ms: number): void {
    const end = this.#ms + ms;
    for (;;) {
      const [next] = [...this.#timers].filter((timer) => timer.at <= end).toSorted((a, b) => a.at - b.at);
      if (next === undefined) break;
      this.#timers.delete(next);
      this.#ms = Math.max(this.#ms, next.at);
      next.run();
    }
    this.#ms = end;
  }
}
