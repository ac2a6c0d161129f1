import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Clock } from '../clock.ts';
import { Connections } from './connections.ts';
import type { DoorStats } from './door-stats.ts';
import { FarAhead } from './far-ahead.ts';
import { frontDoor } from './front-door.ts';
import { type Caller, Gatekeeper, openPaths, type Refusal } from './gatekeeper.ts';
import { InFlight } from './in-flight.ts';
import { type ListenAddress, listenOn, urlOf } from './listening.ts';
import { passwordThread } from './password-thread.ts';
import { Passwords } from './passwords.ts';
import { Ahead, cutSlowReader, Endings, tooLarge } from './request-limits.ts';
import { answerShortly, endWith, statusOfMalformed } from './short-answer.ts';
import { WebFile } from './web-file.ts';

/** Takes over a connection that may become a WebSocket: whoever asks was let in, and so was the page that he is on. */
export type Upgrade = (request: IncomingMessage, socket: Duplex, head: Buffer) => void;

export interface DoorOptions {
  readonly listen: ListenAddress;
  readonly clock: Clock;
  /** The file of --web.config.file; `undefined`: plain HTTP for everybody. */
  readonly configFile: string | undefined;
  /** Origins of pages, besides our own, that may open a WebSocket. */
  readonly origins: readonly string[];
  /** Names by which a browser may call us without a password, besides those that no stranger can register. */
  readonly hosts: readonly string[];
  readonly warn: (message: string) => void;
  readonly info: (message: string) => void;
  /** Answers those who were let in. `headers` belong to every answer. */
  readonly answer: (
    request: IncomingMessage,
    response: ServerResponse,
    headers: Readonly<Record<string, string>>,
  ) => void;
  /** By their paths. */
  readonly upgrades: ReadonlyMap<string, Upgrade>;
}

export type OpenedDoor =
  | { readonly kind: 'open'; readonly url: string; stats(): DoorStats; close(): Promise<void> }
  | { readonly kind: 'failed'; readonly why: string };

/** A client has this long to send its request, in milliseconds. */
const limits = { headersTimeout: 10_000, requestTimeout: 10_000, connectionsCheckingInterval: 2_000 };
/** Longer than the time between two scrapes, so that a scraper keeps its connection. */
const keepAliveTimeout = 125_000;
const closingMs = 1_000;
const mostConnections = 512;

/** Listens, and lets in whom the web configuration lets in. An expected failure is returned in words for the user. */
export async function openDoor(options: DoorOptions): Promise<OpenedDoor> {
  const { clock, warn, info } = options;
  const opened = await WebFile.open(options.configFile, { clock, warn, info });
  if (opened.kind === 'failed') return opened;
  const thread = passwordThread();
  const door = new Door(options, opened.web, new Passwords(thread.compare));
  const why = await listenOn(door.front, options.listen);
  if (why !== undefined) return { kind: 'failed', why };
  const scheme = (await opened.web.current()).tls === undefined ? 'http' : 'https';
  return {
    kind: 'open',
    url: urlOf(scheme, door.front, options.listen),
    stats: () => door.stats(),
    async close() {
      await door.close();
      await thread.close();
    },
  };
}

