import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Clock } from '../clock.ts';
import { openDoor, type Upgrade } from '../web/door.ts';
import type { DoorStats } from '../web/door-stats.ts';
import type { ListenAddress } from '../web/listening.ts';
import { type Body, textBody } from './body.ts';
import { createMetricsBodies, type Exposition } from './metrics-body.ts';
import { chooseEncoding, wantsOpenMetrics } from './negotiate.ts';
import { Readers } from './readers.ts';

export const apiNames = ['leases', 'rounds', 'nodes', 'connections', 'policies'] as const;
export type ApiName = (typeof apiNames)[number];

export interface ServerOptions {
  readonly listen: ListenAddress;
  readonly clock: Clock;
  readonly web?: WebOptions;
  readonly warn?: (message: string) => void;
  readonly info?: (message: string) => void;
  /** The exposition, in OpenMetrics or in the older text format. */
  readonly metrics: (openMetrics: boolean) => Promise<Exposition>;
  readonly ready: () => { readonly ready: boolean; readonly detail: string };
  /** What `/api/NAME` answers: a list under this name, and what stands beside it. */
  readonly api: { readonly [N in ApiName]: () => Readonly<Record<N, readonly unknown[]>> };
  /** Further pages by their paths. Whoever asks for one was let in before. */
  readonly pages?: Readonly<Record<string, Page>>;
  /** Paths that become WebSockets. Whoever asks was let in before, and so was the page that he is on. */
  readonly upgrades?: Readonly<Record<string, Upgrade>>;
}

/** Who is let in; without any of it, everybody is, over plain HTTP. */
export interface WebOptions {
  readonly configFile?: string | undefined;
  readonly origins?: readonly string[];
  readonly hosts?: readonly string[];
}

export type StartedServer =
  | { readonly kind: 'listening'; readonly url: string; stats(): DoorStats; close(): Promise<void> }
  | { readonly kind: 'failed'; readonly why: string };

/** Answers HTTP from memory. An expected failure to listen is returned with a reason for the user. */
export async function startServer(options: ServerOptions): Promise<StartedServer> {
  const { listen, clock, web = {}, warn = () => {}, info = () => {} } = options;
  const site: Site = { ...options, metrics: createMetricsBodies(options.metrics), readers: new Readers() };
  const door = await openDoor({
    ...{ listen, clock, warn, info },
    configFile: web.configFile,
    origins: web.origins ?? [],
    hosts: web.hosts ?? [],
    upgrades: new Map(Object.entries(options.upgrades ?? {})),
    answer(request, response, headers) {
      answer(site, request)
        .catch(broken)
        .then((reply) =>
          send(site, request, response, { ...reply, headers: { ...reply.headers, ...headers } }),
        )
        .catch(() => response.destroy());
    },
  });
  return door.kind === 'failed' ? door : { ...door, kind: 'listening' };
}

/** What the pages are made from. */
export interface Site extends Omit<ServerOptions, 'metrics'> {
  readonly metrics: (openMetrics: boolean) => Promise<Body>;
  readonly readers: Readers;
}

export interface Reply {
  readonly status: number;
  readonly type: string;
  readonly body: string | Body;
  readonly headers?: Readonly<Record<string, string>>;
}

async function answer(site: Site, request: IncomingMessage): Promise<Reply> {
  const path = (request.url ?? '/').replace(/\?.*$/s, '');
  const page = site.pages?.[path] ?? pages.get(path);
  if (page === undefined) return plain(404, `There is nothing at this address.\n\n${addresses}`);
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    return { ...plain(405, 'Only GET and HEAD are answered.\n'), headers: { allow: 'GET, HEAD' } };
  }
  return page(site, request);
}

export type Page = (site: Site, request: IncomingMessage) => Reply | Promise<Reply>;

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
    ...harmless,
    vary: 'accept, accept-encoding',
    ...(encoding === 'identity' ? {} : { 'content-encoding': encoding }),
    ...reply.headers,
  });
  readers.add(body, response);
  if (request.method === 'HEAD') response.end();
  else await pipeline(Readable.from(chunks), response);
}

/** What is served is data: a browser that is led to it shall neither run it nor show it within another page. */
const harmless = {
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'deny',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
};

const worthCompressing = 1024;

function header(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value.join(',') : value;
}
