import { stringify } from 'yaml';
import type { Config } from './config.ts';

/** The effective configuration as YAML for people to read. Credentials are hidden. */
export function describeConfig(config: Config): string {
  const { host, port } = config.listen;
  return stringify({
    ...config,
    listen: host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`,
    websockets: {
      ...config.websockets,
      probes: config.websockets.probes.map(withoutSecrets),
      endpoints: config.websockets.endpoints.map(withoutSecrets),
    },
    otlp: {
      ...config.otlp,
      tracesUrl: hidePassword(config.otlp.tracesUrl),
      headers: hideValues(config.otlp.headers),
    },
    loki: {
      ...config.loki,
      pushUrl: hidePassword(config.loki.pushUrl),
      headers: hideValues(config.loki.headers),
    },
    proxy: {
      ...config.proxy,
      http: hidePassword(config.proxy.http),
      https: hidePassword(config.proxy.https),
    },
  });
}

function hideValues(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.keys(headers).map((name) => [name, '(hidden)']));
}

function withoutSecrets<
  T extends { readonly url: string; readonly headers: Readonly<Record<string, string>> },
>(target: T): T {
  return { ...target, url: hidePassword(target.url), headers: hideValues(target.headers) };
}

/** Names of parameters by which some servers take what others take in a header. */
const secretNames = /token|key|secret|pass|auth|sig/i;

function hidePassword<T extends string | undefined>(address: T): T | string {
  if (address === undefined || address === '') return address;
  const url = new URL(address);
  if (url.password !== '') url.password = 'hidden';
  else if (url.username !== '') url.username = 'hidden';
  for (const name of [...url.searchParams.keys()]) {
    if (secretNames.test(name)) url.searchParams.set(name, 'hidden');
  }
  return url.href;
}
