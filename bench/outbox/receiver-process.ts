/**
 * A receiver of log lines and spans in a process of its own, which does what its parent says: be up, be down
 * (a refused connection), or hang. It tells which of the numbered records came, and how many came again.
 */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';
import { recordsIn } from './record.ts';

export type Behaviour = 'up' | 'down' | 'hang';
export type ToReceiver = Behaviour | 'tally';
export type FromReceiver =
  | { readonly kind: 'port'; readonly port: number }
  | { readonly kind: 'is'; readonly behaviour: Behaviour }
  | { readonly kind: 'tally'; readonly tally: Tally };

/** Of numbered records. */
export interface Tally {
  readonly distinct: number;
  readonly again: number;
}

const seen = new Set<number>();
let again = 0;
let port = 0;
let behaviour: Behaviour = 'up';
const server = createServer((request, response) => void receive(request, response));

async function receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = await buffer(request).catch(() => undefined);
  if (body === undefined || behaviour === 'hang') return;
  count(request.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body);
  response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
}

function count(body: Buffer): void {
  for (const number of recordsIn(body.toString())) {
    if (seen.has(number)) again += 1;
    else seen.add(number);
  }
}

async function be(wanted: Behaviour): Promise<void> {
  behaviour = wanted;
  if (wanted === 'down' && server.listening) {
    server.close();
    server.closeAllConnections();
    await once(server, 'close');
  }
  if (wanted !== 'down' && !server.listening) await listen();
  tell({ kind: 'is', behaviour });
}

async function listen(): Promise<void> {
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address !== null && typeof address !== 'string') port = address.port;
}

function tell(news: FromReceiver): void {
  process.send?.(news);
}

process.on('message', (wanted: ToReceiver) => {
  if (wanted === 'tally') tell({ kind: 'tally', tally: { distinct: seen.size, again } });
  else void be(wanted);
});
// Ends with its parent, also when that was killed.
process.on('disconnect', () => process.exit());
await listen();
tell({ kind: 'port', port });
