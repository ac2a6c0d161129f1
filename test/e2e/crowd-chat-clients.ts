/**
 * Real clients of a WebSocket server. Commands come by standard input and are answered with one line, how
 * many connections stand and how many came since the start:
 *
 *   open URL COUNT          opens connections; `io+URL` is one of Socket.IO, which polls before it upgrades
 *   close COUNT             closes the oldest
 *   churn URL RATE SECONDS  opens and closes RATE connections a second
 */
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { io } from 'socket.io-client';
import { WebSocket } from 'ws';

interface Client {
  close(): Promise<void>;
}

const clients: Client[] = [];
let came = 0;

async function open(url: string): Promise<void> {
  clients.push(url.startsWith('io+') ? await openSocketIo(url.slice(3)) : await openPlain(url));
  came++;
}

async function openPlain(url: string): Promise<Client> {
  // The certificate is one of the test's own.
  const client = new WebSocket(url, { rejectUnauthorized: false });
  await once(client, 'open');
  return {
    async close() {
      client.close();
      await once(client, 'close');
    },
  };
}

async function openSocketIo(url: string): Promise<Client> {
  const client = io(url, { forceNew: true, reconnection: false, rejectUnauthorized: false });
  await new Promise<void>((resolve, reject) => {
    client.once('connect', resolve);
    client.once('connect_error', reject);
  });
  // It is connected while it polls: only then it tries the upgrade.
  const { engine } = client.io;
  if (engine.transport.name !== 'websocket') {
    await new Promise<void>((resolve) => engine.once('upgrade', () => resolve()));
  }
  return {
    async close() {
      client.close();
    },
  };
}

async function churn(url: string, rate: number, seconds: number): Promise<void> {
  const began = performance.now();
  const stepMs = 50;
  for (let step = 1; step * stepMs <= seconds * 1000; step++) {
    const count = Math.round((rate * stepMs) / 1000);
    await Promise.all(Array.from({ length: count }, () => open(url)));
    await Promise.all(clients.splice(-count).map((client) => client.close()));
    await sleep(Math.max(0, began + step * stepMs - performance.now()));
  }
}

console.log('listening');
for await (const line of createInterface({ input: process.stdin })) {
  const [command = '', ...words] = line.split(' ');
  const [first = '', second, third] = words;
  if (command === 'open') await Promise.all(Array.from({ length: Number(second) }, () => open(first)));
  else if (command === 'churn') await churn(first, Number(second), Number(third));
  else await Promise.all(clients.splice(0, Number(first)).map((client) => client.close()));
  console.log(clients.length, came);
}
process.exit();
