import { z } from 'zod';
import { flag, oneOf, text } from '../config-values.ts';

/** The policies of Go's crypto/tls; RequireClientCert is an older name of RequireAnyClientCert. */
const clientAuthTypes = [
  'NoClientCert',
  'RequestClientCert',
  'RequireAnyClientCert',
  'VerifyClientCertIfGiven',
  'RequireAndVerifyClientCert',
] as const;
export type ClientAuth = (typeof clientAuthTypes)[number];

const versions = { TLS12: 'TLSv1.2', TLS13: 'TLSv1.3' } as const;
/** OpenSSL does not offer them at the security level that it is built with. */
const oldVersions = ['TLS10', 'TLS11'] as const;

/** Those of TLS 1.3 are always offered, in Go and here. */
const suites13 = [
  'TLS_AES_128_GCM_SHA256',
  'TLS_AES_256_GCM_SHA384',
  'TLS_CHACHA20_POLY1305_SHA256',
] as const;

/** What Go's tls.CipherSuites() has for TLS 1.2, and how OpenSSL calls it. */
const suites12 = {
  TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA: 'ECDHE-ECDSA-AES128-SHA',
  TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA: 'ECDHE-ECDSA-AES256-SHA',
  TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA: 'ECDHE-RSA-AES128-SHA',
  TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA: 'ECDHE-RSA-AES256-SHA',
  TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256: 'ECDHE-ECDSA-AES128-GCM-SHA256',
  TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384: 'ECDHE-ECDSA-AES256-GCM-SHA384',
  TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256: 'ECDHE-RSA-AES128-GCM-SHA256',
  TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384: 'ECDHE-RSA-AES256-GCM-SHA384',
  TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256: 'ECDHE-RSA-CHACHA20-POLY1305',
  TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256: 'ECDHE-ECDSA-CHACHA20-POLY1305',
} as const;
const suiteNames: readonly (keyof typeof suites12)[] = Object.keys(suites12).filter(isSuite12);

function isSuite12(name: string): name is keyof typeof suites12 {
  return name in suites12;
}

const curves = { CurveP256: 'P-256', CurveP384: 'P-384', CurveP521: 'P-521', X25519: 'X25519' } as const;

/** `tls_server_config` as the exporter-toolkit defines it. */
export const tlsSchema = z.strictObject({
  cert: text.optional(),
  key: text.optional(),
  client_ca: text.optional(),
  cert_file: text.optional(),
  key_file: text.optional(),
  client_ca_file: text.optional(),
  client_auth_type: oneOf(...clientAuthTypes, 'RequireClientCert').optional(),
  client_allowed_sans: z.array(text).optional(),
  min_version: oneOf('TLS12', 'TLS13', ...oldVersions).optional(),
  max_version: oneOf('TLS12', 'TLS13', ...oldVersions).optional(),
  cipher_suites: z.array(oneOf(...suiteNames, ...suites13)).optional(),
  prefer_server_cipher_suites: flag.optional(),
  curve_preferences: z.array(oneOf('CurveP256', 'CurveP384', 'CurveP521', 'X25519')).optional(),
});

export type WrittenTls = z.output<typeof tlsSchema>;

/** PEM that stands in the configuration itself, or a file that holds it. */
export type Pem = { readonly text: string } | { readonly file: string };

export interface ReadTls {
  readonly cert: Pem;
  readonly key: Pem;
  /** Of those who vouch for clients. */
  readonly clientCa: Pem | undefined;
  readonly clientAuth: ClientAuth;
  /** A client's certificate must be for one of these names. */
  readonly allowedSans: readonly string[] | undefined;
  /** As Node's tls module calls them. */
  readonly minVersion: (typeof versions)[keyof typeof versions];
  readonly maxVersion: (typeof versions)[keyof typeof versions];
  readonly ciphers: string | undefined;
  readonly curves: string | undefined;
  readonly serverPrefers: boolean;
}

interface Told {
  readonly key: keyof WrittenTls;
  readonly message: string;
}

/** What single values cannot tell. */
export function serverTlsProblems(tls: WrittenTls): readonly Told[] {
  if (!asksForTls(tls)) return uselessKeys(tls);
  return [...pemProblems(tls), ...clientProblems(tls), ...versionProblems(tls)];
}

/** As the toolkit decides it: whoever names nothing of these wants plain HTTP. */
function asksForTls(tls: WrittenTls): boolean {
  return [
    ...[tls.cert, tls.cert_file, tls.key, tls.key_file],
    ...[tls.client_ca, tls.client_ca_file, tls.client_auth_type],
  ].some((given) => given !== undefined);
}

