import { Worker } from 'node:worker_threads';
import type { CensusReply } from './socket-census.ts';
import type { SocketsRequest } from './sockets-worker.ts';

export interface SocketCounter {
  /** One census at a time: the next may be asked for when this one has been answered. */
  count(request: SocketsRequest): Promise<CensusReply>;
  close(): Promise<void>;
}

/** Counts in a worker thread; one that died is started anew with the next count. */
export function socketCounter(): SocketCounter {
  let worker: Worker | undefined;
  let settle: (reply: CensusReply) => void = () => undefined;
  function start(): Worker {
    const started = new Worker(workerFile(), { name: 'sockets', resourceLimits });
    let why = '';
    started.on('message', (reply: CensusReply) => settle(reply));
    started.on('error', (error: unknown) => {
      why = error instanceof Error ? error.message : String(error);
    });
    started.on('exit', (code) => {
      worker = undefined;
      settle({ kind: 'failed', why: `the socket-table thread ended: ${why || `exit code ${code}`}` });
    });
    return started;
  }
  return {
    count: (request) =>
      new Promise((resolve) => {
        settle = resolve;
        worker ??= start();
        worker.postMessage(request);
      }),
    async close() {
      await worker?.terminate();
    },
  };
}

/** Nearly all that it allocates is gone at once: a large nursery would only fill up before it is swept. */
const resourceLimits = { maxYoungGenerationSizeMb: 2 } as const;

/** Beside this file: as TypeScript in a checkout, as its own bundle in dist/. */
function workerFile(): URL {
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  return new URL(`./sockets-worker.${extension}`, import.meta.url);
}
