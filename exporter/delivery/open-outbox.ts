import { type Clock, sleep, systemClock } from '../clock.ts';
import { type MemoryTable, memoryTable } from './memory-table.ts';
import type {
  Outbox,
  OutboxBatch,
  OutboxPosition,
  OutboxRange,
  OutboxRecord,
  Outcome,
  Refusal,
  Route,
  RouteStats,
} from './outbox.ts';
import { type Call, packBodies, type Reply } from './outbox-protocol.ts';
import type { NewRecord } from './store.ts';
import { StoreThread } from './store-thread.ts';
import { type Lost, WaitingRecords } from './waiting-records.ts';

export interface OutboxOptions {
  /** A file, whose folder is made when missing, or `:memory:`. */
  readonly path: string;
  /** Cap on the sum of all bodies on disk. */
  readonly maxBytes: number;
  /** What an operator should read; the same trouble is told once a minute. */
  readonly onError: (message: string) => void;
  /** Cap on what waits in memory while the disk takes nothing; 16 MiB unless told. */
  readonly maxWaitingBytes?: number;
  readonly clock?: Clock;
}

export type OpenedOutbox =
  | { readonly kind: 'open'; readonly outbox: Outbox; readonly memories: MemoryTable }
  | { readonly kind: 'refused'; readonly why: string };

const retryMs = 2_000;
const quietMs = 60_000;
/** The log of the database holds some of these when the disk is full: the ballast has to be more. */
const writeBytes = 1024 * 1024;

/**
 * Opens the durable outbox, its database in a thread of its own. A file of a newer version, or a folder
 * that may not be written, is refused; a full disk is not: records wait in memory until it takes them.
 */
export async function openOutbox(options: OutboxOptions): Promise<OpenedOutbox> {
  const { path, maxBytes, onError } = options;
  return openOutboxOn(new StoreThread({ leasewatch: 'outbox', path, maxBytes }, onError), options);
}

/** The same on any store: calls are answered in their order. */
export async function openOutboxOn(store: StoreCalls, options: OutboxOptions): Promise<OpenedOutbox> {
  const outbox = new DurableOutbox(store, options);
  const why = await outbox.start();
  if (why !== undefined) return { kind: 'refused', why };
  return { kind: 'open', outbox, memories: memoryTable(store) };
}

/** What the outbox and the checkpoint need of the thread that has the database. */
export interface StoreCalls {
  call(call: Call): Promise<Reply>;
  end(): Promise<void>;
}

class DurableOutbox implements Outbox {
  readonly #store: StoreCalls;
  readonly #clock: Clock;
  readonly #waiting: WaitingRecords;
  readonly #onError: (message: string) => void;
  readonly #listeners: ((route: Route) => void)[] = [];
  readonly #told = new Map<string, number>();
  readonly #closing = new AbortController();
  #writing: Promise<void> | undefined;
  /** As of the last answer: a scrape must not wait for a disk that is slow or hangs. */
  #counts: readonly RouteStats[] | undefined;

  constructor(store: StoreCalls, options: OutboxOptions) {
    this.#store = store;
    this.#clock = options.clock ?? systemClock();
    this.#waiting = new WaitingRecords(options.maxWaitingBytes ?? 16 * 1024 * 1024);
    this.#onError = options.onError;
  }

  async start(): Promise<string | undefined> {
    const reply = await this.#store.call({ kind: 'open' });
    this.#count(reply);
    if (reply.kind === 'failed') this.#tell('cannot be opened yet', reply.why);
    if (reply.kind !== 'refused') return undefined;
    await this.#store.end();
    return reply.why;
  }

  append(record: OutboxRecord): Promise<void> {
    const done = this.#waiting.add({ ...record, created: this.#clock.now().wall });
    this.#write();
    return done;
  }

  async next(route: Route, maxBytes: number): Promise<OutboxBatch | undefined> {
    const reply = await this.#store.call({ kind: 'next', route, maxBytes });
    this.#count(reply);
    if (reply.kind === 'batch') return reply.batch;
    this.#unexpected('cannot be read', reply);
    return undefined;
  }

  settle(batch: number, outcome: Outcome): Promise<void> {
    return this.#insist({ kind: 'settle', batch, outcome, at: this.#clock.now().wall });
  }

