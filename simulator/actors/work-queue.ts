import type { Clock } from '../../exporter/clock.ts';

/**
 * client-go's workqueue with one worker: a key that is added while it waits is handled once, one that is added
 * while it is handled is handled again. `gate` holds the worker back while its process stands still.
 */
export class WorkQueue {
  readonly #clock: Clock;
  readonly #gate: () => Promise<void>;
  readonly #handle: (key: string) => Promise<void>;
  readonly #dirty = new Set<string>();
  /** Keys that are to be added later; of two times for one key the earlier counts. */
  readonly #later = new Map<string, { readonly at: number; readonly cancel: () => void }>();
  #working: Promise<void> | undefined;
  #closed = false;

  constructor(clock: Clock, gate: () => Promise<void>, handle: (key: string) => Promise<void>) {
    this.#clock = clock;
    this.#gate = gate;
    this.#handle = handle;
  }

  add(key: string): void {
    if (this.#closed) return;
    this.#dirty.add(key);
    this.#working ??= this.#work();
  }

  addAfter(key: string, ms: number): void {
    const at = this.#clock.now().mono + ms;
    const known = this.#later.get(key);
    if (this.#closed || (known !== undefined && known.at <= at)) return;
    known?.cancel();
    const cancel = this.#clock.after(ms, () => {
      this.#later.delete(key);
      this.add(key);
    });
    this.#later.set(key, { at, cancel });
  }

  /** Nothing is handled any more; resolves when what is under way has ended. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const { cancel } of this.#later.values()) cancel();
    this.#later.clear();
    await this.#working;
  }

  async #work(): Promise<void> {
    for (let key = this.#next(); key !== undefined; key = this.#next()) {
      await this.#gate();
      if (this.#closed) break;
      this.#dirty.delete(key);
      await this.#handle(key);
    }
    this.#working = undefined;
  }

  #next(): string | undefined {
    const [key] = this.#dirty;
    return this.#closed ? undefined : key;
  }
}
