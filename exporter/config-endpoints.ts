import { z } from 'zod';
import { headerProblems, network, targetName } from './config-probes.ts';
import type { ConfigProblem } from './config-problems.ts';
import { resolveTls, tlsProblems, tlsShape } from './config-tls.ts';
import * as value from './config-values.ts';
import { type Parsed, written } from './config-values.ts';
import type { EndpointTarget } from './sources/endpoint-target.ts';

const metricName = written(
  { type: 'string', pattern: '^[a-zA-Z_:][a-zA-Z0-9_:]*$' },
  (input): Parsed<string> => {
    if (typeof input === 'string' && /^[a-zA-Z_:][a-zA-Z0-9_:]*$/.test(input)) return { value: input };
    return { expected: 'the name of a metric, such as traefik_open_connections' };
  },
);

/** The section `websockets.endpoints` of the file. */
export const endpointsSchema = z.array(
  z.strictObject({
    name: targetName.describe('The label target of its metrics.'),
    url: value.url.describe('Its metrics; of envoy the admin address.'),
    kind: value.oneOf('envoy', 'prometheus').optional().describe('envoy knows what to ask for. prometheus.'),
    side: value.oneOf('proxy', 'app').optional().describe('Whose count it is. proxy.'),
    connections: metricName.optional().describe('The metric that counts open connections.'),
    total: metricName.optional().describe('The counter of all upgraded connections, of a proxy.'),
    labels: z.record(z.string(), value.scalar).optional().describe('Only series with these labels count.'),
    interval: value.duration.optional().describe('Between two readings, 15s.'),
    timeout: value.duration.optional().describe('For one whole answer, 5s.'),
    allowAddresses: z
      .array(network)
      .optional()
      .describe('Metadata and link-local addresses that may be dialled nevertheless.'),
    headers: z.record(z.string(), value.headerValue).optional().describe('Sent with every request.'),
    headerFiles: z.record(z.string(), value.text).optional().describe('Headers whose values are in files.'),
    ...tlsShape,
  }),
);

type WrittenEndpoint = z.output<typeof endpointsSchema>[number];

/** All its HTTP connection managers are added up. */
const envoy = {
  connections: 'envoy_http_downstream_cx_upgrades_active',
  total: 'envoy_http_downstream_cx_upgrades_total',
} as const;

export function resolveEndpoints(
  endpoints: readonly WrittenEndpoint[] | undefined,
): readonly EndpointTarget[] {
  return (endpoints ?? []).map((endpoint) => {
    const isEnvoy = endpoint.kind === 'envoy';
    const known = isEnvoy ? envoy : undefined;
    return {
      name: endpoint.name,
      url: isEnvoy ? envoyUrl(endpoint.url) : endpoint.url,
      side: endpoint.side ?? 'proxy',
      connections: endpoint.connections ?? known?.connections ?? '',
      total: endpoint.total ?? known?.total,
      labels: endpoint.labels ?? {},
      intervalMs: endpoint.interval ?? 15_000,
      timeoutMs: endpoint.timeout ?? Math.min(5000, endpoint.interval ?? 5000),
      allowAddresses: endpoint.allowAddresses ?? [],
      headers: endpoint.headers ?? {},
      headerFiles: endpoint.headerFiles ?? {},
      ...resolveTls(endpoint),
    };
  });
}

/** The admin endpoint of Envoy has thousands of series: only those on upgrades are asked for. */
function envoyUrl(admin: string): string {
  const url = new URL(admin);
  if (url.pathname !== '/') return url.href;
  url.pathname = '/stats/prometheus';
  url.search = '?filter=downstream_cx_upgrades';
  return url.href;
}

/** What single values cannot tell. */
export function endpointProblems(endpoints: readonly EndpointTarget[]): readonly ConfigProblem[] {
  return endpoints.flatMap((endpoint, index) => {
    const path = `websockets.endpoints[${index}]`;
    const tell = (key: string, message: string) => ({ path: `${path}.${key}`, value: '', message });
    const twice = endpoints.findIndex(({ name }) => name === endpoint.name);
    const { connections, side, total, timeoutMs, intervalMs, url } = endpoint;
    return [
      ...(twice < index ? [tell('name', `is the name of websockets.endpoints[${twice}] too`)] : []),
      ...(connections === ''
        ? [tell('connections', 'is needed: the metric that counts open connections')]
        : []),
      ...(side === 'app' && total !== undefined ? [tell('total', 'has no meaning for side: app')] : []),
      ...(timeoutMs > intervalMs ? [tell('timeout', 'must not be longer than the interval')] : []),
      ...tlsProblems(path, endpoint),
      ...(new URL(url).username === '' ? [] : [tell('url', 'must be without credentials: use headerFiles')]),
      ...headerProblems(path, endpoint),
    ];
  });
}
