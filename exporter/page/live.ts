import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Clock } from '../clock.ts';
import { tablesChange } from './change.ts';
import { extended, fromTables, type History, type Message, type Sample } from './message.ts';
import { noTables, type Tables } from './tables.ts';

export interface LiveOptions {
  readonly clock: Clock;
  /** Names the files of the page: one of another build loads itself anew. */
  readonly build: () => Promise<string>;
  readonly snapshot: () => Tables;
}

export interface Live {
  /** Makes a WebSocket of a request that was let in. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  /** The next point of the history of connections. */
  sample(sample: Sample): void;
  /** How many look on. */
  readonly readers: number;
  close(): Promise<void>;
}

/** Changes are looked for this often, in milliseconds; less often where looking takes more than a tenth of it. */
const tickMs = 250;
const busyShare = 10;
/** Without any change something is said so often: silence means that the way is broken. */
const quietMs = 3000;
/** A reader that has so much still to read, in bytes, gets nothing more until it has read it; then a new state. */
const mostWaiting = 1 << 20;
/** It gets this long. */
const patienceMs = 60_000;
const pingMs = 15_000;
const closingMs = 300;
const mostReaders = 64;
/** The state of a large cluster is megabytes of text, which go over somebody's port-forward. */
const perMessageDeflate = {
  threshold: 16_384,
  concurrencyLimit: 2,
  // Without a memory of its own for every reader.
  serverNoContextTakeover: true,
  clientNoContextTakeover: true,
  zlibDeflateOptions: { level: 1 },
} as const;
/** Readers have nothing to say. */
const maxPayload = 1024;

interface Reader {
  readonly socket: WebSocket;
  answered: boolean;
  /** Since when it has missed changes: monotonic milliseconds. */
  behindSince: number | undefined;
}

/** Tells everybody who looks at the page what changes. Nothing is looked for while nobody looks on. */
export function createLive({ clock, build, snapshot }: LiveOptions): Live {
  const server = new WebSocketServer({ noServer: true, maxPayload, perMessageDeflate });
  const readers = new Set<Reader>();
  let told = noTables();
  let history: History = { at: [], series: {} };
  let page = '';
  let spoke = 0;
  let stopTimers = () => {};

  function now() {
    const { mono, wall } = clock.now();
    return { mono: Math.round(mono), wall: wall / 1e6 };
  }

  function say(message: Message): void {
    const text = JSON.stringify(message);
    spoke = clock.now().mono;
    for (const reader of readers) tell(reader, text);
  }

  function tell(reader: Reader, text: string): void {
    if (reader.behindSince !== undefined) return;
    if (reader.socket.bufferedAmount > mostWaiting) reader.behindSince = clock.now().mono;
    else reader.socket.send(text);
  }

  function tellState(reader: Reader): void {
    reader.behindSince = undefined;
    const state: Message = { kind: 'state', build: page, now: now(), tables: fromTables(told), history };
    tell(reader, JSON.stringify(state));
  }

  function look(): void {
    const before = told;
    told = snapshot();
    const tables = tablesChange(before, told);
    if (tables !== undefined) say({ kind: 'change', now: now(), tables });
    else if (clock.now().mono - spoke >= quietMs) say({ kind: 'change', now: now() });
    for (const reader of readers) catchUp(reader);
  }

  function catchUp(reader: Reader): void {
    if (reader.behindSince === undefined) return;
    if (reader.socket.bufferedAmount === 0) tellState(reader);
    else if (clock.now().mono - reader.behindSince > patienceMs) reader.socket.terminate();
  }

  function ping(): void {
    for (const reader of readers) {
      if (!reader.answered) reader.socket.terminate();
      reader.answered = false;
      if (reader.socket.readyState === reader.socket.OPEN) reader.socket.ping();
    }
  }

  function start(): void {
    told = snapshot();
    const looking = repeat(clock, tickMs, look);
    const pinging = repeat(clock, pingMs, ping);
    stopTimers = () => {
      looking();
      pinging();
    };
  }

  function welcome(socket: WebSocket): void {
    const reader: Reader = { socket, answered: true, behindSince: undefined };
    if (readers.size === 0) start();
    readers.add(reader);
    socket.on('pong', () => {
      reader.answered = true;
    });
    // A broken connection ends: there is nothing else to do about it.
    socket.on('error', () => socket.terminate());
    socket.on('close', () => {
      readers.delete(reader);
      if (readers.size === 0) stopTimers();
    });
    tellState(reader);
  }

  return {
    upgrade(request, socket, head) {
      if (readers.size >= mostReaders) return refuse(socket, 'Too many look at this page already.');
      build().then(
        (name) => {
          page = name;
          server.handleUpgrade(request, socket, head, welcome);
        },
        () => refuse(socket, 'There is no page.'),
      );
    },
    sample(sample) {
      history = extended(history, sample);
      if (readers.size > 0) say({ kind: 'change', now: now(), sample });
    },
    get readers() {
      return readers.size;
    },
    async close() {
      stopTimers();
      const ended = [...readers].map(({ socket }) => new Promise((resolve) => socket.once('close', resolve)));
      for (const { socket } of readers) socket.close(1001, 'leasewatch stops');
      const cancel = clock.after(closingMs, () => {
        for (const { socket } of readers) socket.terminate();
      });
      await Promise.all(ended);
      cancel();
    },
  };
}

function refuse(socket: Duplex, why: string): void {
  const body = `${why}\n`;
  socket.end(
    'HTTP/1.1 503 Service Unavailable\r\ncontent-type: text/plain; charset=utf-8\r\n' +
      `content-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
  );
}

/** Runs again and again, `everyMs` after it ended or, where it takes long, later. */
function repeat(clock: Clock, everyMs: number, run: () => void): () => void {
  let cancel = clock.after(everyMs, again);
  function again(): void {
    const began = clock.now().mono;
    run();
    const took = clock.now().mono - began;
    cancel = clock.after(Math.max(everyMs, took * busyShare), again);
  }
  return () => cancel();
}
