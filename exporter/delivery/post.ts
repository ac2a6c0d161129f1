import { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { Dispatcher } from 'undici';
import type { Clock } from '../clock.ts';
import {
  basic,
  type CredentialSources,
  type Credentials,
  secretsInUrl,
  withoutSecrets,
} from '../credentials.ts';
import { Access, type ProxySettings } from './access.ts';
import { type Budget, unlimited } from './budget.ts';
import { headBytes, metered } from './metered.ts';

export interface PostOptions {
  readonly clock: Clock;
  /** Of a whole request, from connecting to the end of the answer; 30 s unless told. */
  readonly timeoutMs?: number;
  readonly proxy?: ProxySettings | undefined;
  /** What may be sent, of heads and bodies together; without one, everything. */
  readonly budget?: Budget | undefined;
  /** Told how many bytes of a request went, or may have gone, over the wire. */
  readonly onSent?: ((bytes: number) => void) | undefined;
  /** What an operator should read about files that were good before. */
  readonly warn?: (message: string) => void;
}

export type Answer =
  | {
      readonly kind: 'answered';
      readonly status: number;
      /** What `Retry-After` asked for, seconds or date, in milliseconds from now. */
      readonly afterMs: number | undefined;
      /** The start of the answer's body, without our own secrets. */
      readonly text: string;
    }
  | { readonly kind: 'failed'; readonly why: string };

/** A connection pool to one receiver. */
export interface Poster {
  /**
   * Posts the parts as one gzipped body, once the budget allows it; a higher rank goes first. Network trouble
   * is an answer, not an exception.
   */
  post(body: readonly Uint8Array[], rank: number, signal: AbortSignal): Promise<Answer>;
  /** Resolves when the files of the credentials hold something new, or at `stop`. */
  renewed(stop: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

const mostAnswerBytes = 64 * 1024;
const connectMs = 10_000;

const compress = promisify<Uint8Array, Buffer>(gzip);

export type OpenPoster = typeof openPoster;

/** Posts to `url`; user and password in it become basic authentication. */
export function openPoster(url: string, sources: CredentialSources, options: PostOptions): Poster {
  const { clock, timeoutMs = 30_000 } = options;
  const target = new URL(url);
  const { http = '', https = '' } = options.proxy ?? {};
  const inAddresses = [url, http, https].filter((address) => address !== '').flatMap(secretsInUrl);
  const headers = { ...basicAuthentication(target), ...sources.headers };
  const access = new Access(
    { ...sources, headers },
    { ...options, connectMs: Math.min(connectMs, timeoutMs), answerMs: timeoutMs },
  );
  return {
    async post(parts, rank, signal) {
      const admitted = await access.admission();
      if (admitted.kind === 'failed') return admitted;
      const { credentials, dispatcher } = admitted.admission;
      const secrets = [...credentials.secrets, ...inAddresses];
      const body = await compress(Buffer.concat(parts));
      const request = requestOf(target, credentials, body);
      const fare = metered(
        body,
        headBytes(target, request.headers),
        options.budget ?? unlimited,
        rank,
        signal,
      );
      if (!(await fare.begin())) return { kind: 'failed', why: 'stopped' };
      const deadline = new Deadline(clock, timeoutMs);
      try {
        const content = fare.single ?? inPieces(fare.rest(() => deadline.extend()));
        const bounded = AbortSignal.any([signal, deadline.signal]);
        const answer = await read(
          await unlessEnded(dispatcher.request({ ...request, body: content, signal: bounded }), bounded),
          clock,
        );
        return { ...answer, text: withoutSecrets(answer.text, secrets) };
      } catch (error) {
        return { kind: 'failed', why: withoutSecrets(reason(error), secrets) };
      } finally {
        deadline.end();
        fare.end();
        options.onSent?.(fare.bytes);
      }
    },
    renewed: (stop) => access.renewed(stop),
    close: () => access.close(),
  };
}

/** While it connects, undici looks at no signal. */
function unlessEnded<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const ended = () => reject(signal.reason);
    if (signal.aborted) ended();
    signal.addEventListener('abort', ended, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', ended));
  });
}

/** Not read ahead: a piece is asked for when its turn has come. */
function inPieces(pieces: AsyncIterable<Uint8Array>): Readable {
  return Readable.from(pieces, { objectMode: false, highWaterMark: 1 });
}

function requestOf(target: URL, { headers }: Credentials, body: Uint8Array) {
  return {
    origin: target.origin,
    path: target.pathname + target.search,
    method: 'POST',
    headers: {
      ...headers,
      'content-type': 'application/json',
      'content-encoding': 'gzip',
      'content-length': String(body.byteLength),
      'user-agent': 'leasewatch',
    },
  } as const;
}

/** The bounds of undici are per step; a receiver that drips must not hold a batch for ever. */
class Deadline {
  readonly #clock: Clock;
  readonly #ms: number;
  readonly #over = new AbortController();
  #cancel: () => void;

  constructor(clock: Clock, ms: number) {
    this.#clock = clock;
    this.#ms = ms;
    this.#cancel = this.#arm();
  }

  get signal(): AbortSignal {
    return this.#over.signal;
  }

  /** Begins anew: the wait for bandwidth is not the fault of the receiver. */
  extend(): void {
    this.#cancel();
    this.#cancel = this.#arm();
  }

  end(): void {
    this.#cancel();
  }

  #arm(): () => void {
    return this.#clock.after(this.#ms, () => this.#over.abort(new Error(`no answer in ${this.#ms} ms`)));
  }
}

async function read(response: Dispatcher.ResponseData, clock: Clock) {
  const header = response.headers['retry-after'];
  const afterMs = typeof header === 'string' ? retryAfterMs(header, clock.now().wall / 1000) : undefined;
  const text = await startOf(response.body);
  return { kind: 'answered', status: response.statusCode, afterMs, text } as const;
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
  // Date.parse would make a year of any number.
  const date = /^[A-Za-z]{3,9},? /.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(date) ? undefined : Math.max(0, date - nowMs);
}

/** The receiver's words, fit for one log line. */
export function receiverSaid(answer: { readonly status: number; readonly text: string }): string {
  const words = answer.text.replace(/\p{Cc}+/gu, ' ').trim();
  const short = words.length > 500 ? `${words.slice(0, 500)}…` : words;
  return short === '' ? `status ${answer.status}` : `status ${answer.status}: ${short}`;
}

function basicAuthentication({ username, password }: URL): Record<string, string> {
  if (username === '' && password === '') return {};
  return { authorization: basic(decodeURIComponent(username), decodeURIComponent(password)) };
}

function reason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // A refused connection to a name with several addresses comes as an error without words.
  if (error instanceof AggregateError && error.message === '') return error.errors.map(reason).join('; ');
  return error.message;
}