class Door {
  readonly front;
  readonly #options: DoorOptions;
  readonly #web: WebFile;
  readonly #keeper: Gatekeeper;
  readonly #http: Server;
  readonly #connections: Connections;
  readonly #inFlight = new InFlight();
  readonly #ahead = new Ahead();
  readonly #endings = new Endings();
  readonly #refused = {
    unauthorized: 0,
    busy: 0,
    rate_limit: 0,
    host: 0,
    origin: 0,
    malformed: 0,
    too_large: 0,
  };
  readonly #cut = { full: 0, handshake: 0, ahead: 0 };
  readonly #farAhead = new FarAhead(() => this.#cut.ahead++);

  constructor(options: DoorOptions, web: WebFile, passwords: Passwords) {
    const { clock, origins, hosts, upgrades } = options;
    const settings = () => web.current();
    this.#options = options;
    this.#web = web;
    this.#keeper = new Gatekeeper({ clock, passwords, settings, origins, hosts });
    this.#connections = new Connections({ most: mostConnections, onCut: () => this.#cut.full++ });
    this.#http = createServer({
      ...limits,
      keepAliveTimeout,
      shouldUpgradeCallback: (request) => upgrades.has(pathOf(request)),
    });
    this.#http.on('connection', (socket) => this.#farAhead.guard(socket));
    // Who asks whether to go on with a body gets the same answer: no body is taken.
    for (const event of ['request', 'checkContinue'] as const) {
      this.#http.on(event, (request, response) => {
        this.#receive(request, response).catch(() => response.destroy());
      });
    }
    this.#http.on('upgrade', (request, socket, head) => {
      this.#upgrade(request, socket, head).catch(() => socket.destroy());
    });
    this.#http.on('clientError', (error, socket) => this.#malformed(error, socket));
    // It gets its connections from the front, and this starts its watch over slow heads.
    this.#http.emit('listening');
    this.front = frontDoor({
      http: this.#http,
      connections: this.#connections,
      settings,
      onHandshakeFailed: () => this.#cut.handshake++,
    });
  }

  stats(): DoorStats {
    const { good } = this.#web.stats();
    return {
      connections: this.#connections.size,
      refused: { ...this.#refused },
      cut: { ...this.#cut },
      configGood: good,
    };
  }

  /** Answers that are under way get a moment to end. */
  close(): Promise<void> {
    return new Promise((resolve) => {
      const limit = setTimeout(() => this.#connections.closeAll(), closingMs);
      this.front.close(() => {
        clearTimeout(limit);
        this.#http.close(() => resolve());
      });
      this.#http.closeIdleConnections();
    });
  }

  async #receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    // What was sent ahead on a connection that has ended since.
    if (request.socket.destroyed) return;
    const atEnd = this.#endings.of(request.socket, response);
    atEnd(cutSlowReader(response));
    atEnd(this.#ahead.arrive(request.socket));
    if (this.#ahead.isTooFar(request.socket)) return this.#cutOff(request.socket);
    const large = tooLarge(request);
    if (large !== undefined) {
      this.#refused.too_large++;
      return answerShortly(response, large.status, large.body, { connection: 'close' });
    }
    const caller = callerOf(request, this.#connections.knows(request.socket));
    if (openPaths.has(caller.path)) return this.#answer(request, response);
    const admission = await this.#keeper.admit(caller);
    if (admission.kind === 'refused') return this.#refuse(response, admission);
    this.#connections.know(request.socket);
    if (!this.#inFlight.enter(caller.known)) return this.#refuse(response, tooManyAtOnce);
    atEnd(() => this.#inFlight.leave(caller.known));
    await this.#answer(request, response);
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { headers } = await this.#web.current();
    if (!response.destroyed) this.#options.answer(request, response, headers);
  }

  async #refuse(response: ServerResponse, { reason, status, body, headers }: Refusal): Promise<void> {
    this.#refused[reason]++;
    const configured = (await this.#web.current()).headers;
    answerShortly(response, status, body, { ...configured, ...headers });
  }

  #cutOff(socket: Duplex): void {
    this.#cut.ahead++;
    socket.destroy();
  }

  async #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    socket.on('error', () => socket.destroy());
    // At once: what is said over it is no HTTP from here on.
    this.#farAhead.unguard(request.socket);
    const caller = callerOf(request, this.#connections.knows(request.socket));
    const upgrade = this.#options.upgrades.get(caller.path);
    const admission = await this.#keeper.admitUpgrade(caller);
    if (admission.kind === 'refused') {
      this.#refused[admission.reason]++;
      return endWith(socket, admission.status, admission.body, admission.headers);
    }
    if (upgrade === undefined || socket.destroyed) return void socket.destroy();
    this.#connections.know(request.socket);
    upgrade(request, socket, head);
  }

  #malformed(error: Error, socket: Duplex): void {
    const code = 'code' in error ? error.code : undefined;
    if (code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
    this.#refused.malformed++;
    endWith(socket, statusOfMalformed(code), '', {});
  }
}

const tooManyAtOnce: Refusal = {
  ...{ kind: 'refused', reason: 'busy', status: 503, headers: { 'retry-after': '1' } },
  body: 'Too many requests at once.\n',
};

function pathOf({ url = '/' }: IncomingMessage): string {
  return url.replace(/\?.*$/s, '');
}

function callerOf(request: IncomingMessage, known: boolean): Caller {
  const { headers, socket } = request;
  const encrypted = 'encrypted' in socket;
  return { path: pathOf(request), headers, address: socket.remoteAddress ?? '', encrypted, known };
}
