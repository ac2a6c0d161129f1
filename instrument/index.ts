/**
 * `leasewatch/instrument`: what only the application knows of its WebSocket connections, as metrics of
 * prom-client. METRICS.md lists them.
 */
export { instrumentSocketIo, type SocketIoServer } from './socket-io.ts';
export { instrumentWs, type WsServer } from './ws.ts';
