import { type Problem, placedProblems, readPlacedYaml } from './placed-yaml.ts';
import { type ReadTls, resolveServerTls, serverTlsProblems } from './server-tls.ts';
import { fileSchema, type WrittenFile } from './web-config-schema.ts';

/** What the file of `--web.config.file` asks for, before the files that it names are read. */
export interface WebConfig {
  /** `undefined`: plain HTTP. */
  readonly tls: ReadTls | undefined;
  /** Sent with every answer, by their names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly rateLimit: RateLimit | undefined;
  /** bcrypt hashes by the names of users. */
  readonly users: ReadonlyMap<string, string>;
  readonly tokenFile: string | undefined;
  /** What is taken and does not do what one may think. */
  readonly remarks: readonly string[];
}

export interface RateLimit {
  /** Between two requests. */
  readonly intervalMs: number;
  readonly burst: number;
}

export type ParsedWebConfig =
  | { readonly kind: 'ok'; readonly config: WebConfig }
  | { readonly kind: 'invalid'; readonly problems: readonly Problem[] };

/** The text of a file as the exporter-toolkit of Prometheus defines it; `name` stands in the errors. */
export function parseWebConfig(name: string, text: string): ParsedWebConfig {
  const yaml = readPlacedYaml(name, text);
  if (yaml.kind === 'invalid') return yaml;
  const parsed = fileSchema.safeParse(yaml.document.value);
  const problems = parsed.success
    ? [...tlsProblems(parsed.data), ...rateProblems(parsed.data)].map(({ path, message }) =>
        yaml.document.problem(path, message),
      )
    : placedProblems(parsed.error, yaml.document, fileSchema);
  if (!parsed.success || problems.length > 0) return { kind: 'invalid', problems };
  return { kind: 'ok', config: resolve(parsed.data) };
}

interface Told {
  readonly path: readonly string[];
  readonly message: string;
}

function tlsProblems({ tls_server_config: tls = {} }: WrittenFile): readonly Told[] {
  return serverTlsProblems(tls).map(({ key, message }) => ({ path: ['tls_server_config', key], message }));
}

function rateProblems({ rate_limit: rate }: WrittenFile): readonly Told[] {
  const { interval = 0, burst = 0 } = rate ?? {};
  if (interval === 0 || burst >= 1) return [];
  return [{ path: ['rate_limit', 'burst'], message: 'must be at least 1: with 0 nothing would be answered' }];
}

function resolve(file: WrittenFile): WebConfig {
  const { interval = 0, burst = 0 } = file.rate_limit ?? {};
  const headers = Object.entries(file.http_server_config?.headers ?? {}).flatMap(([name, value]) =>
    value === undefined || value === '' ? [] : [[name.toLowerCase(), value] as const],
  );
  return {
    tls: resolveServerTls(file.tls_server_config ?? {}),
    headers: Object.fromEntries(headers),
    rateLimit: interval === 0 ? undefined : { intervalMs: interval, burst },
    users: new Map(Object.entries(file.basic_auth_users ?? {})),
    tokenFile: file.bearer_token_file,
    remarks:
      file.http_server_config?.http2 === true
        ? ['http_server_config.http2: clients are answered with HTTP/1.1, which they negotiate by themselves']
        : [],
  };
}
