import { Worker } from 'node:worker_threads';
import type { Call, FromWorker, Reply, WorkerInput } from './outbox-protocol.ts';

/**
 * Calls into the outbox's worker. A worker that dies is started again with the next call; what was
 * asked of it counts as failed.
 */
export class StoreThread {
  readonly #input: WorkerInput;
  readonly #notice: (message: string) => void;
  readonly #waiting = new Map<number, (reply: Reply) => void>();
  #worker: Worker | undefined;
  #lastId = 0;
  #over = false;

  constructor(input: WorkerInput, notice: (message: string) => void) {
    this.#input = input;
    this.#notice = notice;
  }

  call(call: Call): Promise<Reply> {
    const id = ++this.#lastId;
    if (this.#over) return Promise.resolve({ kind: 'failed', why: 'the outbox is closed' });
    this.#worker ??= this.#start();
    const worker = this.#worker;
    return new Promise((resolve) => {
      this.#waiting.set(id, resolve);
      worker.postMessage({ ...call, id }, call.kind === 'append' ? [call.bytes.buffer] : []);
    });
  }

  /** Ends the thread; what is still waiting counts as failed. */
  async end(): Promise<void> {
    this.#over = true;
    await this.#worker?.terminate();
  }

  #start(): Worker {
    const worker = new Worker(workerUrl(import.meta.url), { workerData: this.#input });
    worker.on('message', (message: FromWorker) => this.#receive(message));
    worker.on('error', (error) => this.#notice(`outbox: the writing thread died: ${String(error)}`));
    worker.on('exit', () => this.#ended(worker));
    return worker;
  }

  #receive(message: FromWorker): void {
    if (message.kind === 'notice') {
      this.#notice(message.message);
      return;
    }
    const resolve = this.#waiting.get(message.id);
    this.#waiting.delete(message.id);
    resolve?.(message.reply);
  }

  #ended(worker: Worker): void {
    if (this.#worker === worker) this.#worker = undefined;
    const waiting = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const resolve of waiting) resolve({ kind: 'failed', why: 'the writing thread ended' });
  }
}

/** Run from source the worker is a .ts file beside this one; bundled it is a .js file beside the bundle. */
export function workerUrl(moduleUrl: string): URL {
  return new URL(moduleUrl.endsWith('.ts') ? './outbox-worker.ts' : './outbox-worker.js', moduleUrl);
}
