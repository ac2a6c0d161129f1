import { once } from 'node:events';
import { createServer } from 'node:http';
import { Registry } from 'prom-client';
import { WebSocket, WebSocketServer } from 'ws';
import { instrumentWs } from '../../instrument/ws.ts';

export interface App {
  /** Its own metrics are there, too. */
  readonly url: string;
  close(): Promise<void>;
}

/** An application as its owner has made it: a server of ws that tells its own metrics, with clients that come and go. */
export async function startInstrumentedApp(): Promise<App> {
  const registry = new Registry();
  const http = createServer((_, response) => {
    registry.metrics().then(
      (text) => response.setHeader('content-type', registry.contentType).end(text),
      () => response.writeHead(500).end(),
    );
  });
  const server = new WebSocketServer({ server: http });
  instrumentWs(server, registry);
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  const address = http.address();
  if (address === null || typeof address === 'string') throw new Error('app: no port');
  const host = `127.0.0.1:${address.port}`;
  const visits = setInterval(() => visit(server, `ws://${host}/`), 1000);
  return {
    url: `http://${host}`,
    async close() {
      clearInterval(visits);
      for (const peer of server.clients) peer.terminate();
      http.closeAllConnections();
      await new Promise((resolve) => http.close(resolve));
    },
  };
}

/** Somebody new comes and talks; who came before is pinged, answered and sent away. */
function visit(server: WebSocketServer, url: string): void {
  for (const peer of server.clients) {
    peer.ping();
    peer.send('hello');
  }
  const [oldest] = server.clients;
  if (server.clients.size > 2) oldest?.close(1001);
  const client = new WebSocket(url);
  client.on('open', () => client.send('here I am'));
  client.on('error', () => client.terminate());
}
