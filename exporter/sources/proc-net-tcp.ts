import type { PortCensus } from '../model/observation.ts';

/**
 * Counts the rows of /proc/net/tcp and /proc/net/tcp6 by declared port, straight from the bytes: a
 * busy server has a hundred thousand rows, and a string for each would cost more than the counting.
 *
 *     sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
 *      0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 62521 …
 */
export interface SocketTally {
  readonly ports: ReadonlyMap<number, PortTally>;
  /** Lines that are neither a row nor the heading: with any of these the counts cannot be trusted. */
  unreadable: number;
}

type PortTally = { -readonly [K in keyof PortCensus]: PortCensus[K] };

export function newTally(ports: readonly number[]): SocketTally {
  const empty = (port: number): PortTally => ({
    port,
    established: 0,
    unaccepted: 0,
    closing: 0,
    listening: false,
  });
  return { ports: new Map(ports.map((port) => [port, empty(port)])), unreadable: 0 };
}

/**
 * Adds the complete lines of `bytes` to the tally. Returns how many bytes these were: the rest is the
 * beginning of a line whose end has not been read yet.
 */
export function tallyRows(bytes: Uint8Array, tally: SocketTally): number {
  let start = 0;
  for (let end = bytes.indexOf(newline, start); end !== -1; end = bytes.indexOf(newline, start)) {
    if (!tallyRow(bytes, start, end, tally) && !isHeading(bytes, start)) tally.unreadable++;
    start = end + 1;
  }
  return start;
}

/** False when the line is no row. The remote side is passed over: its port is another process's. */
function tallyRow(bytes: Uint8Array, start: number, end: number, tally: SocketTally): boolean {
  const number = bytes.indexOf(colon, start);
  if (number === -1 || number >= end) return false;
  const local = bytes.indexOf(colon, number + 1);
  const remote = bytes.indexOf(colon, local + 1);
  if (local === -1 || remote === -1 || remote + stateAfterRemote + 2 > end) return false;
  const port = hex(bytes, local + 1, 4);
  const stateAt = remote + stateAfterRemote;
  const state = hex(bytes, stateAt, 2);
  if (port < 0 || state < 0) return false;
  const counts = tally.ports.get(port);
  if (counts === undefined) return true;
  const inode = fieldAfter(bytes, stateAt, end, inodeAfterState);
  if (inode === -1) return false;
  count(counts, state, bytes[inode] !== zero);
  return true;
}

/** A connection that the application has not accepted yet is established, but has no inode. */
function count(counts: PortTally, state: number, hasInode: boolean): void {
  switch (state) {
    case tcp.established:
      if (hasInode) counts.established++;
      else counts.unaccepted++;
      return;
    case tcp.listen:
      counts.listening = true;
      return;
    case tcp.finWait1:
    case tcp.finWait2:
    case tcp.closeWait:
    case tcp.lastAck:
    case tcp.closing:
      counts.closing++;
  }
}

/** The kernel's numbers, include/net/tcp_states.h. TIME_WAIT is over for the application: not counted. */
const tcp = { established: 1, finWait1: 4, finWait2: 5, closeWait: 8, lastAck: 9, listen: 10, closing: 11 };

const newline = 0x0a;
const space = 0x20;
const colon = 0x3a;
const zero = 0x30;
/** From the remote side's colon: the colon, four digits of the port, a space. */
const stateAfterRemote = 6;
/** Fields from `st` to `inode`. */
const inodeAfterState = 6;

const heading = new TextEncoder().encode('  sl  local_address');

function isHeading(bytes: Uint8Array, start: number): boolean {
  return heading.every((byte, index) => bytes[start + index] === byte);
}

/** The offset where the `fields`-th field after the one at `at` begins, or -1. */
function fieldAfter(bytes: Uint8Array, at: number, end: number, fields: number): number {
  let left = fields;
  for (let i = at + 1; i < end; i++) {
    if (bytes[i - 1] === space && bytes[i] !== space && --left === 0) return i;
  }
  return -1;
}

/** Upper-case hexadecimal digits as a number, or -1. */
function hex(bytes: Uint8Array, at: number, digits: number): number {
  let value = 0;
  for (let i = at; i < at + digits; i++) {
    const byte = bytes[i] ?? 0;
    if (byte >= 0x30 && byte <= 0x39) value = value * 16 + byte - 0x30;
    else if (byte >= 0x41 && byte <= 0x46) value = value * 16 + byte - 0x37;
    else return -1;
  }
  return value;
}
