import { Agent, type Dispatcher, request } from 'undici';
import { type KubeRequest, type KubeResponse, type KubeTransport, TransportError } from './transport.ts';

export interface UndiciOptions {
  /** Scheme, host and port of the API server, with a path prefix if it has one. */
  readonly server: string;
  /** Carries TLS settings or a proxy; a plain Agent when absent. Closed together with the transport. */
  readonly dispatcher?: Dispatcher;
  /** Headers of every request (authorization), asked for anew each time. */
  readonly headers: () => Promise<Readonly<Record<string, string>>>;
}

export interface ClosableTransport extends KubeTransport {
  close(): Promise<void>;
}

/** In milliseconds. Whoever asks has limits of his own; these only catch what they forgot. */
const headersMs = 60_000;
const bodyMs = 300_000;

/** What every connection to an API server shares: HTTP/2 would put all watches behind one half-open line. */
export const agentOptions = {
  allowH2: false,
  connect: { timeout: 10_000, keepAliveInitialDelay: 30_000 },
} as const;

/** A transport on real sockets, with one pool of connections. */
export function undiciTransport(options: UndiciOptions): ClosableTransport {
  const dispatcher = options.dispatcher ?? new Agent(agentOptions);
  const server = options.server.replace(/\/+$/, '');
  return {
    async request(asked) {
      try {
        const own = await options.headers();
        const answer = await request(`${server}${asked.path}`, dispatchOptions(asked, own, dispatcher));
        return toResponse(answer, server);
      } catch (error) {
        throw wrap(error, server);
      }
    },
    close: () => dispatcher.destroy(),
  };
}

function dispatchOptions(asked: KubeRequest, own: Readonly<Record<string, string>>, dispatcher: Dispatcher) {
  return {
    dispatcher,
    method: asked.method,
    headers: { ...own, ...asked.headers },
    body: asked.body ?? null,
    signal: asked.signal,
    headersTimeout: headersMs,
    bodyTimeout: asked.idleMs ?? bodyMs,
  };
}

function toResponse(answer: Dispatcher.ResponseData, server: string): KubeResponse {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(answer.headers)) {
    if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  return { status: answer.statusCode, headers, body: guarded(answer.body, server) };
}

async function* guarded(body: AsyncIterable<Uint8Array>, server: string): AsyncGenerator<Uint8Array> {
  try {
    yield* body;
  } catch (error) {
    throw wrap(error, server);
  }
}

function wrap(error: unknown, server: string): TransportError {
  if (error instanceof TransportError) return error;
  const shown = server.replace(/\/\/[^/@]*@/, '//(hidden)@');
  return new TransportError(`${shown}: ${explain(error)}`, error);
}

function explain(error: unknown): string {
  const code = errorCode(error);
  const words = code === undefined ? undefined : wordsOf(code);
  if (words !== undefined) return `${words} (${code})`;
  const message = error instanceof Error ? error.message : String(error);
  return message.replace(/\s+/g, ' ').trim().slice(0, 300) || (code ?? 'unknown error');
}

/** The code of an error or of what caused it, such as `ECONNREFUSED`. */
export function errorCode(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  if ('code' in error && typeof error.code === 'string') return error.code;
  return errorCode(error.cause);
}

/** True for what a renewed certificate or authority can cure. */
export function isTlsCode(code: string | undefined): boolean {
  return code !== undefined && /CERT|TLS|SSL|ISSUER|SIGNATURE/.test(code);
}

function wordsOf(code: string): string | undefined {
  return words.get(code) ?? (isTlsCode(code) ? 'TLS: the certificate is not accepted' : undefined);
}

const words: ReadonlyMap<string, string> = new Map([
  ['ECONNREFUSED', 'connection refused'],
  ['ECONNRESET', 'connection reset'],
  ['EPIPE', 'connection reset'],
  ['UND_ERR_SOCKET', 'connection closed by the other side'],
  ['ENOTFOUND', 'no such host'],
  ['EAI_AGAIN', 'name resolution failed'],
  ['EHOSTUNREACH', 'host unreachable'],
  ['ENETUNREACH', 'network unreachable'],
  ['ETIMEDOUT', 'connection timed out'],
  ['UND_ERR_CONNECT_TIMEOUT', 'connection timed out'],
  ['UND_ERR_HEADERS_TIMEOUT', 'no answer in time'],
  ['UND_ERR_BODY_TIMEOUT', 'silent for too long'],
  ['UND_ERR_ABORTED', 'aborted'],
  ['ABORT_ERR', 'aborted'],
  ['CERT_HAS_EXPIRED', 'TLS: the certificate has expired'],
  ['ERR_TLS_CERT_ALTNAME_INVALID', 'TLS: the certificate is for another name'],
]);
