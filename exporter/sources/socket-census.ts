import { closeSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import type { PortCensus } from '../model/observation.ts';
import { newTally, type SocketTally, tallyRows } from './proc-net-tcp.ts';

export type CensusReply =
  | { readonly kind: 'census'; readonly ports: readonly PortCensus[] }
  | { readonly kind: 'failed'; readonly why: string };

/** Large enough that the longest line always fits, and reused, so that a census allocates nothing. */
const buffer = new Uint8Array(1024 * 1024);

/**
 * Reads both socket tables of a network namespace and counts the declared ports. It blocks for as long
 * as the kernel takes to write the tables, so it belongs into a worker thread.
 */
export function readCensus(procRoot: string, ports: readonly number[]): CensusReply {
  const tally = newTally(ports);
  try {
    readTable(join(procRoot, 'net/tcp'), tally);
    readTable6(join(procRoot, 'net/tcp6'), tally);
  } catch (error) {
    return { kind: 'failed', why: error instanceof Error ? error.message : String(error) };
  }
  return { kind: 'census', ports: [...tally.ports.values()] };
}

/** A kernel without IPv6 has no such table. */
function readTable6(path: string, tally: SocketTally): void {
  try {
    readTable(path, tally);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
  }
}

function readTable(path: string, tally: SocketTally): void {
  const file = openSync(path, 'r');
  try {
    readLines(file, path, tally);
  } finally {
    closeSync(file);
  }
  if (tally.unreadable > 0)
    throw new Error(`${path} is no socket table: ${tally.unreadable} unreadable lines`);
}

function readLines(file: number, path: string, tally: SocketTally): void {
  let kept = 0;
  let total = 0;
  for (;;) {
    const read = readSync(file, buffer, kept, buffer.length - kept, null);
    if (read === 0) break;
    total += read;
    const used = tallyRows(buffer.subarray(0, kept + read), tally);
    buffer.copyWithin(0, used, kept + read);
    kept += read - used;
    if (kept === buffer.length) throw new Error(`${path} is no socket table: a line of ${kept} bytes`);
  }
  if (total === 0 || kept > 0)
    throw new Error(`${path} is no socket table: it is empty or ends within a line`);
}
