import { Worker } from 'node:worker_threads';
import { type Clock, sleep } from '../clock.ts';
import type { Observation } from '../model/observation.ts';
import type { CensusReply } from './socket-census.ts';
import type { SocketsJob } from './sockets-worker.ts';
import type { Source } from './source.ts';

export interface SocketSourceOptions {
  readonly clock: Clock;
  /** The local ports on which WebSocket servers listen. */
  readonly ports: readonly number[];
  readonly intervalMs?: number;
  /** Where procfs is mounted; the network namespace is that of this process. */
  readonly procRoot?: string;
}

/**
 * Counts the connections of the declared ports every `intervalMs`, in a worker thread. While the table
 * cannot be read there is no census at all, and the source is `blind`: an unknown count is no zero.
 */
export function socketSource(options: SocketSourceOptions): Source {
  const { clock, ports, intervalMs = 5000, procRoot = '/proc' } = options;
  return {
    name: 'sockets',
    async run(emit, stop) {
      const counter = socketCounter({ ports, procRoot });
      const tell = teller(clock, emit);
      // Ending the thread answers a count that is under way, so that a slow table does not hold up the end.
      stop.addEventListener('abort', () => void counter.close(), { once: true });
      while (!stop.aborted) {
        const reply = await counter.count();
        if (!stop.aborted) tell(reply);
        await sleep(clock, intervalMs, stop);
      }
      await counter.close();
    },
  };
}

/** Turns replies into observations; a lasting failure is told once, and again when its reason changes. */
function teller(clock: Clock, emit: (observation: Observation) => void): (reply: CensusReply) => void {
  let blindness: string | undefined;
  return (reply) => {
    const common = { source: 'sockets', at: clock.now() };
    if (reply.kind === 'failed') {
      if (reply.why !== blindness) emit({ kind: 'sight', ...common, sight: 'blind', why: reply.why });
      blindness = reply.why;
      return;
    }
    if (blindness !== undefined) emit({ kind: 'sight', ...common, sight: 'sighted', why: 'readable again' });
    blindness = undefined;
    emit({ kind: 'sockets', ...common, ports: reply.ports });
  };
}

interface SocketCounter {
  /** One census at a time: the next may be asked for when this one has been answered. */
  count(): Promise<CensusReply>;
  close(): Promise<void>;
}

/** A thread that died is started anew with the next count. */
function socketCounter(job: SocketsJob): SocketCounter {
  let worker: Worker | undefined;
  let settle: (reply: CensusReply) => void = () => undefined;
  function start(): Worker {
    const started = new Worker(workerFile(), { workerData: job, name: 'sockets' });
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
    count: () =>
      new Promise((resolve) => {
        settle = resolve;
        worker ??= start();
        worker.postMessage('count');
      }),
    async close() {
      await worker?.terminate();
    },
  };
}

/** Beside this file: as TypeScript in a checkout, as its own bundle in dist/. */
function workerFile(): URL {
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  return new URL(`./sockets-worker.${extension}`, import.meta.url);
}
