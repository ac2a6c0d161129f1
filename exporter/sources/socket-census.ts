import { closeSync, existsSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import type { PlaceCensus, PortCensus, PortOrigin, UnreadPlace } from '../model/observation.ts';
import { ConnectionTable } from './connection-table.ts';
import { readCounters } from './net-counters.ts';
import { newRow, readRows } from './proc-net-tcp.ts';
import { newTally, type SocketTally } from './socket-tally.ts';

/** A network namespace that is to be counted. */
export interface PlaceJob {
  /** Of the Pod, and its name: empty where they are not known. */
  readonly namespace: string;
  readonly pod: string;
  /** What made the Pod, where that is known. */
  readonly workload?: string | undefined;
  /** The folder in procfs of a process in that namespace; procfs itself for our own. */
  readonly processRoot: string;
  /** Declared ports, and where they are declared. */
  readonly ports: readonly number[];
  readonly origin: PortOrigin;
  /** Whether other ports with listeners are counted, too. */
  readonly find: boolean;
}

export type PlaceReply =
  | {
      readonly kind: 'census';
      readonly place: PlaceCensus;
      /** The inodes of the sockets that listen on its ports. */
      readonly listeners: readonly number[];
      /** Why there are no counters. */
      readonly why?: string;
    }
  /** `code` is that of the system, such as `ENOENT`. */
  | { readonly kind: 'failed'; readonly why: string; readonly code?: string | undefined };

/** The census of every place that was asked for. */
export type CensusReply =
  | {
      readonly kind: 'census';
      readonly places: readonly PlaceCensus[];
      readonly unread: readonly UnreadPlace[];
      /** Why there are no counters, of a place that has none. */
      readonly why?: string;
    }
  | { readonly kind: 'failed'; readonly why: string };

/** Large enough that the longest line always fits, and reused, so that a census allocates next to nothing. */
const buffer = new Uint8Array(1024 * 1024);

/**
 * Counts a namespace, again and again: connections are known again from one census to the next. A census
 * blocks for as long as the kernel takes to write the tables, so it belongs into a worker thread.
 */
export class CensusTaker {
  readonly #connections = new ConnectionTable();

  /** `mono` is the time of the census in monotonic milliseconds. */
  take(job: PlaceJob, mono: number): PlaceReply {
    // Before the tables: where they cannot be had since the process has died, the tables cannot be either.
    const counters = readCounters(job.processRoot);
    const counted = this.#count(job, mono);
    if ('failed' in counted) return { kind: 'failed', why: counted.failed, code: counted.code };
    const { namespace, pod, workload } = job;
    const place = {
      ...{ namespace, pod, ports: counted.ports },
      ...(workload === undefined ? {} : { workload }),
    };
    const { listeners } = counted;
    if ('failed' in counters) return { kind: 'census', place, listeners, why: counters.failed };
    return { kind: 'census', place: { ...place, counters }, listeners };
  }

  #count(
    { processRoot, ports, origin, find }: PlaceJob,
    mono: number,
  ):
    | { readonly ports: readonly PortCensus[]; readonly listeners: readonly number[] }
    | { readonly failed: string; readonly code: string | undefined } {
    this.#connections.begin(mono);
    const tally = newTally({ ports, origin, find, connections: this.#connections });
    try {
      readTables(join(processRoot, 'net'), tally);
    } catch (error) {
      this.#connections.abandon();
      return failure(error);
    }
    return { ports: tally.result(), listeners: tally.listeners };
  }
}

function failure(error: unknown) {
  const failed = error instanceof Error ? error.message : String(error);
  const code = error instanceof Error && 'code' in error ? String(error.code) : undefined;
  return { failed, code };
}

/**
 * A kernel without IPv6 has no table of it. Of a process that died after the first table was read there is
 * none either, and half of the connections would look like all of them: then the first one is gone, too.
 */
function readTables(net: string, tally: SocketTally): void {
  readTable(join(net, 'tcp'), tally);
  try {
    readTable(join(net, 'tcp6'), tally);
  } catch (error) {
    const absent = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    if (!absent || !existsSync(join(net, 'tcp'))) throw error;
  }
}

function readTable(path: string, tally: SocketTally): void {
  const file = openSync(path, 'r');
  try {
    readLines(file, path, tally);
  } finally {
    closeSync(file);
  }
}

function readLines(file: number, path: string, tally: SocketTally): void {
  const row = newRow();
  let kept = 0;
  let total = 0;
  let unreadable = 0;
  for (;;) {
    const read = readSync(file, buffer, kept, buffer.length - kept, null);
    if (read === 0) break;
    total += read;
    const lines = readRows(buffer.subarray(0, kept + read), row, tally);
    unreadable += lines.unreadable;
    buffer.copyWithin(0, lines.used, kept + read);
    kept += read - lines.used;
    if (kept === buffer.length) throw new Error(`${path} is no socket table: a line of ${kept} bytes`);
  }
  if (total === 0 || kept > 0)
    throw new Error(`${path} is no socket table: it is empty or ends within a line`);
  if (unreadable > 0) throw new Error(`${path} is no socket table: ${unreadable} unreadable lines`);
}
