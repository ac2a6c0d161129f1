import { register } from 'prom-client';
import { type AnyRegistry, type Initiator, metersIn, type PortMeter } from './meter.ts';
import { sizeOf } from './size.ts';

/** What is used of a server of `socket.io`. */
export interface SocketIoServer {
  readonly engine: SocketIoEngine;
}

export interface SocketIoEngine {
  on(event: 'connection', listener: (session: Session) => void): unknown;
  on(event: 'connection_error', listener: (told: ConnectionError) => void): unknown;
}

/** What is used of a session of `engine.io`, the layer below that has the connections. */
interface Session {
  readonly request: { readonly socket?: { readonly localPort?: number | undefined } } | null;
  readonly transport: { readonly name: string };
  on(event: 'packet' | 'packetCreate', listener: (packet: Packet) => void): unknown;
  once(event: 'upgrade', listener: () => void): unknown;
  once(event: 'close', listener: (reason: string) => void): unknown;
}

interface Packet {
  readonly type: string;
  readonly data?: unknown;
}

interface ConnectionError {
  readonly code: number;
  readonly req?: { readonly socket?: { readonly localPort?: number | undefined } };
}

/** Socket.IO has reasons in place of close codes; what is not among these is told as `other`. */
const reasons: Readonly<Record<string, readonly [code: string, initiator: Initiator]>> = {
  'ping timeout': ['ping_timeout', 'server'],
  'transport close': ['transport_close', 'client'],
  'transport error': ['transport_error', 'client'],
  'forced close': ['forced_close', 'server'],
  'parse error': ['parse_error', 'server'],
};

/** engine.io: "Session ID unknown". The session is on another server: the load balancer does not stick. */
const unknownSession = 1;

/**
 * Counts what a server of Socket.IO does, in a registry of prom-client: sessions by their present transport, and
 * the messages of its protocol. The server must have been attached to its HTTP server; sessions that are open
 * already are not counted.
 */
export function instrumentSocketIo(server: SocketIoServer, registry: AnyRegistry = register): void {
  const meters = metersIn(registry);
  if (server.engine === undefined) {
    throw new Error('leasewatch/instrument: attach the Socket.IO server to its HTTP server before');
  }
  server.engine.on('connection', (session) => {
    const meter = meters.port(session.request?.socket?.localPort);
    meter.shookHands('accepted');
    watchSession(session, meter);
  });
  server.engine.on('connection_error', ({ code, req }) => {
    meters.port(req?.socket?.localPort).shookHands(code === unknownSession ? 'unknown_session' : 'refused');
  });
}

function watchSession(session: Session, meter: PortMeter): void {
  let transport = session.transport.name;
  let pinged: number | undefined;
  meter.opened(transport);
  session.once('upgrade', () => {
    meter.opened(transport, -1);
    transport = session.transport.name;
    meter.opened(transport);
  });
  session.on('packet', ({ type, data }) => {
    if (type === 'message') {
      meter.received += 1;
      meter.receivedBytes += sizeOf(data);
    }
    if (type === 'pong' && pinged !== undefined) {
      meter.pong(performance.now() - pinged);
      pinged = undefined;
    }
  });
  session.on('packetCreate', ({ type, data }) => {
    if (type === 'message') {
      meter.sent += 1;
      meter.sentBytes += sizeOf(data);
    }
    if (type === 'ping') pinged = performance.now();
  });
  session.once('close', (reason) => {
    const [code, initiator] = reasons[reason] ?? ['other', 'client'];
    if (code === 'ping_timeout') meter.ghosts += 1;
    meter.closed(transport, code, initiator);
  });
}
