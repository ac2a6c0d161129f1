import type { TcpStateName } from '../model/observation.ts';

/**
 * Reads rows of /proc/net/tcp and /proc/net/tcp6 straight from the bytes: a busy server has a hundred
 * thousand of them, and a string for each would cost more than the counting.
 *
 *     sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
 *      0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 62521 …
 */
export interface SocketRow {
  localPort: number;
  remotePort: number;
  /** Both ends have one address, or the remote one is a loopback address: the peer is in this namespace. */
  near: boolean;
  state: number;
  /** Bytes that were sent or are to be sent, and that the peer has not acknowledged. */
  txQueue: number;
  /** Of a listening socket: how many connections wait to be accepted. */
  rxQueue: number;
  timer: number;
  /** Retransmissions of the oldest unacknowledged segment, without an answer. */
  retransmits: number;
  /** Probes of a closed window, or of an idle connection, without an answer. */
  probes: number;
  /** 0: no process has it. Modulo 2^32. */
  inode: number;
}

/** The kernel's numbers, include/net/tcp_states.h. */
export const tcpState = {
  ...{ established: 1, syn_sent: 2, syn_recv: 3, fin_wait1: 4, fin_wait2: 5, time_wait: 6 },
  ...{ close: 7, close_wait: 8, last_ack: 9, listen: 10, closing: 11 },
} as const satisfies Readonly<Record<TcpStateName, number>>;

/** Which timer of a socket is running. */
export const tcpTimer = { retransmit: 1, keepalive: 2, zeroWindow: 4 } as const;

export function newRow(): SocketRow {
  return {
    ...{ localPort: 0, remotePort: 0, near: false, state: 0, txQueue: 0, rxQueue: 0 },
    ...{ timer: 0, retransmits: 0, probes: 0, inode: 0 },
  };
}

export interface RowTaker {
  /** Asked first, when only the local port and the state are known: rows of others cost next to nothing. */
  wanted(row: SocketRow): boolean;
  take(row: SocketRow): void;
}

/**
 * Hands every complete line of `bytes` to `taker`, in `row`, which is used again for the next one. Returns
 * how many bytes the lines were (the rest is the beginning of a line whose end has not been read yet), and
 * how many of them were neither a row nor the heading.
 */
export function readRows(
  bytes: Uint8Array,
  row: SocketRow,
  taker: RowTaker,
): { readonly used: number; readonly unreadable: number } {
  let start = 0;
  let unreadable = 0;
  for (let end = bytes.indexOf(newline, start); end !== -1; end = bytes.indexOf(newline, start)) {
    const remote = readEnds(bytes, start, end, row);
    if (remote === -1) unreadable += isHeading(bytes, start) ? 0 : 1;
    else if (taker.wanted(row)) {
      if (readRest(bytes, remote, end, row)) taker.take(row);
      else unreadable++;
    }
    start = end + 1;
  }
  return { used: start, unreadable };
}

/** The local port and the state. Returns where the remote port's colon is, or -1 when the line is no row. */
function readEnds(bytes: Uint8Array, start: number, end: number, row: SocketRow): number {
  const local = localColon(bytes, start, end);
  if (local === -1) return -1;
  const digits = addressDigits(bytes, local);
  const remote = local + remoteAfterLocal + digits;
  if (remote + at.tx > end || bytes[remote] !== colon) return -1;
  row.localPort = hex(bytes, local + 1, 4);
  row.state = hex(bytes, remote + at.state, 2);
  return row.localPort < 0 || row.state < 0 ? -1 : remote;
}

/** The colon before the local port. Addresses have fixed widths; searching would cost more than all the rest. */
function localColon(bytes: Uint8Array, start: number, end: number): number {
  let number = start;
  while (number < end && bytes[number] !== colon) number++;
  const ipv4 = number + addressAfterNumber + 8;
  if (ipv4 < end && bytes[ipv4] === colon) return ipv4;
  const ipv6 = number + addressAfterNumber + 32;
  return ipv6 < end && bytes[ipv6] === colon ? ipv6 : -1;
}

/** Of the address before a colon: 8 of IPv4, 32 of IPv6. */
function addressDigits(bytes: Uint8Array, local: number): 8 | 32 {
  return bytes[local - 8 - 1] === space ? 8 : 32;
}

