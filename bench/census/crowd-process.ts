/** One process of the crowd: a server and its clients, on loopback. Says its port when all are accepted. */
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

const wanted = Number(process.argv[2]);
const atOnce = 200;

const accepted: Socket[] = [];
const clients: Socket[] = [];
const server = createServer((socket) => accepted.push(socket)).listen(0, '127.0.0.1', 1024);
await once(server, 'listening');
const address = server.address();
const port = address === null || typeof address === 'string' ? 0 : address.port;

while (clients.length < wanted) {
  const group = Array.from({ length: Math.min(atOnce, wanted - clients.length) }, () =>
    connect(port, '127.0.0.1'),
  );
  clients.push(...group);
  await Promise.all(group.map((socket) => once(socket, 'connect')));
}
while (accepted.length < wanted) await once(server, 'connection');
process.send?.(port);
// Ends with its parent, also when that was killed.
process.on('disconnect', () => process.exit());
