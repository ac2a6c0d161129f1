import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';
import { pick } from '../../simulator/random.ts';
import { Ledger } from './ledger.ts';
import { type Pushed, readPush } from './records.ts';

const good = ['accept', 'accept', 'accept', 'accept then cut', 'accept, answer cut'] as const;
const bad = ['400', '400', '500', '503', 'cut', 'cut request'] as const;
/** Most lives end in one of these: rare, so that something else happens before. */
const long = ['429', '429 until', 'hang'] as const;
const behaviours = [...good, ...good, ...good, ...bad, ...long] as const;
type Behaviour = (typeof behaviours)[number];

/** A Loki and an OTLP receiver that writes down what it took, and misbehaves by chance until told to behave. */
export class LedgerReceiver {
  readonly ledger = new Ledger();
  behaves = false;
  readonly #random: () => number;
  readonly #server = createServer((request, response) => void this.#serve(request, response));

  constructor(random: () => number) {
    this.#random = random;
  }

  async start(): Promise<string> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('ledger: not listening');
    return `http://127.0.0.1:${address.port}`;
  }

  async stop(): Promise<void> {
    this.#server.close();
    this.#server.closeAllConnections();
    await once(this.#server, 'close');
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const behaviour = this.behaves ? 'accept' : pick(this.#random, behaviours);
    if (behaviour === 'cut request') return void request.once('data', () => request.socket.destroy());
    const body = await buffer(request).catch(() => undefined);
    // The sender was killed in the middle of its request.
    if (body === undefined) return;
    const path = request.url ?? '';
    this.#behave(behaviour, readPush(path, gunzipSync(body).toString()), response, request.socket);
  }

  #behave(behaviour: Behaviour, pushed: Pushed, response: ServerResponse, socket: Socket): void {
    switch (behaviour) {
      case 'accept':
        this.ledger.accept(pushed);
        response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
        return;
      case 'accept then cut':
        this.ledger.accept(pushed);
        socket.destroy();
        return;
      case 'accept, answer cut':
        this.ledger.accept(pushed);
        response.writeHead(200, { 'content-length': '100' });
        response.write('{', () => socket.destroy());
        return;
      case '400':
        return this.#refuse(400, pushed, response);
      case '500':
        // The protocol of spans forbids to send again after it.
        if (pushed.queue === 'traces') return this.#refuse(500, pushed, response);
        response.writeHead(500).end('trouble');
        return;
      case '503':
        response.writeHead(503).end('trouble');
        return;
      case '429':
        response.writeHead(429, { 'retry-after': '1' }).end('slow down');
        return;
      case '429 until':
        response
          .writeHead(429, { 'retry-after': new Date(Date.now() + 1_000).toUTCString() })
          .end('slow down');
        return;
      case 'cut':
      case 'cut request':
        socket.destroy();
        return;
      case 'hang':
        return;
    }
  }

  #refuse(status: number, pushed: Pushed, response: ServerResponse): void {
    this.ledger.refuse(pushed);
    response.writeHead(status).end('entry refused');
  }
}
