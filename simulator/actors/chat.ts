import { type EventEmitter, once } from 'node:events';
import { WebSocket, WebSocketServer } from 'ws';
import { type Clock, systemClock } from '../../exporter/clock.ts';
import { pick } from '../random.ts';
import { repeat } from './loop.ts';

export interface ChatOptions {
  /** Uniform in [0, 1). */
  readonly random: () => number;
  /** How many clients there are, give or take those that come and go; 40 when left out. */
  readonly clients?: number;
  /** The server pings this often, in ms, and gives up on who did not answer; 5 s when left out. */
  readonly pingMs?: number;
  /** Between two looks at the population, in ms; 250 when left out. */
  readonly stepMs?: number;
}

/** What is true of the chat at this moment, to be held against a count of sockets. */
export interface ChatTruth {
  /** Connections that the server holds: those of vanished clients and closing ones are among them. */
  readonly open: number;
  /** Clients that stopped reading without a word and whose connection is still there. */
  readonly vanished: number;
  /** Clients that came since the start. */
  readonly came: number;
  /** Clients that said goodbye with a close frame. */
  readonly left: number;
  /** Clients that broke off without one. */
  readonly brokeOff: number;
  /** Connections that the server threw out, by `drop` or for want of an answer to a ping. */
  readonly thrownOut: number;
}

export interface Chat {
  readonly port: number;
  truth(): ChatTruth;
  /** The server goes away for a share (0 to 1) of its clients; says for how many. Others come in time. */
  drop(share: number): number;
  /** Changes how many clients there shall be. */
  aim(clients: number): void;
  stop(): Promise<void>;
}

/** Starts a chat server on a free loopback port, and clients that come, talk, leave and vanish. */
export async function startChat(options: ChatOptions): Promise<Chat> {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('chat: server has no port');
  return new ChatRoom(server, address.port, options);
}

const goingAway = 1001;
const longestTextBytes = 120;
/** More than the buffers of both kernels take. */
const historyBytes = 16 * 2 ** 20;
/** Newcomers of one step: a crowd comes back in seconds, not at once. */
const comersPerStep = 3;

class ChatRoom implements Chat {
  readonly port: number;
  readonly #server: WebSocketServer;
  readonly #random: () => number;
  readonly #clock: Clock = systemClock();
  readonly #stop = new AbortController();
  readonly #running: Promise<unknown>;
  readonly #clients = new Set<WebSocket>();
  /** With the local port, by which the server's end of the connection is known. */
  readonly #vanished = new Map<WebSocket, number | undefined>();
  readonly #ports = new WeakMap<WebSocket, number | undefined>();
  /** Of the sockets of the server: which client each of them has. */
  readonly #clientPorts = new WeakMap<WebSocket, number | undefined>();
  readonly #answered = new WeakSet<WebSocket>();
  #target: number;
  #came = 0;
  #left = 0;
  #brokeOff = 0;
  #thrownOut = 0;

