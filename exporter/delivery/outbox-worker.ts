import { isMainThread, type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { isCorruption } from './database.ts';
import type { Call, FromWorker, PackedRecord, Reply, Request, WorkerInput } from './outbox-protocol.ts';
import { type NewRecord, openStore, type Store } from './store.ts';

/**
 * The thread that owns the outbox's database: it answers requests in their order, one transaction
 * each. What the main thread gathered while one was being written comes as the next one.
 */
class StoreWorker {
  readonly #input: WorkerInput;
  readonly #notice: (message: string) => void;
  #store: Store | undefined;

  constructor(input: WorkerInput, notice: (message: string) => void) {
    this.#input = input;
    this.#notice = notice;
  }

  answer(call: Call): Reply {
    try {
      const store = this.#store ?? this.#open(false);
      return 'kind' in store ? store : perform(store, call);
    } catch (error) {
      if (isCorruption(error)) this.#salvage(error);
      return { kind: 'failed', why: reason(error) };
    }
  }

  #open(damaged: boolean): Store | Reply {
    const opened = openStore({ ...this.#input, now: new Date(), damaged });
    if (opened.kind === 'refused') return opened;
    for (const notice of opened.notices) this.#notice(notice);
    this.#store = opened.store;
    return opened.store;
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

function perform(store: Store, call: Call): Reply {
  switch (call.kind) {
    case 'open':
      return { kind: 'done' };
    case 'append':
      store.appendMany(unpack(call.records, call.bytes), call.lost);
      return { kind: 'done' };
    case 'next':
      return { kind: 'batch', batch: store.next(call.route, call.maxBytes) };
    case 'settle':
      store.settle(call.batch, call.outcome);
      return { kind: 'done' };
    case 'stats':
      return { kind: 'stats', stats: store.stats() };
    case 'close':
      store.close();
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

function serve(port: MessagePort, input: WorkerInput): void {
  const send = (message: FromWorker) => port.postMessage(message);
  const worker = new StoreWorker(input, (message) => send({ kind: 'notice', message }));
  port.on('message', ({ id, ...call }: Request) => {
    send({ kind: 'reply', id, reply: worker.answer(call) });
    if (call.kind === 'close') port.close();
  });
}

function isInput(value: unknown): value is WorkerInput {
  return (
    typeof value === 'object' && value !== null && 'leasewatch' in value && value.leasewatch === 'outbox'
  );
}

if (!isMainThread && parentPort !== null && isInput(workerData)) serve(parentPort, workerData);
