import { mkdtempSync, rmSync } from 'node:fs';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest, type RequestOptions } from 'node:https';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { hashSync } from 'bcryptjs';
import { systemClock } from '../clock.ts';
import { type DoorOptions, openDoor } from './door.ts';

export const hash = hashSync('open sesame', 4);
export const users = `basic_auth_users:\n  prometheus: ${hash}\n`;
export const basic = (user: string, password: string) =>
  `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;

export function folderOf(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'leasewatch-web-'));
  t.after(() => rmSync(folder, { recursive: true }));
  return folder;
}

export interface Made {
  readonly url: string;
  readonly said: string[];
  readonly stats: () => ReturnType<Extract<Awaited<ReturnType<typeof openDoor>>, { kind: 'open' }>['stats']>;
}

export async function open(t: TestContext, part: Partial<DoorOptions> = {}): Promise<Made> {
  const said: string[] = [];
  const opened = await openDoor({
    listen: { host: '127.0.0.1', port: 0 },
    clock: systemClock(),
    ...{ configFile: undefined, origins: [], hosts: [], upgrades: new Map() },
    warn: (message) => void said.push(message),
    info: (message) => void said.push(message),
    answer: (request, response, headers) => {
      response.writeHead(200, headers).end(`answer to ${request.url}\n`);
    },
    ...part,
  });
  if (opened.kind === 'failed') throw new Error(opened.why);
  t.after(() => opened.close());
  return { url: opened.url, said, stats: opened.stats };
}

export interface Answer {
  readonly status: number | undefined;
  readonly headers: IncomingMessage['headers'];
  readonly text: string;
}

/** One request on a connection of its own, unless an agent is given. */
export function get(
  url: string,
  headers: Record<string, string> = {},
  part: RequestOptions = {},
): Promise<Answer> {
  const request = url.startsWith('https:') ? httpsRequest : httpRequest;
  return new Promise((resolve, reject) => {
    const asked = request(url, { agent: false, headers, ...part }, (response) => {
      response.setEncoding('utf8');
      let text = '';
      response.on('data', (chunk) => {
        text += chunk;
      });
      response.on('end', () => resolve({ status: response.statusCode, headers: response.headers, text }));
    });
    asked.on('error', reject).end();
  });
}

export async function until(condition: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 20_000;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error('not within 20 s');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** What a client writes, and all that comes back until the connection ends. */
export async function raw(url: string, text: string): Promise<string> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  socket.on('error', () => undefined);
  socket.write(text);
  let answer = '';
  for await (const chunk of socket.setEncoding('utf8')) answer += chunk;
  return answer;
}
