import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type Body, textBody } from './body.ts';
import { createMetricsBodies, type Exposition } from './metrics-body.ts';
import { chooseEncoding, wantsOpenMetrics } from './negotiate.ts';
import { Readers } from './readers.ts';

export const apiNames = ['leases', 'rounds', 'nodes', 'connections', 'policies'] as const;
export type ApiName = (typeof apiNames)[number];

export interface ServerOptions {
  readonly listen: ListenAddress;
  /** The exposition, in OpenMetrics or in the older text format. */
  readonly metrics: (openMetrics: boolean) => Promise<Exposition>;
  readonly ready: () => { readonly ready: boolean; readonly detail: string };
  /** What `/api/NAME` answers: a list under this name, and what stands beside it. */
  readonly api: { readonly [N in ApiName]: () => Readonly<Record<N, readonly unknown[]>> };
}

/** Port 0 takes a free one. */
export interface ListenAddress {
  readonly host: string;
  readonly port: number;
}

export type StartedServer =
  | { readonly kind: 'listening'; readonly url: string; close(): Promise<void> }
  | { readonly kind: 'failed'; readonly why: string };

/** Answers HTTP from memory. An expected failure to listen is returned with a reason for the user. */
export function startServer(options: ServerOptions): Promise<StartedServer> {
  const site: Site = { ...options, metrics: createMetricsBodies(options.metrics), readers: new Readers() };
  const server = createServer(limits, (request, response) => {
    cutSlowReader(response);
    answer(site, request)
      .catch(broken)
      .then((reply) => send(site, request, response, reply))
      .catch(() => response.destroy());
  });
  server.maxConnections = maxConnections;
  return new Promise((resolve) => {
    server.once('error', (error) => resolve({ kind: 'failed', why: whyNotListening(error, options.listen) }));
    server.listen(options.listen.port, options.listen.host, () => {
      resolve({ kind: 'listening', url: urlOf(server, options.listen), close: () => closeServer(server) });
    });
  });
}

/** A client has this long to send its request, in milliseconds. */
const limits = { headersTimeout: 10_000, requestTimeout: 10_000, connectionsCheckingInterval: 2_000 };
/** A client has this long to read an answer: what it does not read, we keep in memory. */
const readingMs = 60_000;
const closingMs = 1_000;
const maxConnections = 512;

interface Site extends Omit<ServerOptions, 'metrics'> {
  readonly metrics: (openMetrics: boolean) => Promise<Body>;
  readonly readers: Readers;
}

interface Reply {
  readonly status: number;
  readonly type: string;
  readonly body: string | Body;
  readonly headers?: Readonly<Record<string, string>>;
}

async function answer(site: Site, request: IncomingMessage): Promise<Reply> {
  const path = (request.url ?? '/').replace(/\?.*$/s, '');
  const page = pages.get(path);
  if (page === undefined) return plain(404, `There is nothing at this address.\n\n${addresses}`);
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    return { ...plain(405, 'Only GET and HEAD are answered.\n'), headers: { allow: 'GET, HEAD' } };
  }
  return page(site, request);
}

type Page = (site: Site, request: IncomingMessage) => Reply | Promise<Reply>;

const pages: ReadonlyMap<string, Page> = new Map<string, Page>([
  ['/', () => ({ status: 200, type: 'text/html; charset=utf-8', body: index })],
  ['/metrics', metrics],
  ['/healthz', () => plain(200, 'ok\n')],
  ['/readyz', readiness],
  ...apiNames.map((name): [string, Page] => [`/api/${name}`, (site) => json(site.api[name]())]),
]);

const addresses = `${[...pages.keys()].join('\n')}\n`;

const index = `<!doctype html>
<html lang="en"><meta charset="utf-8"><title>leasewatch</title>
<h1>leasewatch</h1>
<ul>
${[...pages.keys()].map((path) => `<li><a href="${path}">${path}</a></li>`).join('\n')}
</ul></html>
`;

async function metrics(site: Site, request: IncomingMessage): Promise<Reply> {
  const openMetrics = wantsOpenMetrics(request.headers.accept);
  const type = openMetrics ? 'application/openmetrics-text; version=1.0.0' : 'text/plain; version=0.0.4';
  return { status: 200, type: `${type}; charset=utf-8`, body: await site.metrics(openMetrics) };
}

function readiness(site: Site): Reply {
  const { ready, detail } = site.ready();
  return plain(ready ? 200 : 503, `${ready ? 'ready' : 'not ready'}${detail === '' ? '' : `: ${detail}`}\n`);
}

function plain(status: number, body: string): Reply {
  return { status, type: 'text/plain; charset=utf-8', body };
}

function json(value: unknown): Reply {
  return { status: 200, type: 'application/json; charset=utf-8', body: `${JSON.stringify(value)}\n` };
}

function broken(error: unknown): Reply {
  return plain(500, `server: ${error instanceof Error ? error.message : String(error)}\n`);
}

async function send(
  { readers }: Site,
  request: IncomingMessage,
  response: ServerResponse,
  reply: Reply,
): Promise<void> {
  const body = typeof reply.body === 'string' ? textBody(reply.body) : reply.body;
  const wanted = header(request.headers['accept-encoding']);
  const encoding = body.length < worthCompressing ? 'identity' : chooseEncoding(wanted);
  const { length, chunks } = await body.encode(encoding);
  response.writeHead(reply.status, {
    'content-type': reply.type,
    'content-length': length,
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    vary: 'accept, accept-encoding',
    ...(encoding === 'identity' ? {} : { 'content-encoding': encoding }),
    ...reply.headers,
  });
  readers.add(body, response);
  if (request.method === 'HEAD') response.end();
  else await pipeline(Readable.from(chunks), response);
}

const worthCompressing = 1024;

function header(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value.join(',') : value;
}

function cutSlowReader(response: ServerResponse): void {
  const limit = setTimeout(() => response.destroy(), readingMs).unref();
  response.once('close', () => clearTimeout(limit));
}

function whyNotListening(error: Error, { host, port }: ListenAddress): string {
  const code = 'code' in error ? error.code : undefined;
  const at = `server: cannot listen on ${authority(host, port)}:`;
  if (code === 'EADDRINUSE') {
    return `${at} another program does. Stop it, or choose another port with --listen HOST:PORT (port 0 takes a free one)`;
  }
  if (code === 'EACCES') return `${at} not permitted. Choose a port from 1024 up with --listen HOST:PORT`;
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') {
    return `${at} ${host} is no address of this machine. Choose one with --listen HOST:PORT`;
  }
  return `${at} ${error.message}`;
}

/** An address that a browser on this machine can open. */
function urlOf(server: Server, listen: ListenAddress): string {
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : listen.port;
  const everywhere = listen.host === '0.0.0.0' || listen.host === '::' || listen.host === '';
  return `http://${authority(everywhere ? 'localhost' : listen.host, port)}`;
}

function authority(host: string, port: number): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

/** Answers that are under way get a moment to end. */
function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    const limit = setTimeout(() => server.closeAllConnections(), closingMs);
    server.close(() => {
      clearTimeout(limit);
      resolve();
    });
    server.closeIdleConnections();
  });
}
