import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { TransportError } from '../../exporter/kube/transport.ts';
import type { ApiServer } from './api.ts';

export interface Listening {
  /** Such as `http://127.0.0.1:43211`. */
  readonly url: string;
  /** Ends every connection and the server. */
  close(): Promise<void>;
}

/** Serves the API over HTTP on the loopback interface; port 0 takes a free one. */
export async function listen(api: ApiServer, port = 0): Promise<Listening> {
  const server = createServer((request, response) => void serve(api, request, response));
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('simulator: the server has no port');
  return {
    url: `http://127.0.0.1:${address.port}`,
    async close() {
      server.close();
      server.closeAllConnections();
      if (server.listening) await once(server, 'close');
    },
  };
}

async function serve(api: ApiServer, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const gone = new AbortController();
  response.on('close', () => gone.abort());
  try {
    const body = await text(request);
    const { method = 'GET', url: path = '/' } = request;
    const answer = await api.handle({ method, path, headers: headersOf(request), body, signal: gone.signal });
    response.writeHead(answer.status, { ...answer.headers });
    response.flushHeaders();
    for await (const chunk of answer.body) response.write(chunk);
    response.end();
  } catch (error) {
    // Without an answer there is nothing to say: the client sees its connection break.
    response.destroy();
    if (!(error instanceof TransportError) && !gone.signal.aborted) throw error;
  }
}

function headersOf(request: IncomingMessage): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(request.headers)) {
    if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  return headers;
}
