import { readlinkSync } from 'node:fs';
import { setPriority } from 'node:os';
import { basename } from 'node:path';
import { parentPort } from 'node:worker_threads';
import { NodeCensus, type NodeJob } from './node-census.ts';
import { OwnDescriptors } from './own-descriptors.ts';
import { type CensusReply, CensusTaker, type PlaceJob } from './socket-census.ts';

/** Asks this thread for one census: of our own network namespace, or of every Pod of the node. */
export interface SocketsRequest {
  /** Monotonic milliseconds. */
  readonly mono: number;
  readonly what: { readonly own: PlaceJob } | { readonly node: NodeJob };
}

const lowPriority = 10;

yieldToOthers();

const own = new CensusTaker();
const ownDescriptors = new OwnDescriptors();
const node = new NodeCensus();

parentPort?.on('message', (request: SocketsRequest) => parentPort?.postMessage(answer(request)));

function answer({ mono, what }: SocketsRequest): CensusReply {
  try {
    if ('node' in what) return node.take(what.node, mono);
  } catch (error) {
    return { kind: 'failed', why: error instanceof Error ? error.message : String(error) };
  }
  const read = own.take(what.own, mono);
  if (read.kind === 'failed') return { kind: 'failed', why: read.why };
  const { why } = read;
  const descriptors = ownDescriptors.read(what.own.processRoot, read.listeners, mono);
  const place = { ...read.place, descriptors };
  return { kind: 'census', places: [place], unread: [], ...(why === undefined ? {} : { why }) };
}

/** A census may wait, the thread that judges and answers may not: where cores are few, that one goes first. */
function yieldToOthers(): void {
  try {
    setPriority(Number(basename(readlinkSync('/proc/thread-self'))), lowPriority);
  } catch {
    // Elsewhere than on Linux, or where it is not permitted, all threads are equal.
  }
}
