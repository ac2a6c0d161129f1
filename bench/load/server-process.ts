/**
 * An API server that has nothing but Leases, in a process of its own: lists and watches of them in protobuf and in
 * JSON, encoded before anybody asks. It sends events as fast as they are taken, or so many a second.
 */
import { createServer as createPlain, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createSecure } from 'node:https';
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Format, type Frames, framesOf, stateOf } from './frames.ts';
import { createLists } from './lists.ts';
import { leaseAt, placeholders } from './population.ts';
import { untilTaken } from './untaken.ts';

export interface ServerStart {
  readonly leases: number;
  /** With TLS. */
  readonly identity?: { readonly cert: string; readonly key: string };
}

export type ToServer =
  | { readonly kind: 'burst'; readonly rounds: number }
  | { readonly kind: 'steady'; readonly perSecond: number; readonly ms: number };

export type FromServer =
  | { readonly kind: 'port'; readonly port: number }
  | { readonly kind: 'sent'; readonly sent: Sent };

export interface Sent {
  readonly events: number;
  /** From the first byte that was sent to the last that was taken. */
  readonly ms: number;
  readonly format: Format;
}

const blockBytes = 256 * 1024;

const start: ServerStart = JSON.parse(process.argv[2] ?? '{}');
// Neighbours in memory are no neighbours in the reader's: heartbeats come in no order.
const step = 7919;
const leases = Array.from({ length: start.leases }, (_, i) => leaseAt((i * step) % start.leases));
const frames: Readonly<Record<Format, Frames>> = {
  protobuf: framesOf(leases, 'protobuf'),
  json: framesOf(leases, 'json'),
};
let revision = Number(placeholders.resourceVersion);
const ordered = Array.from({ length: start.leases }, (_, i) => leaseAt(i));
const lists = createLists(ordered);
/** Encoded when somebody asks for it first. */
const states: { [F in Format]?: Buffer } = {};
let watcher: { readonly socket: Socket; readonly format: Format } | undefined;

function serve(request: IncomingMessage, response: ServerResponse): void {
  const url = new URL(request.url ?? '/', 'http://bench');
  const format = request.headers.accept?.includes('protobuf') ? 'protobuf' : 'json';
  const isWatch = ['1', 'true'].includes(url.searchParams.get('watch') ?? '');
  if (url.pathname.endsWith('/leases')) {
    if (isWatch) return watch(response, format, url.searchParams.has('sendInitialEvents'));
    response.writeHead(200, { 'content-type': contentTypes[format] });
    return void response.end(lists.page(format, url.searchParams));
  }
  const known = pages[url.pathname];
  response.writeHead(known === undefined ? 404 : 200, { 'content-type': 'application/json' });
  response.end(
    JSON.stringify(known ?? { kind: 'Status', code: 404, reason: 'NotFound', message: 'not here' }),
  );
}

const contentTypes = { json: 'application/json', protobuf: 'application/vnd.kubernetes.protobuf' } as const;

const pages: Readonly<Record<string, unknown>> = {
  '/version': { major: '1', minor: '35', gitVersion: 'v1.35.0', platform: 'linux/amd64' },
  '/api/v1/namespaces/kube-system': {
    kind: 'Namespace',
    apiVersion: 'v1',
    metadata: { name: 'kube-system', uid: 'bench' },
  },
};

function watch(response: ServerResponse, format: Format, begins: boolean): void {
  const stream = format === 'json' ? '' : ';stream=watch';
  response.writeHead(200, { 'content-type': `${contentTypes[format]}${stream}` });
  response.flushHeaders();
  const { socket } = response;
  if (socket === null) return;
  socket.setNoDelay(true);
  if (begins) {
    states[format] ??= stateOf(ordered, format);
    socket.write(states[format]);
  }
  watcher = { socket, format };
  socket.on('close', () => {
    if (watcher?.socket === socket) watcher = undefined;
  });
}

/** Everybody renews, so many times over, as fast as the reader takes it. */
async function burst(rounds: number): Promise<Sent> {
  // A client that heard nothing for a while watches anew: for a moment nobody is there.
  for (let waited = 0; watcher === undefined && waited < 200; waited++) await sleep(50);
  const { socket, format } = reader();
  const { bytes, count, begin, stamp } = frames[format];
  const started = performance.now();
  for (let round = 0; round < rounds; round++) {
    for (let index = 0; index < count; ) {
      const from = begin(index);
      const renewTime = stampable(Date.now() * 1000);
      for (; index < count && begin(index) - from < blockBytes; index++) stamp(index, ++revision, renewTime);
      await write(socket, Buffer.from(bytes.subarray(from, begin(index))));
    }
  }
  await untilTaken(socket);
  return { events: rounds * count, ms: performance.now() - started, format };
}

/** So many events a second, each in a write of its own, for so long. */
async function steady(perSecond: number, ms: number): Promise<Sent> {
  const { socket, format } = reader();
  const { bytes, count, begin, stamp } = frames[format];
  const started = performance.now();
  let events = 0;
  for (let spent = 0; spent < ms; spent = performance.now() - started) {
    for (const due = (spent * perSecond) / 1000; events < due; events++) {
      const index = events % count;
      stamp(index, ++revision, stampable(Date.now() * 1000));
      socket.write(Buffer.from(bytes.subarray(begin(index), begin(index + 1))));
    }
    await sleep(1);
  }
  await untilTaken(socket);
  return { events, ms: performance.now() - started, format };
}

/** Nearly this time, with nanoseconds that need five bytes as those of the others do. */
function stampable(micros: number): number {
  const part = micros % 1e6;
  return part < 300_000 ? micros - part + 300_000 + Math.floor(part / 1000) : micros;
}

function reader() {
  if (watcher === undefined) throw new Error('bench: nobody watches');
  return watcher;
}

function write(socket: Socket, bytes: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.write(bytes, (error) => (error == null ? resolve() : reject(error)));
  });
}

function tell(message: FromServer): void {
  process.send?.(message);
}

process.on('message', (asked: ToServer) => {
  const sending = asked.kind === 'burst' ? burst(asked.rounds) : steady(asked.perSecond, asked.ms);
  void sending.then((sent) => tell({ kind: 'sent', sent }));
});
process.on('disconnect', () => process.exit());

const { identity } = start;
const server = identity === undefined ? createPlain(serve) : createSecure({ ...identity }, serve);
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  if (address !== null && typeof address !== 'string') tell({ kind: 'port', port: address.port });
});
