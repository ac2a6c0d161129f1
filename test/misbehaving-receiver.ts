import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';

export interface Received {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export type Behaviour = (response: ServerResponse, request: IncomingMessage) => void;

/** Answers with a status, and what else is told. */
export function answer(status: number, headers: Record<string, string> = {}, body = ''): Behaviour {
  return (response) => response.writeHead(status, headers).end(body);
}

export const hang: Behaviour = () => {};
export const cut: Behaviour = (_, request) => request.socket.destroy();
/** A good status whose body ends in the middle. */
export const cutInBody: Behaviour = (response, request) => {
  response.writeHead(200, { 'content-length': '100' });
  response.write('{', () => request.socket.destroy());
};

const bodies = new WeakMap<IncomingMessage, string>();

/** What a request that is being answered carried, unpacked. */
export function bodyOf(request: IncomingMessage): string {
  return bodies.get(request) ?? '';
}

/** An HTTP receiver that does one behaviour after another, and then accepts everything. */
export class MisbehavingReceiver {
  readonly received: Received[] = [];
  readonly #behaviours: Behaviour[];
  readonly #server = createServer((request, response) => void this.#serve(request, response));
  #watchers: (() => void)[] = [];

  private constructor(behaviours: readonly Behaviour[]) {
    this.#behaviours = [...behaviours];
  }

  static async start(...behaviours: readonly Behaviour[]): Promise<MisbehavingReceiver> {
    const receiver = new MisbehavingReceiver(behaviours);
    receiver.#server.listen(0, '127.0.0.1');
    await once(receiver.#server, 'listening');
    return receiver;
  }

  get url(): string {
    const address: AddressInfo | string | null = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('receiver: not listening');
    return `http://127.0.0.1:${address.port}`;
  }

  /** Resolves once `count` requests came in all. */
  async requests(count: number): Promise<readonly Received[]> {
    while (this.received.length < count) await new Promise<void>((resolve) => this.#watchers.push(resolve));
    return this.received;
  }

  async stop(): Promise<void> {
    this.#server.close();
    this.#server.closeAllConnections();
    await once(this.#server, 'close');
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const bytes = await buffer(request);
    const body = (request.headers['content-encoding'] === 'gzip' ? gunzipSync(bytes) : bytes).toString();
    bodies.set(request, body);
    this.received.push({ path: request.url ?? '', headers: request.headers, body });
    const behave = this.#behaviours.shift() ?? answer(200);
    behave(response, request);
    for (const watcher of this.#watchers.splice(0)) watcher();
  }
}
