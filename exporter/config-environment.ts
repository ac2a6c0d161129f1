import type { Layer, Setting } from './config-layers.ts';
import type { ConfigProblem } from './config-problems.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The variables that other programs honour too, with the meaning that they have there. KUBECONFIG is not
 * among them: it may name several files, and client-node reads it where no kubeconfig is configured.
 */
export const variables = [
  { name: 'POD_NAMESPACE', path: ['pod', 'namespace'] },
  { name: 'NODE_NAME', path: ['pod', 'node'] },
  { name: 'POD_NAME', path: ['pod', 'name'] },
  { name: 'OTEL_EXPORTER_OTLP_ENDPOINT', path: ['otlp', 'endpoint'] },
  { name: 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT', path: ['otlp', 'tracesEndpoint'] },
  { name: 'OTEL_EXPORTER_OTLP_CERTIFICATE', path: ['otlp', 'caFile'] },
  { name: 'OTEL_EXPORTER_OTLP_TRACES_CERTIFICATE', path: ['otlp', 'caFile'] },
  { name: 'OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE', path: ['otlp', 'certFile'] },
  { name: 'OTEL_EXPORTER_OTLP_TRACES_CLIENT_CERTIFICATE', path: ['otlp', 'certFile'] },
  { name: 'OTEL_EXPORTER_OTLP_CLIENT_KEY', path: ['otlp', 'keyFile'] },
  { name: 'OTEL_EXPORTER_OTLP_TRACES_CLIENT_KEY', path: ['otlp', 'keyFile'] },
  // Of two spellings most programs prefer the small letters.
  { name: 'HTTP_PROXY', path: ['proxy', 'http'] },
  { name: 'http_proxy', path: ['proxy', 'http'] },
  { name: 'HTTPS_PROXY', path: ['proxy', 'https'] },
  { name: 'https_proxy', path: ['proxy', 'https'] },
  { name: 'NO_PROXY', path: ['proxy', 'except'] },
  { name: 'no_proxy', path: ['proxy', 'except'] },
  { name: 'OTEL_SERVICE_NAME', path: ['service', 'name'] },
] as const;

/** `key=value,key=value`, percent-encoded. */
export const pairVariables = [
  { name: 'OTEL_EXPORTER_OTLP_HEADERS', path: ['otlp', 'headers'], secret: true },
  { name: 'OTEL_EXPORTER_OTLP_TRACES_HEADERS', path: ['otlp', 'headers'], secret: true },
  { name: 'OTEL_RESOURCE_ATTRIBUTES', path: ['service', 'attributes'], secret: false },
] as const;

/** An empty variable is the same as none. */
export function environmentSettings(env: Environment): Layer<readonly Setting[]> {
  const settings: Setting[] = variables.flatMap(({ name, path }) => {
    const value = env[name]?.trim();
    return value ? [{ origin: name, path, value }] : [];
  });
  const problems: ConfigProblem[] = [];
  for (const { name, path, secret } of pairVariables) {
    const text = env[name]?.trim();
    if (!text) continue;
    for (const pair of text.split(',').filter((part) => part.trim() !== '')) {
      const parsed = parsePair(pair);
      if (parsed !== undefined)
        settings.push({ origin: name, path: [...path, parsed.key], value: parsed.value });
      else
        problems.push({ path: name, value: secret ? '(hidden)' : JSON.stringify(pair), message: expected });
    }
  }
  return { found: settings, problems };
}

const expected = 'must be KEY=VALUE pairs with commas between them, percent-encoded';

function parsePair(pair: string): { readonly key: string; readonly value: string } | undefined {
  const at = pair.indexOf('=');
  if (at < 1) return undefined;
  try {
    return {
      key: decodeURIComponent(pair.slice(0, at).trim()),
      value: decodeURIComponent(pair.slice(at + 1).trim()),
    };
  } catch {
    return undefined;
  }
}
