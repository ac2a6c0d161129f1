import type { Clock } from '../../exporter/clock.ts';
import {
  importance,
  type Outbox,
  type OutboxBatch,
  type Outcome,
  type Refusal,
  type Route,
  type RouteStats,
} from '../../exporter/delivery/outbox.ts';

export interface BacklogOptions {
  readonly clock: Clock;
  /** The labels of its only stream, as JSON. */
  readonly stream: string;
  /** One record comes every so many milliseconds. */
  readonly everyMs: number;
  /** The length of a record. */
  readonly bytes: number;
}

/**
 * An outbox to which log records come by the clock, one like the other but for their times. It keeps their numbers
 * alone, since the records of a thousand sites through a night would not fit into memory; otherwise it keeps to
 * what an outbox promises: oldest first, a batch comes again with the same bytes, nothing leaves unsettled.
 */
export class Backlog implements Outbox {
  readonly #options: BacklogOptions;
  readonly #start: number;
  readonly #startWall: number;
  readonly #listeners: ((route: Route) => void)[] = [];
  /** Records that have left: they are numbered from 0. */
  #left = 0;
  #delivered = 0;
  /** Records that were refused for good. */
  readonly #dead = new Set<number>();
  #batches = 0;
  /** Not settled yet, or to come again. */
  #begun: { readonly id: number; readonly last: number } | undefined;
  #sending = false;

  constructor(options: BacklogOptions) {
    this.#options = options;
    const { mono, wall } = options.clock.now();
    this.#start = mono;
    this.#startWall = wall;
  }

  get enqueued(): number {
    return Math.floor((this.#options.clock.now().mono - this.#start) / this.#options.everyMs);
  }

  get pending(): number {
    return this.enqueued - this.#left;
  }

  async append(): Promise<void> {
    throw new Error('fleet: records come by the clock');
  }

  async next(route: Route, maxBytes: number): Promise<OutboxBatch | undefined> {
    if (route !== 'logs' || this.#sending) return undefined;
    const { stream, bytes } = this.#options;
    if (this.#begun === undefined && this.pending === 0) return this.#ringWithTheNext();
    const most = Math.max(1, Math.floor(maxBytes / bytes));
    this.#begun ??= { id: ++this.#batches, last: this.#left + Math.min(this.pending, most) };
    this.#sending = true;
    const { id, last } = this.#begun;
    const records = this.#alive(last);
    const bodies = this.#bodies(records);
    const importances = records.map(() => importance.outage);
    return { id, route: 'logs', stream, records, bodies, importances };
  }

  async settle(batch: number, outcome: Outcome): Promise<void> {
    if (this.#begun?.id !== batch) return;
    this.#sending = false;
    if (outcome.kind === 'retry') return;
    const records = this.#alive(this.#begun.last);
    if (outcome.kind === 'accepted') this.#delivered += records.length;
    else for (const record of records) this.#dead.add(record);
    this.#left = this.#begun.last;
    this.#begun = undefined;
  }

  async setAside({ records }: Refusal): Promise<void> {
    for (const record of records) if (record >= this.#left) this.#dead.add(record);
  }

  async stats(): Promise<readonly RouteStats[]> {
    const dropped = { rejected: 0, full: 0, damaged: 0, by_leader: 0, folded: 0 };
    const dead = this.#dead.size;
    const pending = this.enqueued - this.#delivered - dead;
    const { bytes } = this.#options;
    const oldest = pending === 0 ? undefined : this.#wallOf(this.#left);
    const waiting = { pending, bytes: pending * bytes, oldest };
    const refused = { dead, deadBytes: dead * bytes, refused: dead };
    const { enqueued } = this;
    return [{ route: 'logs', enqueued, delivered: this.#delivered, dropped, ...waiting, ...refused }];
  }

  async position(): Promise<undefined> {
    return undefined;
  }

  async forgo(): Promise<void> {}

  onAppend(listener: (route: Route) => void): void {
    this.#listeners.push(listener);
  }

  async close(): Promise<void> {}

  /** The records from the oldest one up to `end` that were not refused. */
  #alive(end: number): number[] {
    const numbers = Array.from({ length: end - this.#left }, (_, i) => this.#left + i);
    return this.#dead.size === 0 ? numbers : numbers.filter((record) => !this.#dead.has(record));
  }

  #ringWithTheNext(): undefined {
    const { clock, everyMs } = this.#options;
    const next = this.#start + (this.enqueued + 1) * everyMs;
    clock.after(next - clock.now().mono, () => {
      for (const listener of this.#listeners) listener('logs');
    });
  }

  /** Unix microseconds: it is written when it comes. */
  #wallOf(record: number): number {
    return this.#startWall + (record + 1) * this.#options.everyMs * 1000;
  }

  /** In one piece of memory: a thousand sites have a batch each. */
  #bodies(records: readonly number[]): Uint8Array[] {
    const { bytes } = this.#options;
    const block = Buffer.alloc(records.length * bytes, 'x');
    return records.map((record, index) => {
      const body = block.subarray(index * bytes, (index + 1) * bytes);
      body.write(`["${this.#wallOf(record)}000","`);
      body.write('",{}]', bytes - 5);
      return body;
    });
  }
}
