import { startExporter } from '../assemble.ts';
import { watchesKubernetes } from '../assemble-sources.ts';
import { systemClock } from '../clock.ts';
import type { Config } from '../config.ts';
import { untilStopped } from './until-stopped.ts';

/** `leasewatch run`: watches until a signal comes. Returns the exit code. */
export async function run(config: Config, version: string): Promise<number> {
  // From the first moment: a signal while we start ends us in good order as well.
  const stopped = untilStopped();
  const found = await access(config);
  if (found.kind === 'error') return fail(found.why);
  const started = await startExporter({
    config,
    version,
    clock: systemClock(),
    random: Math.random,
    transport: found.access?.transport(),
    console: config.log.format,
  });
  if (started.kind === 'failed') {
    await found.access?.close();
    return fail(started.why);
  }
  const { exporter } = started;
  const where = found.access === undefined ? '' : ` ${found.access.server} as ${found.access.user}`;
  exporter.logs.info(`leasewatch ${version}, mode ${config.mode}, watches${where}: ${what(config)}`);
  exporter.logs.info(`serves ${exporter.url}/metrics`);
  await stopped;
  exporter.logs.info('stops');
  await exporter.stop();
  await found.access?.close();
  return 0;
}

/** client-node is loaded only when a cluster is watched: it costs half a second and a lot of memory. */
async function access({ kubernetes, ...config }: Config) {
  if (!watchesKubernetes({ kubernetes, ...config })) return { kind: 'ok', access: undefined } as const;
  const { loadKubeAccess } = await import('../kube/credentials.ts');
  const { kubeconfig, context } = kubernetes;
  return loadKubeAccess({
    ...(kubeconfig === undefined ? {} : { kubeconfig }),
    ...(context === undefined ? {} : { context }),
  });
}

function what({ mode, kubernetes, websockets }: Config): string {
  const { namespaces, leases, nodes } = kubernetes;
  const place = namespaces === 'all' ? 'all namespaces' : `namespaces ${namespaces.join(', ')}`;
  const which = leases === undefined ? 'leases' : `leases ${leases.join(', ')}`;
  const ports = websockets.ports.length === 0 ? [] : [`connections on ports ${websockets.ports.join(', ')}`];
  const sockets = mode === 'node' ? ['connections of every Pod of the node'] : ports;
  const kube = leases?.length === 0 ? [] : [`${which} in ${place}`];
  const targets = websockets.probes.map(({ name }) => name).join(', ');
  const probes = targets === '' ? [] : [`probes ${targets}`];
  const counting = websockets.endpoints.map(({ name }) => name).join(', ');
  const endpoints = counting === '' ? [] : [`counts of ${counting}`];
  return [...kube, ...(nodes ? ['nodes'] : []), ...sockets, ...probes, ...endpoints].join('; ');
}

function fail(why: string): number {
  process.stderr.write(`leasewatch: ${why}\n`);
  return 2;
}
