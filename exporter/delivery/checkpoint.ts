import type { Clock } from '../clock.ts';
import type { MemoryTable } from './memory-table.ts';
import type { KeptText } from './outbox-protocol.ts';

export interface CheckpointOptions {
  readonly table: MemoryTable;
  /** What is to be kept under a key; `undefined` when there is nothing (any more). */
  readonly textOf: (key: string) => string | undefined;
  readonly knows: (key: string) => boolean;
  /** Whether what is kept under a key changes all the time: then nobody says so each time. Never when left out. */
  readonly restless?: (key: string) => boolean;
  readonly clock: Clock;
  /** What an operator should read; the same trouble is told once a minute. */
  readonly onError: (message: string) => void;
}

/**
 * What a restart changes the story of is written at once, behind what was told of it: killed in between, it is told
 * once more. While one write is under way the next one gathers, so a storm costs few of them.
 */
const soonMs = 0;
/** What a restart can do without: renewals come every few seconds, and the next list shows the last one. */
const laterMs = 30_000;
/** Bounds of one write: making the texts of more would hold up the main thread. */
const mostSoon = 1000;
const mostLater = 500;
const laterPauseMs = 1000;
const mostSwept = 500;
const retryMs = 2000;
const quietMs = 60_000;

/**
 * Keeps what must survive a restart up to date on disk: what changed is written in small groups, one at a
 * time. A disk that takes nothing is tried again and delays nobody.
 */
export class Checkpoint {
  readonly #options: CheckpointOptions;
  /** In the order in which they are written. */
  #soon = new Set<string>();
  /** When each of these changed first, the longest waiting one first (monotonic ms). */
  readonly #later = new Map<string, number>();
  /** Keys that have a row on disk. */
  readonly #kept = new Set<string>();
  #armedFor = Number.POSITIVE_INFINITY;
  #disarm = () => {};
  #writing: Promise<void> | undefined;
  #unswept = this.#kept.values();
  #toldAt = Number.NEGATIVE_INFINITY;
  #closed = false;

  constructor(options: CheckpointOptions) {
    this.#options = options;
  }

  /** Everything that is on disk; what is damaged there comes without its text. */
  async *recall(): AsyncIterable<KeptText> {
    for await (const page of this.#options.table.recall()) {
      if (page.kind === 'failed') {
        this.#options.onError(`checkpoint: cannot be read: ${page.why}`);
        return;
      }
      for (const { key } of page.memories) this.#kept.add(key);
      yield* page.memories;
    }
  }

  /** What is kept under this key has changed, and a restart must not miss it. */
  soon(key: string): void {
    this.#soon.add(key);
    this.#arm(soonMs);
  }

  /** What is kept under this key has changed a little. */
  later(key: string): void {
    // What waits already has its time.
    if (this.#later.has(key)) return;
    this.#later.set(key, this.#now());
    this.#arm(laterMs);
  }

  /** All that is on disk may be wrong: it is written anew, or removed, before what is marked from here on. */
  renew(): void {
    for (const key of this.#kept) this.soon(key);
  }

  /** Writes everything that has changed, if the disk takes it. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#disarm();
    await this.#writing;
    for (const key of this.#later.keys()) this.#soon.add(key);
    this.#later.clear();
    while (this.#soon.size > 0) if (!(await this.#write())) return;
  }

  #now(): number {
    return this.#options.clock.now().mono;
  }

  #arm(delayMs: number): void {
    const at = this.#now() + delayMs;
    if (this.#closed || this.#writing !== undefined || at >= this.#armedFor) return;
    this.#disarm();
    this.#armedFor = at;
    this.#disarm = this.#options.clock.after(delayMs, () => this.#wake());
  }

  #wake(): void {
    this.#armedFor = Number.POSITIVE_INFINITY;
    this.#sweep();
    this.#writing = this.#write().then((written) => {
      this.#writing = undefined;
      if (!written) this.#arm(retryMs);
      else if (this.#soon.size > 0) this.#arm(soonMs);
      else for (const since of this.#later.values()) return this.#arm(this.#untilDue(since));
    });
  }

  #untilDue(since: number): number {
    return Math.max(laterPauseMs, since + laterMs - this.#now());
  }

  /** What the model forgot by itself has no event: its rows are found here, some at every write. */
  #sweep(): void {
    for (let count = 0; count < mostSwept; count++) {
      const { value: key, done } = this.#unswept.next();
      if (done) {
        this.#unswept = this.#kept.values();
        return;
      }
      if (!this.#options.knows(key)) this.#soon.add(key);
    }
  }

  async #write(): Promise<boolean> {
    const { table, textOf } = this.#options;
    const memories = this.#take().map((key) => ({ key, text: textOf(key) }));
    if (memories.length === 0) return true;
    const why = await table.remember(memories);
    if (why !== undefined) {
      this.#soon = new Set([...memories.map(({ key }) => key), ...this.#soon]);
      this.#tell(why);
      return false;
    }
    for (const { key, text } of memories) {
      if (text === undefined) this.#kept.delete(key);
      else this.#kept.add(key);
      if (text !== undefined && this.#options.restless?.(key)) this.later(key);
    }
    return true;
  }

  #take(): string[] {
    const due = this.#now() - laterMs;
    const keys = new Set(firstOf(this.#soon, mostSoon));
    for (const [key, since] of firstOf(this.#later, mostLater)) if (since <= due) keys.add(key);
    for (const key of keys) {
      this.#soon.delete(key);
      this.#later.delete(key);
    }
    return [...keys];
  }

  #tell(why: string): void {
    const now = this.#now();
    if (now - this.#toldAt < quietMs) return;
    this.#toldAt = now;
    this.#options.onError(`checkpoint: cannot be written: ${why}; it is tried again`);
  }
}

function* firstOf<T>(items: Iterable<T>, most: number): Iterable<T> {
  let count = 0;
  for (const item of items) {
    if (count === most) return;
    count += 1;
    yield item;
  }
}
