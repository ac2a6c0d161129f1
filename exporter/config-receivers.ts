import { z } from 'zod';
import { headerProblems } from './config-probes.ts';
import type { ConfigProblem } from './config-problems.ts';
import * as value from './config-values.ts';
import { type Parsed, written } from './config-values.ts';

/** How a receiver of traces or logs is reached. Files are read again while leasewatch runs. */
export interface ReceiverConfig {
  readonly headers: Readonly<Record<string, string>>;
  readonly headerFiles: Readonly<Record<string, string>>;
  readonly tokenFile: string | undefined;
  readonly basicAuth: { readonly username: string; readonly passwordFile: string } | undefined;
  readonly caFile: string | undefined;
  readonly certFile: string | undefined;
  readonly keyFile: string | undefined;
  /** What its requests may take of the line; `undefined`: everything. */
  readonly bytesPerSecond: number | undefined;
}

/** Ways out of the network; empty: none. */
export interface ProxyConfig {
  readonly http: string;
  readonly https: string;
  readonly except: string;
}

/** What the sections `otlp` and `loki` have in common. */
export const receiverKeys = {
  headers: z.record(z.string(), value.headerValue).optional().describe('Sent with every request.'),
  headerFiles: z
    .record(z.string(), value.text)
    .optional()
    .describe('Headers whose values are in files, such as x-api-key: /etc/key; read again on change.'),
  tokenFile: value.text.optional().describe('A file with a bearer token; read again on change.'),
  basicAuth: z
    .strictObject({
      username: value.text.describe('Without a colon.'),
      passwordFile: value.text.describe('A file with the password; read again on change.'),
    })
    .optional(),
  caFile: value.text.optional().describe('Certificates to trust instead of the usual ones, as PEM.'),
  certFile: value.text.optional().describe('The certificate that leasewatch shows, as PEM.'),
  keyFile: value.text.optional().describe('The key of that certificate, as PEM.'),
  bytesPerSecond: value.byteRate
    .optional()
    .describe(
      'What its requests may take of the line over any 10 s, such as 16KiB; everything, if left out.',
    ),
};

/** As curl takes it: without a scheme it is http. */
const proxyAddress = written({ type: 'string' }, (input): Parsed<string> => {
  const address = typeof input === 'string' && !input.includes('://') ? `http://${input}` : input;
  const parsed = typeof address === 'string' ? URL.parse(address) : null;
  if (parsed !== null && /^https?:$/.test(parsed.protocol)) return { value: parsed.href };
  return { expected: 'an http:// or https:// address of a proxy' };
});

/** The section `proxy` of the file. */
export const proxySchema = z.strictObject({
  http: proxyAddress.optional().describe('For receivers with http://; HTTP_PROXY, if left out.'),
  https: proxyAddress.optional().describe('For receivers with https://; HTTPS_PROXY, if left out.'),
  except: value.text.optional().describe('Hosts that are reached without a proxy; NO_PROXY, if left out.'),
});

type Written = Partial<{ readonly [Key in keyof ReceiverConfig]: ReceiverConfig[Key] | undefined }>;

export function resolveReceiver(receiver: Written | undefined): ReceiverConfig {
  return {
    headers: receiver?.headers ?? {},
    headerFiles: receiver?.headerFiles ?? {},
    tokenFile: receiver?.tokenFile,
    basicAuth: receiver?.basicAuth,
    caFile: receiver?.caFile,
    certFile: receiver?.certFile,
    keyFile: receiver?.keyFile,
    bytesPerSecond: receiver?.bytesPerSecond,
  };
}

export function resolveProxy(proxy: z.output<typeof proxySchema> | undefined): ProxyConfig {
  return { http: proxy?.http ?? '', https: proxy?.https ?? '', except: proxy?.except ?? '' };
}

/** What single values cannot tell. `section` is `otlp` or `loki`. */
export function receiverProblems(
  section: string,
  url: string | undefined,
  receiver: ReceiverConfig,
): readonly ConfigProblem[] {
  const { tokenFile, basicAuth, caFile, certFile, keyFile } = receiver;
  const tell = (key: string, message: string) => ({ path: `${section}.${key}`, value: '', message });
  const ways = [
    ...(tokenFile === undefined ? [] : ['tokenFile']),
    ...(basicAuth === undefined ? [] : ['basicAuth']),
    ...(named(receiver.headerFiles, 'authorization') ? ['headerFiles'] : []),
  ];
  const tls = { caFile, certFile, keyFile };
  const useless = url?.startsWith('http:')
    ? Object.entries(tls).flatMap(([key, file]) => (file === undefined ? [] : [key]))
    : [];
  return [
    ...ways.slice(1).map((key) => tell(key, `and ${ways[0]} both say who we are: one of them is enough`)),
    ...(basicAuth?.username.includes(':') ? [tell('basicAuth.username', 'must not have a colon')] : []),
    ...(certFile !== undefined && keyFile === undefined ? [tell('certFile', 'needs keyFile')] : []),
    ...(keyFile !== undefined && certFile === undefined ? [tell('keyFile', 'needs certFile')] : []),
    ...useless.map((key) => tell(key, 'has no meaning without TLS: the address begins with http://')),
    ...headerProblems(section, receiver),
  ];
}

function named(headers: Readonly<Record<string, string>>, wanted: string): boolean {
  return Object.keys(headers).some((name) => name.toLowerCase() === wanted);
}
