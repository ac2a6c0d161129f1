import { Agent, request } from 'undici';
import { type CredentialSources, type Credentials, readCredentials, withoutSecrets } from '../credentials.ts';
import { printable } from '../signals/safe-text.ts';
import type { AnswerName } from './answers.ts';
import type { Asked, Teller } from './teller.ts';

export interface HttpTellerOptions {
  /** Scheme, host and port, with a path prefix if there is one. */
  readonly url: URL;
  readonly credentials: CredentialSources;
  /** Of a whole request, in milliseconds. */
  readonly timeoutMs: number;
}

export type OpenedTeller =
  | { readonly kind: 'ok'; readonly teller: Teller }
  | { readonly kind: 'failed'; readonly why: string };

/** 50,000 leases fit, and nothing that has no end. */
const mostBytes = 256 * 1024 * 1024;

/** Asks a running leasewatch over HTTP. Fails where a file of the credentials cannot be used; sends nothing yet. */
export async function openHttpTeller(options: HttpTellerOptions): Promise<OpenedTeller> {
  const read = await readCredentials(options.credentials);
  if (read.kind === 'failed') return read;
  const { credentials } = read;
  const given = Object.entries(credentials.tls).filter(([, pem]) => pem !== undefined);
  const agent = new Agent({
    connect: { ...Object.fromEntries(given), timeout: options.timeoutMs },
    headersTimeout: options.timeoutMs,
    bodyTimeout: options.timeoutMs,
  });
  const teller: Teller = {
    ask: (name) => ask(name, options, credentials, agent),
    close: () => agent.destroy(),
  };
  return { kind: 'ok', teller };
}

async function ask(
  name: AnswerName,
  { url, timeoutMs }: HttpTellerOptions,
  { headers, secrets }: Credentials,
  dispatcher: Agent,
): Promise<Asked> {
  const base = url.href.replace(/\/+$/, '');
  const failed = (why: string): Asked => ({ kind: 'failed', why: withoutSecrets(why, secrets) });
  try {
    const signal = AbortSignal.timeout(timeoutMs);
    const asked = { dispatcher, signal, headers: { accept: 'application/json', ...headers } };
    const { statusCode, body } = await request(`${base}/api/${name}`, asked);
    const text = await textOf(body);
    return statusCode === 200
      ? { kind: 'ok', body: text }
      : failed(`${base} answers ${statusCode}${meaning(statusCode, text)}`);
  } catch (error) {
    return failed(`cannot reach leasewatch at ${base}: ${wordsOf(error)}`);
  }
}

function meaning(status: number, text: string): string {
  if (status === 401)
    return ': it wants credentials (--user and --password-file, --token-file or --cert-file)';
  if (status === 403) return ': these credentials may not read this';
  const [line = ''] = text.trim().split('\n');
  return line === '' ? '' : `: ${printable(line, 200)}`;
}

async function textOf(body: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.length;
    if (bytes > mostBytes) throw new Error(`its answer has more than ${mostBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** An attempt at several addresses of one name fails with one error for each, and no words of its own. */
function wordsOf(error: unknown): string {
  if (error instanceof AggregateError) return wordsOf(error.errors[0]);
  if (!(error instanceof Error)) return String(error);
  const code = 'code' in error ? error.code : undefined;
  if (code === 'ECONNREFUSED')
    return `${printable(error.message)} (--url names another one, --cluster asks the cluster itself)`;
  const words = printable(error.message.replace(/\s+/g, ' '), 300) || error.name;
  // Node's advice is for those who start Node.
  return words.includes('certificate') ? `${words.replace(/;.*/, '')} (--ca-file says whom to trust)` : words;
}
