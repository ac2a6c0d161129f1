import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { Dispatcher } from 'undici';
import type { Clock } from '../clock.ts';
import { Access, type Admission, type ProxySettings } from './access.ts';
import { basic, type CredentialSources, withoutSecrets } from './credentials.ts';

export interface PostOptions {
  readonly clock: Clock;
  /** Of a whole request, from connecting to the end of the answer; 30 s unless told. */
  readonly timeoutMs?: number;
  readonly proxy?: ProxySettings | undefined;
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
  /** Posts the parts as one gzipped body. Network trouble is an answer, not an exception. */
  post(body: readonly Uint8Array[], signal: AbortSignal): Promise<Answer>;
  /** Resolves when the files of the credentials hold something new, or at `stop`. */
  renewed(stop: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

const mostAnswerBytes = 64 * 1024;
const connectMs = 10_000;

const compress = promisify<Uint8Array, Buffer>(gzip);

/** Posts to `url`; user and password in it become basic authentication. */
export function openPoster(url: string, sources: CredentialSources, options: PostOptions): Poster {
  const { clock, timeoutMs = 30_000 } = options;
  const target = new URL(url);
  const headers = { ...basicAuthentication(target), ...sources.headers };
  const access = new Access(
    { ...sources, headers },
    { ...options, connectMs: Math.min(connectMs, timeoutMs), answerMs: timeoutMs },
  );
  return {
    async post(parts, signal) {
      const admitted = await access.admission();
      if (admitted.kind === 'failed') return admitted;
      const body = await compress(Buffer.concat(parts));
      const ending = new AbortController();
      // The bounds of undici are per step; a receiver that drips must not hold a batch for ever.
      const cancel = clock.after(timeoutMs, () => ending.abort(new Error(`no answer in ${timeoutMs} ms`)));
      try {
        return await ask(target, admitted.admission, body, AbortSignal.any([signal, ending.signal]), clock);
      } catch (error) {
        const { secrets } = admitted.admission.credentials;
        return { kind: 'failed', why: withoutSecrets(reason(error), secrets) };
      } finally {
        cancel();
      }
    },
    renewed: (stop) => access.renewed(stop),
    close: () => access.close(),
  };
}

async function ask(
  target: URL,
  { credentials, dispatcher }: Admission,
  body: Uint8Array,
  signal: AbortSignal,
  clock: Clock,
): Promise<Answer> {
  const response = await dispatcher.request({
    origin: target.origin,
    path: target.pathname + target.search,
    method: 'POST',
    headers: {
      ...credentials.headers,
      'content-type': 'application/json',
      'content-encoding': 'gzip',
      'user-agent': 'leasewatch',
    },
    body,
    signal,
  });
  const answer = await read(response, clock);
  return { ...answer, text: withoutSecrets(answer.text, credentials.secrets) };
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
  const date = Date.parse(text);
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
