import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { Agent, type Dispatcher } from 'undici';
import type { Clock } from '../clock.ts';

export interface PostOptions {
  readonly clock: Clock;
  /** Of a whole request, from connecting to the end of the answer; 30 s unless told. */
  readonly timeoutMs?: number;
}

export type Answer =
  | {
      readonly kind: 'answered';
      readonly status: number;
      /** What `Retry-After` asked for, seconds or date, in milliseconds from now. */
      readonly afterMs: number | undefined;
      /** The start of the answer's body. */
      readonly text: string;
    }
  | { readonly kind: 'failed'; readonly why: string };

/** A connection pool to one receiver. */
export interface Poster {
  /** Posts the parts as one gzipped body. Network trouble is an answer, not an exception. */
  post(body: readonly Uint8Array[], signal: AbortSignal): Promise<Answer>;
  close(): Promise<void>;
}

const mostAnswerBytes = 64 * 1024;
const connectMs = 10_000;

const compress = promisify<Uint8Array, Buffer>(gzip);

/** Posts to `url`; user and password in it become basic authentication. */
export function openPoster(
  url: string,
  headers: Readonly<Record<string, string>>,
  options: PostOptions,
): Poster {
  const timeoutMs = options.timeoutMs ?? 30_000;
  const agent = new Agent({
    connect: { timeout: Math.min(connectMs, timeoutMs) },
    headersTimeout: timeoutMs,
    bodyTimeout: timeoutMs,
  });
  const target = new URL(url);
  const request = {
    origin: target.origin,
    path: target.pathname + target.search,
    method: 'POST',
    headers: {
      ...basicAuthentication(target),
      ...lowerCased(headers),
      'content-type': 'application/json',
      'content-encoding': 'gzip',
      'user-agent': 'leasewatch',
    },
  } as const;
  return {
    async post(parts, signal) {
      const body = await compress(Buffer.concat(parts));
      const ending = new AbortController();
      // The bounds of undici are per step; a receiver that drips must not hold a batch for ever.
      const cancel = options.clock.after(timeoutMs, () =>
        ending.abort(new Error(`no answer in ${timeoutMs} ms`)),
      );
      try {
        const bounded = AbortSignal.any([signal, ending.signal]);
        return await read(await agent.request({ ...request, body, signal: bounded }), options.clock);
      } catch (error) {
        return { kind: 'failed', why: reason(error) };
      } finally {
        cancel();
      }
    },
    close: () => agent.destroy(),
  };
}

async function read(response: Dispatcher.ResponseData, clock: Clock): Promise<Answer> {
  const header = response.headers['retry-after'];
  const afterMs = typeof header === 'string' ? retryAfterMs(header, clock.now().wall / 1000) : undefined;
  return { kind: 'answered', status: response.statusCode, afterMs, text: await startOf(response.body) };
}

/** A body cut short does not change what the status said. */
async function startOf(body: Dispatcher.ResponseData['body']): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of body) {
      if (!Buffer.isBuffer(chunk)) continue;
      chunks.push(chunk);
      size += chunk.byteLength;
      if (size >= mostAnswerBytes) break;
    }
  } catch {}
  return Buffer.concat(chunks).subarray(0, mostAnswerBytes).toString();
}

/** `Retry-After` in milliseconds from `nowMs` (Unix time); undefined when it cannot be understood. */
export function retryAfterMs(header: string, nowMs: number): number | undefined {
  const text = header.trim();
  if (/^\d+$/.test(text)) return Number(text) * 1000;
  const date = Date.parse(text);
  return Number.isNaN(date) ? undefined : Math.max(0, date - nowMs);
}

/** The receiver's words, fit for one log line. */
export function receiverSaid(answer: { readonly status: number; readonly text: string }): string {
  const words = answer.text.replace(/\p{Cc}+/gu, ' ').trim();
  const short = words.length > 500 ? `${words.slice(0, 500)}…` : words;
  return short === '' ? `status ${answer.status}` : `status ${answer.status}: ${short}`;
}

function basicAuthentication(url: URL): Record<string, string> {
  if (url.username === '' && url.password === '') return {};
  const pair = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`;
  return { authorization: `Basic ${Buffer.from(pair).toString('base64')}` };
}

function lowerCased(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}

function reason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // A refused connection to a name with several addresses comes as an error without words.
  if (error instanceof AggregateError && error.message === '') return error.errors.map(reason).join('; ');
  return error.message;
}
