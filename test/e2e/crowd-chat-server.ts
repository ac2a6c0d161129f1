/**
 * A real WebSocket server: `ws` or `socket.io`, with TLS where there are files for it, on PORT of all
 * addresses. A line on standard input is answered with how many WebSockets it holds, and how many came or
 * went; then the same of TCP connections.
 *
 *   crowd-chat-server.ts KIND PORT [CERT KEY]
 */
import { type EventEmitter, once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { createInterface } from 'node:readline';
import { Server as SocketIoServer } from 'socket.io';
import { WebSocketServer } from 'ws';

const [kind, port, cert, key] = process.argv.slice(2);
const http =
  cert === undefined || key === undefined
    ? createServer()
    : createTlsServer({ cert: readFileSync(cert), key: readFileSync(key) });

/** Holds it until it ends, and tells how many are held and how many came or went. */
function holder() {
  let held = 0;
  let changes = 0;
  return {
    hold(connection: EventEmitter, end: 'close' | 'disconnect'): void {
      held++;
      changes++;
      connection.on(end, () => {
        held--;
        changes++;
      });
    },
    told: () => `${held} ${changes}`,
  };
}

const [webSockets, connections] = [holder(), holder()];
// What a poll of Socket.IO leaves open is closed soon.
http.keepAliveTimeout = 200;
http.on('connection', (socket) => connections.hold(socket, 'close'));
if (kind === 'socket.io') {
  new SocketIoServer(http, { pingInterval: 3_600_000 }).on('connection', (socket) =>
    webSockets.hold(socket, 'disconnect'),
  );
} else {
  new WebSocketServer({ server: http }).on('connection', (socket) => webSockets.hold(socket, 'close'));
}
http.listen(Number(port), '::');
await once(http, 'listening');
console.log('listening');
for await (const _ of createInterface({ input: process.stdin })) {
  console.log(webSockets.told(), connections.told());
}
process.exit();
