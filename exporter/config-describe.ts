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
      probes: config.websockets.probes.map((probe) => ({ ...probe, headers: hideValues(probe.headers) })),
      endpoints: config.websockets.endpoints.map((each) => ({ ...each, headers: hideValues(each.headers) })),
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

function hidePassword(address: string | undefined): string | undefined {
  if (address === undefined || address === '') return address;
  const url = new URL(address);
  if (url.password !== '') url.password = 'hidden';
  return url.href;
}
