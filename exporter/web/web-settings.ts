import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { createSecureContext, type SecureContextOptions } from 'node:tls';
import { encryptedForm, whyNoCertificates } from '../credentials.ts';
import { describePlaced } from './placed-yaml.ts';
import type { ClientAuth, Pem, ReadTls } from './server-tls.ts';
import { parseWebConfig, type RateLimit, type WebConfig } from './web-config.ts';

/** What is in force: the file and all that it names, read and found good. */
export interface WebSettings {
  readonly tls: TlsSettings | undefined;
  readonly headers: Readonly<Record<string, string>>;
  readonly rateLimit: RateLimit | undefined;
  /** bcrypt hashes by the names of users. */
  readonly users: ReadonlyMap<string, string>;
  /** SHA-256 of every bearer token that is taken. */
  readonly tokens: readonly Buffer[];
  readonly remarks: readonly string[];
}

export interface TlsSettings {
  readonly context: SecureContextOptions;
  readonly clientAuth: ClientAuth;
  readonly allowedSans: readonly string[] | undefined;
}

/** Without a file: plain HTTP for everybody. */
export const openSettings: WebSettings = {
  tls: undefined,
  headers: {},
  rateLimit: undefined,
  users: new Map(),
  tokens: [],
  remarks: [],
};

export type ReadWebSettings =
  /** `text` is the same as long as no file changed. */
  | { readonly kind: 'read'; readonly settings: WebSettings; readonly text: string }
  /** One line for each thing that is wrong; `text` as above. */
  | { readonly kind: 'failed'; readonly problems: readonly string[]; readonly text: string };

/** Reads a web configuration with its certificates, keys and tokens. Relative names start beside the file. */
export async function readWebSettings(file: string): Promise<ReadWebSettings> {
  const contents = new Map<string, string>();
  const wrong: string[] = [];
  await readInto(contents, wrong, file);
  const parsed = parseWebConfig(file, contents.get(file) ?? '');
  if (wrong.length > 0 || parsed.kind === 'invalid') {
    const problems = parsed.kind === 'invalid' ? parsed.problems.map(describePlaced) : [];
    return {
      kind: 'failed',
      problems: [...wrong, ...(wrong.length > 0 ? [] : problems)],
      text: digest(contents),
    };
  }
  const at = (name: string) => resolve(dirname(file), name);
  await Promise.all(filesOf(parsed.config).map((name) => readInto(contents, wrong, at(name))));
  const text = digest(contents);
  if (wrong.length > 0) return { kind: 'failed', problems: wrong, text };
  const made = makeSettings(parsed.config, (name) => ({ at: at(name), text: contents.get(at(name)) ?? '' }));
  return 'settings' in made ? { kind: 'read', ...made, text } : { kind: 'failed', ...made, text };
}

/** What is wrong with such a file, if there is one, a line for each. */
export async function webProblems(file: string | undefined): Promise<readonly string[]> {
  const read = file === undefined ? undefined : await readWebSettings(file);
  return read?.kind === 'failed' ? read.problems : [];
}

async function readInto(contents: Map<string, string>, wrong: string[], file: string): Promise<void> {
  try {
    contents.set(file, await readFile(file, 'utf8'));
  } catch (error) {
    wrong.push(`${file}: cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** The texts hold keys: to tell whether they changed, a hash does. */
function digest(contents: ReadonlyMap<string, string>): string {
  return createHash('sha256')
    .update(JSON.stringify([...contents].toSorted(([a], [b]) => (a < b ? -1 : 1))))
    .digest('hex');
}

function filesOf({ tls, tokenFile }: WebConfig): readonly string[] {
  const pems = [tls?.cert, tls?.key, tls?.clientCa].flatMap((pem) =>
    pem !== undefined && 'file' in pem ? [pem.file] : [],
  );
  return tokenFile === undefined ? pems : [...pems, tokenFile];
}

interface Content {
  readonly at: string;
  readonly text: string;
}

type Made = { readonly settings: WebSettings } | { readonly problems: readonly string[] };

function makeSettings(config: WebConfig, contentOf: (name: string) => Content): Made {
  const { tls, tokenFile, headers, rateLimit, users, remarks } = config;
  const tokens = tokenFile === undefined ? { tokens: [] } : tokensIn(contentOf(tokenFile));
  if ('problem' in tokens) return { problems: [tokens.problem] };
  const made = tls === undefined ? { tls: undefined } : makeTls(tls, contentOf);
  if ('problem' in made) return { problems: [made.problem] };
  return { settings: { tls: made.tls, headers, rateLimit, users, tokens: tokens.tokens, remarks } };
}

const shortestToken = 16;

/** A token a line, so that an old and a new one can be good at the same time. */
function tokensIn({
  at,
  text,
}: Content): { readonly tokens: readonly Buffer[] } | { readonly problem: string } {
  const lines = text.split('\n').map((line) => line.trim());
  const tokens = lines.filter((line) => line !== '');
  const good = tokens.every((token) => token.length >= shortestToken && /^[\x21-\x7e]+$/.test(token));
  if (tokens.length > 0 && good) return { tokens: tokens.map(tokenHash) };
  return {
    problem: `${at}: bearer_token_file must hold one token a line, each of at least ${shortestToken} printable ASCII characters without spaces`,
  };
}

export function tokenHash(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}

function makeTls(
  tls: ReadTls,
  contentOf: (name: string) => Content,
): { readonly tls: TlsSettings } | { readonly problem: string } {
  const content = (key: string, pem: Pem): Content =>
    'file' in pem ? contentOf(pem.file) : { at: `tls_server_config.${key}`, text: pem.text };
  const [cert, key] = [content('cert', tls.cert), content('key', tls.key)];
  const ca = tls.clientCa === undefined ? undefined : content('client_ca', tls.clientCa);
  const problem = pemProblem(cert, key, ca);
  if (problem !== undefined) return { problem };
  const context: SecureContextOptions = {
    ...{ cert: cert.text, key: key.text, minVersion: tls.minVersion, maxVersion: tls.maxVersion },
    honorCipherOrder: tls.serverPrefers,
    ...(ca === undefined ? {} : { ca: ca.text }),
    ...(tls.ciphers === undefined ? {} : { ciphers: tls.ciphers }),
    ...(tls.curves === undefined ? {} : { ecdhCurve: tls.curves }),
  };
  try {
    createSecureContext(context);
  } catch (error) {
    // OpenSSL's words name neither the file nor anything that is in it.
    const why = error instanceof Error ? error.message : String(error);
    return { problem: `${cert.at} and ${key.at} are not a certificate and its key: ${why}` };
  }
  return { tls: { context, clientAuth: tls.clientAuth, allowedSans: tls.allowedSans } };
}

function pemProblem(cert: Content, key: Content, ca: Content | undefined): string | undefined {
  for (const { at, text } of ca === undefined ? [cert] : [cert, ca]) {
    const wrong = whyNoCertificates(text);
    if (wrong !== undefined) return `${at}: ${wrong}`;
  }
  return encryptedForm.test(key.text)
    ? `${key.at}: is encrypted, and there is nobody to type a password`
    : undefined;
}
