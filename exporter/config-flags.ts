import type { Setting } from './config-layers.ts';

/**
 * The options of the command line that set something in the configuration. `key` is the name under which
 * commander hands over the value; `list` takes several values, separated by commas.
 */
export const configFlags = [
  { flag: '--mode', value: 'MODE', key: 'mode', path: ['mode'], help: 'sidecar, node or cluster' },
  { flag: '--listen', value: 'HOST:PORT', key: 'listen', path: ['listen'], help: 'where to serve HTTP' },
  {
    flag: '--web.config.file',
    value: 'FILE',
    key: 'web.config.file',
    path: ['web', 'configFile'],
    help: 'TLS, users and limits of the server, as for other exporters',
  },
  {
    flag: '--kubeconfig',
    value: 'FILE',
    key: 'kubeconfig',
    path: ['kubernetes', 'kubeconfig'],
    help: 'credentials of the cluster',
  },
  {
    flag: '--context',
    value: 'NAME',
    key: 'context',
    path: ['kubernetes', 'context'],
    help: 'context in the kubeconfig',
  },
  {
    flag: '--namespaces',
    value: 'NAMES|all',
    key: 'namespaces',
    path: ['kubernetes', 'namespaces'],
    help: 'whose leases to watch',
    list: true,
  },
  {
    flag: '--leases',
    value: 'NAMES',
    key: 'leases',
    path: ['kubernetes', 'leases'],
    help: 'watch only leases of these names',
    list: true,
  },
  {
    flag: '--replica-lease',
    value: 'NAME',
    key: 'replicaLease',
    path: ['replicas', 'lease'],
    help: 'Lease that decides which replica pushes; it is written to',
  },
  {
    flag: '--ports',
    value: 'PORTS',
    key: 'ports',
    path: ['websockets', 'ports'],
    help: 'local ports of WebSocket servers',
    list: true,
  },
  {
    flag: '--otlp-endpoint',
    value: 'URL',
    key: 'otlpEndpoint',
    path: ['otlp', 'endpoint'],
    help: 'OTLP/HTTP receiver of traces',
  },
  { flag: '--loki-url', value: 'URL', key: 'lokiUrl', path: ['loki', 'url'], help: 'Loki to push logs to' },
  {
    flag: '--outbox',
    value: 'FILE|off',
    key: 'outbox',
    path: ['outbox', 'path'],
    help: 'store of unsent signals and of the checkpoint',
  },
  { flag: '--cluster', value: 'NAME', key: 'cluster', path: ['cluster'], help: 'name of the cluster' },
  { flag: '--site', value: 'NAME', key: 'site', path: ['site'], help: 'name of the site' },
  {
    flag: '--log-level',
    value: 'LEVEL',
    key: 'logLevel',
    path: ['log', 'level'],
    help: 'debug, info, warn or error',
  },
  { flag: '--log-format', value: 'FORMAT', key: 'logFormat', path: ['log', 'format'], help: 'text or json' },
  {
    flag: '--record',
    value: 'FILE',
    key: 'record',
    path: ['record'],
    help: 'write every observation to a file',
  },
] as const;

/** Values by `key`, as commander's `opts()` has them. Keys of other options are passed over. */
export type FlagValues = Readonly<Record<string, unknown>>;

export function flagSettings(flags: FlagValues): readonly Setting[] {
  return configFlags.flatMap((option) => {
    const value = flags[option.key];
    if (value === undefined) return [];
    return [{ origin: option.flag, path: option.path, value: 'list' in option ? listOf(value) : value }];
  });
}

function listOf(value: unknown): unknown {
  if (typeof value !== 'string' || value === 'all') return value;
  return value
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
}
