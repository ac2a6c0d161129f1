import { parentPort, workerData } from 'node:worker_threads';
import { readCensus } from './socket-census.ts';

/** What `sockets.ts` starts this thread with. Every message, whatever it says, asks for one census. */
export interface SocketsJob {
  readonly procRoot: string;
  readonly ports: readonly number[];
}

const job: SocketsJob = workerData;

parentPort?.on('message', () => parentPort?.postMessage(readCensus(job.procRoot, job.ports)));
