import { Worker } from 'node:worker_threads';
import type { PasswordAnswer, PasswordQuestion } from './password-worker.ts';

/** Resolves with `undefined` when no answer can be had. */
export type Compare = (password: string, hash: string) => Promise<boolean | undefined>;

export interface PasswordThread {
  readonly compare: Compare;
  close(): Promise<void>;
}

/** Compares passwords with hashes in a thread that starts with the first question. */
export function passwordThread(): PasswordThread {
  const waiting = new Map<number, (right: boolean | undefined) => void>();
  let worker: Worker | undefined;
  let lastId = 0;
  let over = false;
  const settle = (id: number, right: boolean | undefined) => {
    waiting.get(id)?.(right);
    waiting.delete(id);
  };
  const start = (): Worker => {
    const started = new Worker(workerUrl(import.meta.url));
    // It must not keep a program alive that has nothing else to do.
    started.unref();
    started.on('message', ({ id, right }: PasswordAnswer) => settle(id, right));
    started.on('error', () => undefined);
    started.on('exit', () => {
      if (worker === started) worker = undefined;
      for (const id of [...waiting.keys()]) settle(id, undefined);
    });
    return started;
  };
  return {
    compare(password, hash) {
      if (over) return Promise.resolve(undefined);
      worker ??= start();
      const question: PasswordQuestion = { id: ++lastId, password, hash };
      worker.postMessage(question);
      return new Promise((resolve) => waiting.set(question.id, resolve));
    },
    async close() {
      over = true;
      await worker?.terminate();
    },
  };
}

/** Run from source the worker is a .ts file beside this one; bundled it is a .js file beside the bundle. */
function workerUrl(moduleUrl: string): URL {
  return new URL(moduleUrl.endsWith('.ts') ? './password-worker.ts' : './password-worker.js', moduleUrl);
}
