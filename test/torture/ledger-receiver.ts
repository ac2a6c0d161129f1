import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';
import { pick } from '../../simulator/random.ts';

const behaviours = ['accept', 'accept', 'accept', 'accept', 'accept then cut', 'cut', 'hang'] as const;
const troubles = ['500', '429', '400', ...behaviours] as const;

/** A receiver that writes down every record that it took, and misbehaves by chance until told to behave. */
export class LedgerReceiver {
  /** Number of a record and its bytes, once it was accepted. */
  readonly accepted = new Map<number, string>();
  /** Records that were refused for good. */
  readonly refused = new Set<number>();
  duplicates = 0;
  /** The most records of one request that had been accepted before. */
  largestDuplicateRun = 0;
  /** Records that came again with other bytes. */
  changed = 0;
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
    const body = await buffer(request).catch(() => undefined);
    // The sender was killed in the middle of its request.
    if (body === undefined) return;
    this.#behave(gunzipSync(body).toString(), response, request.socket);
  }

  #behave(text: string, response: ServerResponse, socket: Socket): void {
    const trouble = this.behaves ? 'accept' : pick(this.#random, troubles);
    switch (trouble) {
      case 'accept':
        this.#accept(text);
        response.writeHead(204).end();
        return;
      case 'accept then cut':
        this.#accept(text);
        socket.destroy();
        return;
      case '400':
        for (const [number] of recordsIn(text)) this.refused.add(number);
        response.writeHead(400).end('entry refused');
        return;
      case '429':
        response.writeHead(429, { 'retry-after': '1' }).end('slow down');
        return;
      case '500':
        response.writeHead(500).end('trouble');
        return;
      case 'cut':
        socket.destroy();
        return;
      case 'hang':
        return;
    }
  }

  #accept(text: string): void {
    let again = 0;
    for (const [number, bytes] of recordsIn(text)) {
      const before = this.accepted.get(number);
      if (before !== undefined) again += 1;
      if (before !== undefined && before !== bytes) this.changed += 1;
      this.accepted.set(number, bytes);
    }
    this.duplicates += again;
    this.largestDuplicateRun = Math.max(this.largestDuplicateRun, again);
  }
}

function recordsIn(text: string): readonly (readonly [number, string])[] {
  return Array.from(text.matchAll(/\["\d+","record=(\d+);",\{\}\]/g), (match) => [
    Number(match[1]),
    match[0],
  ]);
}
