import { setImmediate as nextTurn } from 'node:timers/promises';

/** Work on the main thread gives way after so many milliseconds. */
const sliceMs = 2;

/** Milliseconds, of any beginning. */
type Now = () => number;
const milliseconds: Now = () => performance.now();

/**
 * Cuts long work into slices. What it returns is called often, and awaited where it returns a promise:
 * others come to their turn then. Waiting for `drain` of a socket would not do: that may come at once.
 */
export function slices(now: Now = milliseconds): () => Promise<void> | undefined {
  let began = now();
  return () => {
    if (now() - began < sliceMs) return undefined;
    return nextTurn().then(() => {
      began = now();
    });
  };
}

/** What is handed on, in its order: at once, but of a flood only as much as fits into a slice of each turn. */
export class Unhurried<T> {
  readonly #handle: (item: T) => void;
  readonly #now: Now;
  #waiting: T[] = [];
  #began: number | undefined;

  constructor(handle: (item: T) => void, now: Now = milliseconds) {
    this.#handle = handle;
    this.#now = now;
  }

  push(item: T): void {
    this.#began ??= this.#beginTurn();
    if (this.#waiting.length === 0 && this.#now() - this.#began < sliceMs) this.#handle(item);
    else this.#waiting.push(item);
  }

  /** Hands on everything that waits. */
  flush(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const item of waiting) this.#handle(item);
  }

  #beginTurn(): number {
    setImmediate(() => {
      this.#began = undefined;
      if (this.#waiting.length > 0) this.#handleSlice();
    });
    return this.#now();
  }

  #handleSlice(): void {
    const began = this.#beginTurn();
    this.#began = began;
    let done = 0;
    while (done < this.#waiting.length && this.#now() - began < sliceMs) {
      const item = this.#waiting[done++];
      if (item !== undefined) this.#handle(item);
    }
    this.#waiting = this.#waiting.slice(done);
  }
}