  setAside(refusal: Refusal): Promise<void> {
    return this.#insist({ kind: 'set aside', refusal, at: this.#clock.now().wall });
  }

  /** Given up, a batch would be sent again although the receiver has answered; so it waits for the disk. */
  async #insist(call: Call): Promise<void> {
    for (;;) {
      const reply = await this.#store.call(call);
      this.#count(reply);
      if (reply.kind === 'done') return;
      this.#unexpected('cannot be written', reply);
      if (this.#closing.signal.aborted) return;
      await sleep(this.#clock, retryMs, this.#closing.signal);
    }
  }

  async stats(): Promise<readonly RouteStats[]> {
    if (this.#counts === undefined) {
      const reply = await this.#store.call({ kind: 'stats' });
      this.#count(reply);
      if (reply.kind !== 'stats') this.#unexpected('cannot be read', reply);
    }
    return withMemory(this.#counts ?? [], this.#waiting.all(), this.#waiting.lost);
  }

  async position(): Promise<OutboxPosition | undefined> {
    if (!this.#waiting.empty) return undefined;
    const reply = await this.#store.call({ kind: 'position' });
    if (reply.kind === 'position') return reply.position;
    this.#unexpected('cannot be read', reply);
    return undefined;
  }

  async forgo(range: OutboxRange): Promise<void> {
    const reply = await this.#store.call({ kind: 'forgo', range });
    this.#count(reply);
    if (reply.kind !== 'done') this.#unexpected('cannot be written', reply);
  }

  onAppend(listener: (route: Route) => void): void {
    this.#listeners.push(listener);
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#writing;
    const left = this.#waiting.all().length;
    if (left > 0) this.#onError(`outbox: closed with ${left} records that could not be written`);
    await this.#store.call({ kind: 'close' });
    await this.#store.end();
  }

  /** One write at a time: what comes meanwhile is the next group. */
  #write(): void {
    if (this.#writing === undefined) this.#writing = this.#writeAll();
  }

  async #writeAll(): Promise<void> {
    // Lets everything that is appended in this turn come along.
    await Promise.resolve();
    while (!this.#waiting.idle) {
      if (await this.#writeOnce()) continue;
      if (this.#closing.signal.aborted) break;
      await sleep(this.#clock, retryMs, this.#closing.signal);
    }
    this.#writing = undefined;
  }

  async #writeOnce(): Promise<boolean> {
    const lost = this.#waiting.lost;
    const taken = this.#waiting.take(writeBytes);
    const records = taken.map(({ body, ...rest }) => ({ ...rest, length: body.byteLength }));
    const bytes = packBodies(taken.map(({ body }) => body));
    const reply = await this.#store.call({ kind: 'append', records, bytes, lost });
    if (reply.kind !== 'done') {
      this.#waiting.putBack();
      this.#unexpected('cannot be written, records wait in memory', reply);
      return false;
    }
    // Together, without a turn between: a record is counted on disk or in memory, never in both.
    this.#count(reply);
    this.#waiting.written(lost);
    for (const route of new Set(taken.map((record) => record.route)))
      for (const listener of this.#listeners) listener(route);
    return true;
  }

  #count({ stats }: Reply): void {
    if (stats !== undefined) this.#counts = stats;
  }

  #unexpected(what: string, reply: Reply): void {
    this.#tell(what, 'why' in reply ? reply.why : `answered ${reply.kind}`);
  }

  #tell(what: string, why: string): void {
    const now = this.#clock.now().mono;
    const last = this.#told.get(what);
    if (last !== undefined && now - last < quietMs) return;
    this.#told.set(what, now);
    this.#onError(`outbox: ${what}: ${why}; it is tried again`);
  }
}

/** Counts what is in memory only as enqueued: it is either pending or given up. */
function withMemory(stats: readonly RouteStats[], waiting: readonly NewRecord[], lost: Lost): RouteStats[] {
  return stats.map((of) => {
    const mine = waiting.filter((record) => record.route === of.route);
    return {
      ...of,
      enqueued: of.enqueued + mine.length + lost[of.route],
      dropped: { ...of.dropped, full: of.dropped.full + lost[of.route] },
      pending: of.pending + mine.length,
      bytes: of.bytes + mine.reduce((sum, record) => sum + record.body.byteLength, 0),
      oldest: of.oldest ?? mine[0]?.created,
    };
  });
}
