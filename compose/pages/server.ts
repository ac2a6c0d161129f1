import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import { type Notice, pageOf, readNotice } from './page.ts';

const mostNotices = 200;
const mostBytes = 1024 * 1024;

/** Takes webhooks of Alertmanager at `/<receiver>`, shows them at `/`, and serves `runbooks` as they are. */
export function pagesServer(runbooks: string): Server {
  const notices: Notice[] = [];
  return createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://pages');
    if (request.method === 'POST') return void take(request, response, pathname.slice(1), notices);
    if (pathname === '/') return answer(response, 200, 'text/html', pageOf(notices));
    if (pathname === '/healthz') return answer(response, 200, 'text/plain', 'ok\n');
    const [, page] = /^\/runbooks\/([A-Za-z]+\.md)$/.exec(pathname) ?? [];
    const text = page === undefined ? undefined : readOrNothing(join(runbooks, page));
    if (text === undefined) return answer(response, 404, 'text/plain', 'There is no such page.\n');
    answer(response, 200, 'text/plain', text);
  });
}

async function take(
  request: IncomingMessage,
  response: ServerResponse,
  receiver: string,
  notices: Notice[],
): Promise<void> {
  const body = await bodyOf(request).catch(() => undefined);
  const notice = body === undefined ? undefined : readNotice(body, receiver, new Date().toISOString());
  if (notice === undefined)
    return answer(response, 400, 'text/plain', 'This is no notice of Alertmanager.\n');
  notices.unshift(notice);
  notices.splice(mostNotices);
  answer(response, 200, 'text/plain', 'shown\n');
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    const part = Buffer.from(chunk);
    bytes += part.length;
    if (bytes > mostBytes) throw new Error('pages: the notice is too long');
    chunks.push(part);
  }
  return Buffer.concat(chunks).toString();
}

function readOrNothing(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

function answer(response: ServerResponse, status: number, type: string, body: string): void {
  response.writeHead(status, { 'content-type': `${type}; charset=utf-8` }).end(body);
}
