import { register } from 'prom-client';
import { countSends, type Sending } from './count-sends.ts';
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
  readonly transport: Transport;
  on(event: 'packet' | 'packetCreate', listener: (packet: Packet) => void): unknown;
  on(event: 'flush', listener: (packets: readonly Packet[]) => void): unknown;
  once(event: 'upgrade', listener: () => void): unknown;
  once(event: 'close', listener: (reason: string) => void): unknown;
}

interface Transport {
  readonly name: string;
  /** Of a WebSocket: the connection of `ws`. */
  readonly socket?: WebSocketOfTransport;
  readonly perMessageDeflate?: unknown;
}

interface WebSocketOfTransport extends Sending {
  on(event: 'message', listener: (data: unknown, isBinary: boolean) => void): unknown;
}

interface Packet {
  readonly type: string;
  readonly data?: unknown;
  readonly options?: { readonly wsPreEncodedFrame?: readonly unknown[] };
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
  watchTransport(session.transport, meter);
  session.once('upgrade', () => {
    meter.opened(transport, -1);
    transport = session.transport.name;
    meter.opened(transport);
    watchTransport(session.transport, meter);
  });
  session.on('packet', ({ type, data }) => {
    if (type === 'message') meter.received += 1;
    if (type === 'message' && session.transport.socket === undefined) meter.receivedBytes += sizeOf(data);
    if (type === 'pong' && pinged !== undefined) {
      meter.pong(performance.now() - pinged);
      pinged = undefined;
    }
  });
  session.on('packetCreate', ({ type }) => {
    if (type === 'ping') pinged = performance.now();
  });
  session.on('flush', (packets) => {
    for (const packet of packets) if (packet.type === 'message') countSent(packet, session.transport, meter);
  });
  session.once('close', (reason) => {
    const [code, initiator] = reasons[reason] ?? ['other', 'client'];
    if (code === 'ping_timeout') meter.ghosts += 1;
    meter.closed(transport, code, initiator);
  });
}

/** Bytes of the type that stands before a text, and its character for a message. */
const typeBytes = 1;
const messageType = '4';

/**
 * The bytes of messages over a WebSocket are taken from its frames, which know them: to count the bytes of a
 * text takes longer, the longer it is.
 */
function watchTransport({ socket }: Transport, meter: PortMeter): void {
  if (socket === undefined) return;
  socket.on('message', (data, isBinary) => {
    if (isBinary) meter.receivedBytes += sizeOf(data);
    else if (Buffer.isBuffer(data) && data[0] === messageType.charCodeAt(0))
      meter.receivedBytes += data.length - typeBytes;
  });
  countSends(socket, (bytes, data) => {
    if (typeof data !== 'string') meter.sentBytes += bytes;
    else if (data.startsWith(messageType)) meter.sentBytes += bytes - typeBytes;
  });
}

/** Its bytes are counted by `watchTransport`, unless it goes another way. */
function countSent(
  { data, options }: Packet,
  { socket, perMessageDeflate }: Transport,
  meter: PortMeter,
): void {
  meter.sent += 1;
  const frame = options?.wsPreEncodedFrame;
  if (socket === undefined) meter.sentBytes += sizeOf(data);
  // A broadcast is encoded once for all, and goes past `send`.
  else if (frame !== undefined && !perMessageDeflate) meter.sentBytes += sizeOf(frame[1]) - typeBytes;
}