function uselessKeys(tls: WrittenTls): readonly Told[] {
  const keys = [
    'client_allowed_sans',
    'min_version',
    'max_version',
    'cipher_suites',
    'prefer_server_cipher_suites',
    'curve_preferences',
  ] as const;
  return keys
    .filter((key) => tls[key] !== undefined)
    .map((key) => ({
      key,
      message: 'has no meaning without cert_file and key_file: nothing would be encrypted',
    }));
}

function pemProblems(tls: WrittenTls): readonly Told[] {
  const told: Told[] = [];
  for (const key of ['cert', 'key', 'client_ca'] as const) {
    const file = `${key}_file` as const;
    if (tls[key] !== undefined && tls[file] !== undefined)
      told.push({ key: file, message: `and ${key} are two places for one thing: one of them is enough` });
    else if (key !== 'client_ca' && tls[key] === undefined && tls[file] === undefined)
      told.push({ key: file, message: 'is missing: TLS needs a certificate and its key' });
  }
  return told;
}

function clientProblems(tls: WrittenTls): readonly Told[] {
  const type = clientAuthOf(tls);
  const authority = tls.client_ca ?? tls.client_ca_file;
  const ca = tls.client_ca === undefined ? 'client_ca_file' : 'client_ca';
  const verifies = type === 'VerifyClientCertIfGiven' || type === 'RequireAndVerifyClientCert';
  const requires = type === 'RequireAnyClientCert' || type === 'RequireAndVerifyClientCert';
  const told: Told[] = [];
  if (authority !== undefined && type === 'NoClientCert')
    told.push({ key: ca, message: 'has no meaning without a client_auth_type' });
  if (verifies && authority === undefined)
    told.push({
      key: 'client_auth_type',
      message: 'needs client_ca_file: otherwise every public authority could vouch for a client',
    });
  if (tls.client_allowed_sans !== undefined && !requires)
    told.push({
      key: 'client_allowed_sans',
      message: 'needs client_auth_type RequireAndVerifyClientCert or RequireAnyClientCert',
    });
  return told;
}

function versionProblems({
  min_version: min = 'TLS12',
  max_version: max = 'TLS13',
}: WrittenTls): readonly Told[] {
  const old = (key: 'min_version' | 'max_version', version: string): Told[] =>
    oldVersions.some((each) => each === version)
      ? [{ key, message: `must be TLS12 or TLS13: ${version} is broken, and is not offered` }]
      : [];
  const told = [...old('min_version', min), ...old('max_version', max)];
  if (told.length === 0 && min > max)
    told.push({ key: 'max_version', message: `is below min_version ${min}` });
  return told;
}

function clientAuthOf({ client_auth_type: type = 'NoClientCert' }: WrittenTls): ClientAuth {
  return type === 'RequireClientCert' ? 'RequireAnyClientCert' : type;
}

/** Undefined for plain HTTP. Only for what has no problems. */
export function resolveServerTls(tls: WrittenTls): ReadTls | undefined {
  const cert = pemOf(tls.cert, tls.cert_file);
  const key = pemOf(tls.key, tls.key_file);
  if (cert === undefined || key === undefined) return undefined;
  return {
    ...{ cert, key },
    clientCa: pemOf(tls.client_ca, tls.client_ca_file),
    clientAuth: clientAuthOf(tls),
    allowedSans: tls.client_allowed_sans,
    minVersion: versionOf(tls.min_version ?? 'TLS12'),
    maxVersion: versionOf(tls.max_version ?? 'TLS13'),
    ciphers: ciphersOf(tls.cipher_suites ?? []),
    curves: tls.curve_preferences?.map((curve) => curves[curve]).join(':') || undefined,
    serverPrefers: tls.prefer_server_cipher_suites ?? true,
  };
}

function pemOf(inline: string | undefined, file: string | undefined): Pem | undefined {
  if (inline !== undefined) return { text: inline };
  return file === undefined ? undefined : { file };
}

function versionOf(version: 'TLS12' | 'TLS13' | (typeof oldVersions)[number]): ReadTls['minVersion'] {
  return version === 'TLS13' ? versions.TLS13 : versions.TLS12;
}

function ciphersOf(names: readonly string[]): string | undefined {
  const chosen = names.filter(isSuite12).map((name) => suites12[name]);
  // Without a name of TLS 1.2 in it the list would leave OpenSSL with nothing but TLS 1.3.
  return chosen.length === 0 ? undefined : [...suites13, ...chosen].join(':');
}
