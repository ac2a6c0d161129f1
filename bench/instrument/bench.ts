import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { Registry } from 'prom-client';
import { type WebSocket, WebSocketServer } from 'ws';
import { instrumentWs } from '../../instrument/ws.ts';
import type { BenchResult } from '../main.ts';

/** What counting may cost for one message, however long it is. */
const goalNs = 1000;
const rounds = 41;
/** Length of a message, and how many make a round. */
const sizes: readonly (readonly [bytes: number, messages: number])[] = [
  [10, 20_000],
  [1000, 20_000],
  [100_000, 500],
];

/**
 * The same messages through a connection of `ws` that is counted, and through one that is not, in turns: the
 * difference of the fastest rounds is what counting costs. Both end in a stream that swallows everything, since a
 * kernel that takes microseconds would hide what is measured.
 */
export async function bench(): Promise<BenchResult> {
  const numbers: Record<string, number> = {};
  for (const [bytes, messages] of sizes) {
    const [text, wide, binary] = ['x'.repeat(bytes), '日'.repeat(bytes / 3), Buffer.alloc(bytes)];
    numbers[`instrument_receive_${bytes}_ns`] = await cost(messages, (peer) =>
      peer.emit('message', binary, true),
    );
    numbers[`instrument_send_text_${bytes}_ns`] = await cost(messages, (peer) => peer.send(text));
    numbers[`instrument_send_wide_text_${bytes}_ns`] = await cost(messages, (peer) => peer.send(wide));
    numbers[`instrument_send_binary_${bytes}_ns`] = await cost(messages, (peer) => peer.send(binary));
  }
  const worst = Math.max(...Object.values(numbers));
  numbers.instrument_worst_ns_per_message = worst;
  const missed = worst < goalNs ? [] : [`counting costs ${worst} ns for a message; the goal is ${goalNs}`];
  return { numbers, missed };
}

async function cost(messages: number, act: (peer: WebSocket) => unknown): Promise<number> {
  const [plain, counted] = [connection(newServer()), connection(instrumented())];
  const times = { plain: [] as number[], counted: [] as number[] };
  for (let round = 0; round < rounds; round++) {
    times.plain.push(await timed(messages, () => act(plain)));
    times.counted.push(await timed(messages, () => act(counted)));
  }
  return Math.round(Math.min(...times.counted) - Math.min(...times.plain));
}

function newServer(): WebSocketServer {
  return new WebSocketServer({ noServer: true, perMessageDeflate: false });
}

function instrumented(): WebSocketServer {
  const server = newServer();
  instrumentWs(server, new Registry());
  return server;
}

/** A connection as it comes out of a handshake, with an application that listens. */
function connection(server: WebSocketServer): WebSocket {
  const request = new IncomingMessage(new Socket());
  request.method = 'GET';
  request.headers = { upgrade: 'websocket', 'sec-websocket-version': '13', 'sec-websocket-key': key };
  const sink = new Duplex({ read: () => undefined, write: (_chunk, _encoding, done) => done() });
  let accepted: WebSocket | undefined;
  server.handleUpgrade(request, sink, Buffer.alloc(0), (client) => {
    accepted = client;
  });
  if (accepted === undefined) throw new Error('bench: the handshake was refused');
  accepted.on('message', () => undefined);
  return accepted;
}

const key = Buffer.alloc(16).toString('base64');

/** Nanoseconds of one call; what it leaves to later turns of the event loop is done before the next round. */
async function timed(calls: number, act: () => unknown): Promise<number> {
  const begun = process.hrtime.bigint();
  for (let call = 0; call < calls; call++) act();
  const spent = Number(process.hrtime.bigint() - begun);
  await new Promise((resolve) => setImmediate(resolve));
  return spent / calls;
}
