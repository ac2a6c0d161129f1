import type { Clock } from '../clock.ts';
import type { Permission } from '../delivery/permission.ts';

/**
 * The permission to push, for as long as the last renewal of the lease reaches. It ends by the monotonic
 * clock alone: a process that hung for longer than that finds it ended before it sends anything more.
 */
export class Tenure implements Permission {
  readonly #clock: Clock;
  #onChange = () => {};
  #until = Number.NEGATIVE_INFINITY;
  #term: AbortController | undefined;
  #cancel = () => {};
  /** Aborted with the next permission. */
  #beginning = new AbortController();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Has `listener`, and no other, called when a permission begins and when it ends. */
  onChange(listener: () => void): void {
    this.#onChange = listener;
  }

  current(): AbortSignal | undefined {
    if (this.#clock.now().mono >= this.#until) this.end();
    return this.#term?.signal;
  }

  async granted(stop: AbortSignal): Promise<void> {
    const either = AbortSignal.any([stop, this.#beginning.signal]);
    if (this.current() !== undefined || either.aborted) return;
    await new Promise((resolve) => either.addEventListener('abort', resolve, { once: true }));
  }

  /** Lets the permission, or a new one, last until `until`, in monotonic milliseconds; Infinity is allowed. */
  extend(until: number): void {
    this.#cancel();
    this.#until = until;
    const left = until - this.#clock.now().mono;
    if (left <= 0) return this.end();
    // A timer that is cut short by its limit finds the time not up, and is set again.
    this.#cancel = this.#clock.after(left, () => this.extend(this.#until));
    if (this.#term !== undefined) return;
    this.#term = new AbortController();
    const begun = this.#beginning;
    this.#beginning = new AbortController();
    begun.abort();
    this.#onChange();
  }

  end(): void {
    this.#cancel();
    this.#until = Number.NEGATIVE_INFINITY;
    const ended = this.#term;
    this.#term = undefined;
    if (ended === undefined) return;
    ended.abort();
    this.#onChange();
  }
}