  constructor(server: WebSocketServer, port: number, options: ChatOptions) {
    this.#server = server;
    this.port = port;
    this.#random = options.random;
    this.#target = options.clients ?? 40;
    server.on('connection', (socket, request) => this.#welcome(socket, request.socket.remotePort));
    const every = (ms: number, step: () => void) =>
      repeat(
        this.#clock,
        this.#stop.signal,
        () => ms,
        async () => step(),
      );
    this.#running = Promise.all([
      every(options.stepMs ?? 250, () => this.#step()),
      every(options.pingMs ?? 5000, () => this.#pingAll()),
    ]);
  }

  truth(): ChatTruth {
    return {
      open: this.#server.clients.size,
      vanished: this.#vanished.size,
      came: this.#came,
      left: this.#left,
      brokeOff: this.#brokeOff,
      thrownOut: this.#thrownOut,
    };
  }

  drop(share: number): number {
    const sockets = [...this.#server.clients];
    const dropped = sockets.slice(0, Math.round(sockets.length * share));
    for (const socket of dropped) socket.close(goingAway, 'server going away');
    this.#thrownOut += dropped.length;
    return dropped.length;
  }

  aim(clients: number): void {
    this.#target = clients;
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#running;
    const sockets = [...this.#server.clients, ...this.#clients];
    const closed = [this.#server, ...sockets].map(whenClosed);
    for (const socket of sockets) socket.terminate();
    this.#server.close();
    await Promise.all(closed);
  }

  #welcome(socket: WebSocket, clientPort: number | undefined): void {
    this.#answered.add(socket);
    this.#clientPorts.set(socket, clientPort);
    socket.on('pong', () => this.#answered.add(socket));
    socket.on('message', (text) => this.#tellOthers(socket, String(text)));
    // A broken connection is what this server is here to see; `close` follows.
    socket.on('error', () => undefined);
    socket.on('close', () => this.#bury(clientPort));
  }

  /** A vanished client does not see that the server has given it up: its end is closed for it. */
  #bury(clientPort: number | undefined): void {
    for (const [client, port] of this.#vanished) if (port === clientPort) client.terminate();
  }

  #tellOthers(from: WebSocket, text: string): void {
    for (const socket of this.#server.clients) {
      if (socket !== from && socket.readyState === WebSocket.OPEN) socket.send(text);
    }
  }

  #pingAll(): void {
    for (const socket of this.#server.clients) {
      if (this.#answered.delete(socket)) socket.ping();
      else {
        // One that was dropped already is only waiting for its goodbye.
        if (socket.readyState === WebSocket.OPEN) this.#thrownOut++;
        socket.terminate();
      }
    }
  }

  #step(): void {
    const missing = this.#target - (this.#clients.size - this.#vanished.size);
    for (let comer = 0; comer < Math.min(missing, comersPerStep); comer++) this.#come();
    if (missing < 0) this.#leave();
    const chance = this.#random();
    if (chance < 0.5) this.#talk();
    else if (chance < 0.6) this.#leave();
    else if (chance < 0.63) this.#breakOff();
    else if (chance < 0.65) this.#vanish();
    else if (chance < 0.67) this.#stall();
  }

  #come(): void {
    const client = new WebSocket(`ws://127.0.0.1:${this.port}/`);
    this.#clients.add(client);
    this.#came++;
    client.on('error', () => undefined);
    client.on('upgrade', (response) => this.#ports.set(client, response.socket.localPort));
    client.on('close', () => {
      this.#clients.delete(client);
      this.#vanished.delete(client);
    });
  }

  #talk(): void {
    this.#someone()?.send('x'.repeat(Math.ceil(this.#random() * longestTextBytes)));
  }

  #leave(): void {
    const client = this.#someone();
    if (client === undefined) return;
    client.close(1000);
    this.#left++;
  }

  #breakOff(): void {
    const client = this.#someone();
    if (client === undefined) return;
    client.terminate();
    this.#brokeOff++;
  }

  /** Reads no more, and so answers no ping. */
  #vanish(): number | undefined {
    const client = this.#someone();
    if (client === undefined) return undefined;
    client.pause();
    const port = this.#ports.get(client);
    this.#vanished.set(client, port);
    return port;
  }

  /** Asks for the whole history, and reads nothing of it. */
  #stall(): void {
    const port = this.#vanish();
    for (const socket of this.#server.clients) {
      if (this.#clientPorts.get(socket) === port) socket.send(Buffer.alloc(historyBytes));
    }
  }

  #someone(): WebSocket | undefined {
    const awake = [...this.#clients].filter(
      (client) => client.readyState === WebSocket.OPEN && !this.#vanished.has(client),
    );
    return awake.length === 0 ? undefined : pick(this.#random, awake);
  }
}

/** Not by `once`, which rejects when a connection is broken off before it stood. */
function whenClosed(end: EventEmitter): Promise<void> {
  return new Promise((resolve) => end.on('close', () => resolve()));
}
