import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { register } from 'prom-client';
import { closeCodeLabel } from './close-code.ts';
import { countSends, methodOf } from './count-sends.ts';
import { type AnyRegistry, type Initiator, metersIn, type PortMeter } from './meter.ts';
import { sizeOf } from './size.ts';

/** What is used of a server of `ws`. */
export interface WsServer {
  readonly clients?: Iterable<WsSocket> | undefined;
  readonly options: { readonly noServer?: boolean | undefined };
  address(): { readonly port: number } | string | null;
  handleUpgrade(
    request: IncomingMessage,
    socket: Duplex,
    head: Buffer,
    accept: (client: WsSocket, request: IncomingMessage) => void,
  ): void;
}

/** What is used of one of its connections. */
export interface WsSocket {
  readonly readyState: number;
  readonly bufferedAmount: number;
  on(event: 'message', listener: (data: unknown) => void): unknown;
  on(event: 'pong', listener: () => void): unknown;
  once(event: 'close', listener: (code: number) => void): unknown;
}

const open = 1;
const closed = 3;
/** What stands for a close frame without a code. */
const noCode = 1005;

/**
 * Counts what a server of the package `ws` does, in a registry of prom-client. It changes nothing of what the
 * server and its connections do, and costs well below a microsecond for each message, however long it is.
 * Connections that are open already are counted from now on.
 */
export function instrumentWs(server: WsServer, registry: AnyRegistry = register): void {
  const meters = metersIn(registry);
  for (const client of server.clients ?? []) watch(client, meters.port(portOf(server)));
  const handleUpgrade = server.handleUpgrade.bind(server);
  server.handleUpgrade = (request, socket, head, accept) => {
    const meter = meters.port(request.socket.localPort);
    const refused = () => meter.shookHands('refused');
    socket.once('close', refused);
    handleUpgrade(request, socket, head, (client, ...rest) => {
      socket.removeListener('close', refused);
      meter.shookHands('accepted');
      watch(client, meter);
      accept(client, ...rest);
    });
  };
}

function portOf(server: WsServer): number | undefined {
  // Without a server of its own, ws throws when it is asked.
  const address = server.options.noServer === true ? null : server.address();
  return address === null || typeof address === 'string' ? undefined : address.port;
}

/** Only listeners that take nothing away from the application: one for `error` would hide that nobody listens. */
function watch(client: WsSocket, meter: PortMeter): void {
  const life = new Life(meter);
  const buffered = () => client.bufferedAmount;
  meter.opened('websocket');
  meter.buffered ??= new Set();
  meter.buffered.add(buffered);
  client.on('message', (data) => {
    meter.received += 1;
    meter.receivedBytes += sizeOf(data);
  });
  client.on('pong', () => life.ponged());
  client.once('close', (code) => {
    meter.buffered?.delete(buffered);
    meter.closed('websocket', closeCodeLabel(life.goodbye ?? code), life.initiator);
  });
  countSends(client, (bytes) => {
    meter.sent += 1;
    meter.sentBytes += bytes;
  });
  wrap(client, 'ping', () => life.pinged());
  wrap(client, 'close', ([code]) => {
    // ws answers the close frame of a client by the same method.
    const answers = Reflect.get(client, '_closeFrameReceived') === true;
    if (client.readyState === open && !answers) life.saidGoodbye(typeof code === 'number' ? code : noCode);
  });
  wrap(client, 'terminate', () => {
    if (client.readyState === open) life.initiator = 'server';
    if (client.readyState !== closed) life.givenUp();
  });
}

/** Calls `before` with the arguments of a method of this one object. */
function wrap(client: WsSocket, name: string, before: (args: readonly unknown[]) => void): void {
  const method = methodOf(client, name);
  Reflect.set(client, name, (...args: unknown[]) => {
    before(args);
    return method(...args);
  });
}

/** What is remembered of one connection. */
class Life {
  initiator: Initiator = 'client';
  /** The code of our own close frame, where it came first: whether the client answers it is another question. */
  goodbye: number | undefined;
  /** When the oldest ping without an answer was sent. */
  #pinged: number | undefined;
  readonly #meter: PortMeter;

  constructor(meter: PortMeter) {
    this.#meter = meter;
  }

  saidGoodbye(code: number): void {
    this.initiator = 'server';
    this.goodbye = code;
  }

  pinged(): void {
    this.#pinged ??= performance.now();
  }

  ponged(): void {
    if (this.#pinged !== undefined) this.#meter.pong(performance.now() - this.#pinged);
    this.#pinged = undefined;
  }

  givenUp(): void {
    if (this.#pinged !== undefined) this.#meter.ghosts += 1;
    this.#pinged = undefined;
  }
}
