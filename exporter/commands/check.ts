import { stringify } from 'yaml';
import type { Config } from '../config.ts';

/** `leasewatch check`: the effective configuration, with whatever may be a credential hidden. */
export function describeConfig(config: Config): string {
  const hidden = (headers: Readonly<Record<string, string>>) =>
    Object.fromEntries(Object.keys(headers).map((name) => [name, '(hidden)']));
  return stringify({
    ...config,
    otlp: { ...config.otlp, headers: hidden(config.otlp.headers) },
    loki: { ...config.loki, headers: hidden(config.loki.headers) },
  });
}
