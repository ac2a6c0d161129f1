import type { Route } from './outbox.ts';
import type { NewRecord } from './store.ts';

interface Waiting {
  readonly record: NewRecord;
  readonly done: () => void;
}

export type Lost = Readonly<Record<Route, number>>;

/**
 * Records that are not on disk yet, within a bound of bytes. When they do not fit (the disk is full for
 * long), the least important and oldest are given up and counted.
 */
export class WaitingRecords {
  readonly #maxBytes: number;
  #waiting: Waiting[] = [];
  /** Given to the disk, answer outstanding. */
  #taken: Waiting[] = [];
  #bytes = 0;
  #lost: Record<Route, number> = { traces: 0, logs: 0 };

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** Given up and not counted on disk yet. */
  get lost(): Lost {
    return { ...this.#lost };
  }

  /** Whether there is something to write: records, or losses to count. */
  get idle(): boolean {
    return this.#waiting.length === 0 && this.#lost.traces + this.#lost.logs === 0;
  }

  /** Whether nothing is in memory only. */
  get empty(): boolean {
    return this.#taken.length === 0 && this.idle;
  }

  /** Resolves when the record was written, or given up. */
  add(record: NewRecord): Promise<void> {
    return new Promise((done) => {
      this.#waiting.push({ record, done });
      this.#bytes += cost(record);
      if (this.#bytes > this.#maxBytes) this.#giveUp();
    });
  }

  /** The oldest records, about `maxBytes` of them; `written` or `putBack` must follow. */
  take(maxBytes: number): readonly NewRecord[] {
    let bytes = 0;
    const end = this.#waiting.findIndex(({ record }) => {
      bytes += cost(record);
      return bytes > maxBytes;
    });
    this.#taken = this.#waiting.splice(0, end === -1 ? this.#waiting.length : Math.max(1, end));
    return this.#taken.map(({ record }) => record);
  }

  written(counted: Lost): void {
    this.#lost.traces -= counted.traces;
    this.#lost.logs -= counted.logs;
    this.#leave(this.#taken);
    this.#taken = [];
  }

  putBack(): void {
    this.#waiting = [...this.#taken, ...this.#waiting];
    this.#taken = [];
  }

  /** Everything that is in memory only, oldest first. */
  all(): readonly NewRecord[] {
    return [...this.#taken, ...this.#waiting].map(({ record }) => record);
  }

  /** Frees a tenth at once, so that a long outage of the disk does not cost a search per record. */
  #giveUp(): void {
    let excess = this.#bytes - this.#maxBytes * 0.9;
    const victims = new Set<Waiting>();
    for (const waiting of this.#waiting.toSorted((a, b) => a.record.importance - b.record.importance)) {
      if (excess <= 0) break;
      excess -= cost(waiting.record);
      victims.add(waiting);
      this.#lost[waiting.record.route] += 1;
    }
    this.#waiting = this.#waiting.filter((waiting) => !victims.has(waiting));
    this.#leave(victims);
  }

  #leave(gone: Iterable<Waiting>): void {
    for (const { record, done } of gone) {
      this.#bytes -= cost(record);
      done();
    }
  }
}

/** A record costs memory beside its body, too. */
function cost(record: NewRecord): number {
  return record.body.byteLength + 256;
}
