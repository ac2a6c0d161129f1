import { Ballast } from './ballast.ts';
import { claim } from './claim.ts';
import type { Call, PackedRecord, Reply, WorkerInput } from './outbox-protocol.ts';
import { isCorruption, isFull } from './sqlite-errors.ts';
import { type NewRecord, openStore, type Store } from './store.ts';

/**
 * Keeps the store open: opens it when it is first needed or could not be opened before, and starts it
 * anew, with what can be read, when it is found damaged. Never throws.
 */
export class StoreKeeper {
  readonly #input: Omit<WorkerInput, 'leasewatch'>;
  readonly #notice: (message: string) => void;
  #store: Store | undefined;
  #release: (() => void) | undefined;
  readonly #ballast: Ballast;

  constructor(input: Omit<WorkerInput, 'leasewatch'>, notice: (message: string) => void) {
    this.#input = input;
    this.#notice = notice;
    this.#ballast = new Ballast(input.path, input.maxBytes);
  }

  answer(call: Call): Reply {
    try {
      if (call.kind === 'close') return this.#close();
      const store = this.#store ?? this.#openWithRoom();
      return 'kind' in store ? store : this.#perform(store, call);
    } catch (error) {
      if (isCorruption(error)) this.#salvage(error);
      return { kind: 'failed', why: reason(error) };
    }
  }

  #perform(store: Store, call: StoreCall): Reply {
    if (!this.#ballast.held && growth(call) > 0) {
      store.foldLog();
      this.#ballast.hold();
    }
    try {
      return performCounted(store, call);
    } catch (error) {
      if (!isFull(error)) throw error;
      this.#ballast.release();
      store.foldLog();
      if (growth(call) > store.freeBytes()) throw error;
      return performCounted(store, call);
    }
  }

  #openWithRoom(): Store | Reply {
    try {
      return this.#open(false);
    } catch (error) {
      if (!isFull(error)) throw error;
      this.#ballast.release();
      return this.#open(false);
    }
  }

  #open(damaged: boolean): Store | Reply {
    if (this.#release === undefined) {
      const claimed = claim(this.#input.path);
      if (claimed.kind === 'refused') return claimed;
      this.#release = claimed.release;
    }
    const opened = openStore({ ...this.#input, now: new Date(), damaged });
    if (opened.kind === 'refused') return opened;
    for (const notice of opened.notices) this.#notice(notice);
    this.#store = opened.store;
    return opened.store;
  }

  #close(): Reply {
    this.#store?.close();
    this.#release?.();
    return { kind: 'done' };
  }

  #salvage(cause: unknown): void {
    try {
      this.#notice(`outbox: ${reason(cause)}; saving what can be read`);
      this.#store?.close();
      this.#store = undefined;
      this.#open(true);
    } catch (error) {
      this.#notice(`outbox: could not start anew: ${reason(error)}`);
    }
  }
}

type StoreCall = Exclude<Call, { readonly kind: 'close' }>;

const changesNoCount: readonly Call['kind'][] = ['stats', 'remember', 'recall', 'position'];

function performCounted(store: Store, call: StoreCall): Reply {
  const reply = perform(store, call);
  return changesNoCount.includes(call.kind) ? reply : { ...reply, stats: store.stats() };
}

/** About so many bytes more are in the database after a call; what takes records out needs none. */
function growth(call: StoreCall): number {
  if (call.kind === 'append') return 2 * call.bytes.byteLength + 1024 * call.records.length;
  if (call.kind === 'remember') return call.memories.reduce((sum, { text = '' }) => sum + 3 * text.length, 0);
  return 0;
}

function perform(store: Store, call: StoreCall): Reply {
  switch (call.kind) {
    case 'open':
      return { kind: 'done' };
    case 'append':
      store.appendMany(unpack(call.records, call.bytes), call.lost);
      return { kind: 'done' };
    case 'next':
      return { kind: 'batch', batch: store.next(call.route, call.maxBytes) };
    case 'settle':
      store.settle(call.batch, call.outcome, call.at);
      return { kind: 'done' };
    case 'set aside':
      store.setAside(call.refusal, call.at);
      return { kind: 'done' };
    case 'stats':
      return { kind: 'stats', stats: store.stats() };
    case 'remember':
      store.remember(call.memories);
      return { kind: 'done' };
    case 'recall':
      return { kind: 'memories', memories: store.recall(call.after, call.most) };
    case 'position':
      return { kind: 'position', position: store.position() };
    case 'forgo':
      store.forgo(call.range);
      return { kind: 'done' };
  }
}

function unpack(records: readonly PackedRecord[], bytes: Uint8Array): NewRecord[] {
  let offset = 0;
  return records.map((record) => {
    const body = bytes.subarray(offset, offset + record.length);
    offset += record.length;
    return { ...record, body };
  });
}

function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
