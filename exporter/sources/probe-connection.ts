import type { Socket } from 'node:net';
import { type RawData, WebSocket } from 'ws';
import type { Clock } from '../clock.ts';
import { packets, ping } from './engine-io.ts';
import { failureOf } from './probe-failure.ts';

/** An open connection that a probe holds. */
export interface HeldConnection {
  /** Resolves with the pong; never, if the connection ends before. */
  ping(): Promise<void>;
  /** Resolves with the beginning of the first message; never, if there is none. */
  readonly first: Promise<string>;
  say(text: string): void;
  /** Resolves when the connection is gone, whoever ended it. */
  readonly ended: Promise<Ending>;
  /** Says goodbye, and cuts the connection where the server does not. */
  end(): void;
  /** Cuts the connection; `why` is told as its end. */
  cut(why: string): void;
}

export interface Ending {
  readonly code: number;
  readonly initiator: 'server' | 'probe';
  readonly why: string;
  readonly flooded: boolean;
}

/** More than this between two pongs is a flood: it is neither kept nor waited for. */
export const floodBytes = 1024 * 1024;

/** A server that has a name says it soon. */
const firstBytes = 4096;

const normalClosure = 1000;
const goodbyePatienceMs = 1000;

/** Takes over an open WebSocket and the socket under it. `engineIo`: the server sends pings of its own, as text. */
export function heldConnection(
  webSocket: WebSocket,
  socket: Socket,
  clock: Clock,
  engineIo: boolean,
): HeldConnection {
  const ended = Promise.withResolvers<Ending>();
  const first = Promise.withResolvers<string>();
  let cutFor: string | undefined;
  let flooded = false;
  let seen = socket.bytesRead;
  const cut = (why: string) => {
    cutFor ??= why;
    webSocket.terminate();
  };
  const measure = () => {
    if (socket.bytesRead - seen <= floodBytes) return;
    flooded = true;
    cut(`more than ${floodBytes} bytes between two pongs`);
  };
  webSocket.once('message', (message) => first.resolve(beginningOf(message)));
  webSocket.on('message', measure);
  if (engineIo) {
    webSocket.on('message', (message) => {
      if (beginningOf(message) === ping) webSocket.send(packets.pong, () => undefined);
    });
  }
  webSocket.on('ping', measure);
  webSocket.on('error', (error) => {
    const { failure, why } = failureOf(error, 'pong');
    flooded ||= failure === 'flood';
    cutFor ??= why;
  });
  webSocket.on('close', (code, reason) => {
    const initiator = cutFor === undefined ? 'server' : 'probe';
    ended.resolve({ code, initiator, why: cutFor ?? reason.toString(), flooded });
  });
  return {
    ended: ended.promise,
    first: first.promise,
    say: (text) => webSocket.send(text, () => undefined),
    cut,
    ping: () =>
      new Promise((resolve) => {
        webSocket.once('pong', () => {
          seen = socket.bytesRead;
          resolve();
        });
        if (webSocket.readyState === WebSocket.OPEN) webSocket.ping();
      }),
    end() {
      webSocket.close(normalClosure);
      const cancel = clock.after(goodbyePatienceMs, () => webSocket.terminate());
      void ended.promise.then(cancel);
    },
  };
}

function beginningOf(message: RawData): string {
  return Buffer.isBuffer(message) ? message.toString('utf8', 0, firstBytes) : '';
}
