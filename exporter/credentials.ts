import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createSecureContext } from 'node:tls';

/** How a receiver, or a server that is probed or read, is convinced that it is us. What is in files is read again while we run. */
export interface CredentialSources {
  readonly headers: Readonly<Record<string, string>>;
  /** Headers whose values are in files, by their names. */
  readonly headerFiles?: Readonly<Record<string, string>>;
  /** Sent as a bearer token. */
  readonly tokenFile?: string | undefined;
  readonly basicAuth?: { readonly username: string; readonly passwordFile: string } | undefined;
  /** Authorities to trust instead of the usual ones. */
  readonly caFile?: string | undefined;
  /** The certificate that we show, and its key; both, or neither. */
  readonly certFile?: string | undefined;
  readonly keyFile?: string | undefined;
}

export interface Credentials {
  /** With names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** PEM. */
  readonly tls: {
    readonly ca?: string | undefined;
    readonly cert?: string | undefined;
    readonly key?: string | undefined;
  };
  /** What must not appear in a log, whoever says it. */
  readonly secrets: readonly string[];
}

export type ReadCredentials =
  | { readonly kind: 'read'; readonly credentials: Credentials }
  /** Names the file. */
  | { readonly kind: 'failed'; readonly why: string };

export async function readCredentials(sources: CredentialSources): Promise<ReadCredentials> {
  const texts = new Map<string, string>();
  for (const file of filesOf(sources)) {
    try {
      texts.set(file, await readFile(file, 'utf8'));
    } catch (error) {
      return failed(`${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  return parseCredentials(sources, texts);
}

function filesOf(sources: CredentialSources): readonly string[] {
  const { headerFiles, tokenFile, basicAuth, caFile, certFile, keyFile } = sources;
  const files = [tokenFile, basicAuth?.passwordFile, caFile, certFile, keyFile];
  return [...Object.values(headerFiles ?? {}), ...files].filter((file) => file !== undefined);
}

/** `texts` holds what is in each file, by its name. */
export function parseCredentials(
  sources: CredentialSources,
  texts: ReadonlyMap<string, string>,
): ReadCredentials {
  const { headerFiles, tokenFile, basicAuth } = sources;
  const secrets: string[] = [];
  const headers = lowerCased(sources.headers);
  const secret = (file: string): string | undefined => {
    const value = headerValue(texts.get(file) ?? '');
    if (value !== undefined) secrets.push(value);
    return value;
  };
  for (const [name, file] of Object.entries(headerFiles ?? {})) {
    const value = secret(file);
    if (value === undefined) return notOneLine(file);
    headers[name.toLowerCase()] = value;
  }
  if (tokenFile !== undefined) {
    const token = secret(tokenFile);
    if (token === undefined) return notOneLine(tokenFile);
    headers.authorization = `Bearer ${token}`;
  }
  if (basicAuth !== undefined) {
    const password = secret(basicAuth.passwordFile);
    if (password === undefined) return notOneLine(basicAuth.passwordFile);
    headers.authorization = basic(basicAuth.username, password);
  }
  secrets.push(...secretsIn(headers));
  return withTls(sources, texts, { headers, tls: {}, secrets });
}

function withTls(
  { caFile, certFile, keyFile }: CredentialSources,
  texts: ReadonlyMap<string, string>,
  credentials: Credentials,
): ReadCredentials {
  const ca = caFile === undefined ? undefined : texts.get(caFile);
  const cert = certFile === undefined ? undefined : texts.get(certFile);
  const key = keyFile === undefined ? undefined : texts.get(keyFile);
  for (const [file, text] of [
    [caFile, ca],
    [certFile, cert],
  ]) {
    const wrong = text === undefined ? undefined : whyNoCertificates(text);
    if (wrong !== undefined) return failed(`${file} ${wrong}`);
  }
  if (key !== undefined && encryptedForm.test(key)) {
    return failed(`${keyFile} is encrypted, and there is nobody to type a password`);
  }
  try {
    createSecureContext({ cert, key });
  } catch (error) {
    // OpenSSL's words name neither the file nor anything that is in it.
    const why = error instanceof Error ? error.message : String(error);
    return failed(`${certFile} and ${keyFile} are not a certificate and its key: ${why}`);
  }
  return { kind: 'read', credentials: { ...credentials, tls: { ca, cert, key } } };
}

export const encryptedForm = /^(-----BEGIN ENCRYPTED PRIVATE KEY|Proc-Type:.*ENCRYPTED)/m;
const certificateForm = /-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g;

/** Node takes a text without any certificate for an empty list of authorities, and says nothing. */
export function whyNoCertificates(pem: string): string | undefined {
  const certificates = pem.match(certificateForm);
  if (certificates === null) return 'holds no certificate in PEM form';
  for (const [index, certificate] of certificates.entries()) {
    try {
      new X509Certificate(certificate);
    } catch {
      return `is damaged: certificate ${index + 1} of it cannot be read`;
    }
  }
  return undefined;
}

/** A header's value from the text of a file, without the line end that editors add. */
function headerValue(text: string): string | undefined {
  const value = text.trim();
  return /^[\t\x20-\x7e]+$/.test(value) ? value : undefined;
}

export function basic(username: string, password: string): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
}

export function lowerCased(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}

/** A header without a known meaning may be a key; names of tenants are no secret. */
export function secretsIn(headers: Readonly<Record<string, string>>): string[] {
  return Object.entries(headers)
    .filter(([name]) => name !== 'x-scope-orgid')
    .flatMap(([, value]) => [value, value.replace(/^(Bearer|Basic) +/i, '')]);
}

const shortestInUrl = 8;

/** What an address holds of passwords: user and password, and what some servers take as a parameter. */
export function secretsInUrl(address: string): string[] {
  const { search, username, password } = new URL(address);
  const parameters = search
    .slice(1)
    .split('&')
    .map((pair) => pair.slice(pair.indexOf('=') + 1));
  const long = parameters.filter((value) => value.length >= shortestInUrl);
  const user = decoded(username);
  const login = password === '' ? [] : [basic(user, decoded(password)).slice('Basic '.length)];
  return [...[...long, password].flatMap((value) => [value, decoded(value)]), ...login];
}

function decoded(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}

const shortestSecret = 4;

/** `text` with every secret in it made unreadable. A receiver may repeat what it was sent. */
export function withoutSecrets(text: string, secrets: readonly string[]): string {
  return secrets
    .filter((secret) => secret.length >= shortestSecret)
    .toSorted((a, b) => b.length - a.length)
    .reduce((hidden, secret) => hidden.replaceAll(secret, '(hidden)'), text);
}

function notOneLine(file: string): ReadCredentials {
  return failed(`${file} must hold one line of printable ASCII characters`);
}

function failed(why: string): ReadCredentials {
  return { kind: 'failed', why };
}