/** False when a field is not where it belongs. */
function readRest(bytes: Uint8Array, remote: number, end: number, row: SocketRow): boolean {
  if (remote + at.uid > end || bytes[remote + at.rx - 1] !== colon) return false;
  row.remotePort = hex(bytes, remote + 1, 4);
  row.txQueue = hex(bytes, remote + at.tx, 8);
  row.rxQueue = hex(bytes, remote + at.rx, 8);
  row.timer = hex(bytes, remote + at.timer, 2);
  row.retransmits = hex(bytes, remote + at.retransmits, 8);
  const probesAt = nextField(bytes, nextField(bytes, remote + at.uid - 1, end), end);
  const inodeAt = nextField(bytes, probesAt, end);
  if (inodeAt === -1) return false;
  row.probes = decimal(bytes, probesAt, end);
  row.inode = decimal(bytes, inodeAt, end);
  row.near = isNear(bytes, remote);
  const { remotePort, txQueue, rxQueue, timer, retransmits, probes, inode } = row;
  return Math.min(remotePort, txQueue, rxQueue, timer, retransmits, probes, inode) >= 0;
}

/**
 * 127.0.0.6 is left out: from there Istio's proxy hands on what came from another machine. Addresses are
 * written as words of the machine: on a little-endian one 127.0.0.1 is 0100007F.
 */
function isNear(bytes: Uint8Array, remote: number): boolean {
  const digits = addressDigits(bytes, remote);
  const from = remote - digits;
  if (isIpv6Loopback(bytes, from, digits)) return true;
  const loopback = bytes[remote - 2] === seven && bytes[remote - 1] === letterF;
  if (loopback && (digits === 8 || isMapped(bytes, from))) return hex(bytes, remote - 8, 2) !== 6;
  const local = from - remoteAfterLocal - digits;
  for (let i = 0; i < digits; i++) if (bytes[from + i] !== bytes[local + i]) return false;
  return true;
}

function isIpv6Loopback(bytes: Uint8Array, from: number, digits: number): boolean {
  if (digits !== 32) return false;
  for (let i = 0; i < 24; i++) if (bytes[from + i] !== zero) return false;
  return hex(bytes, from + 24, 8) === 0x01000000;
}

/** ::ffff:0:0/96, in which IPv4 clients of an IPv6 socket appear. */
function isMapped(bytes: Uint8Array, from: number): boolean {
  return hex(bytes, from, 8) === 0 && hex(bytes, from + 16, 8) === 0xffff0000;
}

const newline = 0x0a;
const space = 0x20;
const colon = 0x3a;
const zero = 0x30;
const seven = 0x37;
const letterF = 0x46;
/** From the colon after the number to the local address: the colon and a space. */
const addressAfterNumber = 2;
/** From the local port's colon to the remote address: the colon, four digits and a space. */
const remoteAfterLocal = 6;
/** Offsets of fields from the colon of the remote port: the kernel writes them with fixed widths. */
const at = { state: 6, tx: 9, rx: 18, timer: 27, retransmits: 39, uid: 48 } as const;

const heading = new TextEncoder().encode('  sl  local_address');

function isHeading(bytes: Uint8Array, start: number): boolean {
  return heading.every((byte, index) => bytes[start + index] === byte);
}

/** The offset of the first field that begins after `from`, or -1. */
function nextField(bytes: Uint8Array, from: number, end: number): number {
  if (from === -1) return -1;
  for (let i = from + 1; i < end; i++) if (bytes[i - 1] === space && bytes[i] !== space) return i;
  return -1;
}

/** Upper-case hexadecimal digits as a number, or -1. */
function hex(bytes: Uint8Array, from: number, digits: number): number {
  let value = 0;
  for (let i = from; i < from + digits; i++) {
    const byte = bytes[i] ?? 0;
    if (byte >= 0x30 && byte <= 0x39) value = value * 16 + byte - 0x30;
    else if (byte >= 0x41 && byte <= 0x46) value = value * 16 + byte - 0x37;
    else return -1;
  }
  return value;
}

/** Digits up to the next space as a number modulo 2^32, or -1. */
function decimal(bytes: Uint8Array, from: number, end: number): number {
  let value = 0;
  for (let i = from; i < end && bytes[i] !== space; i++) {
    const digit = (bytes[i] ?? 0) - zero;
    if (digit < 0 || digit > 9) return -1;
    value = (value * 10 + digit) % 2 ** 32;
  }
  return value;
}
