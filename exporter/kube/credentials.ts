import type { RequestOptions } from 'node:https';
import type { Cluster, KubeConfig } from '@kubernetes/client-node';
import {
  type Applied,
  type Connection,
  type Credentials,
  CredentialTransport,
  type Tls,
} from './credential-transport.ts';
import type { KubeTransport } from './transport.ts';

export interface KubeAccessOptions {
  /** Path of a kubeconfig; otherwise KUBECONFIG, `~/.kube/config` or the Pod's own service account. */
  readonly kubeconfig?: string;
  /** A context of the kubeconfig; otherwise its current one. */
  readonly context?: string;
}

export interface KubeAccess {
  readonly server: string;
  /** The namespace of the context; `default` when it names none. */
  readonly namespace: string;
  /** Who we are, for people: the name of the user in the kubeconfig. */
  readonly user: string;
  transport(): KubeTransport;
  close(): Promise<void>;
}

export type KubeAccessResult =
  | { readonly kind: 'ok'; readonly access: KubeAccess }
  | { readonly kind: 'error'; readonly why: string };

/** Finds out where the cluster is and who we are there. Sends nothing. */
export async function loadKubeAccess(options: KubeAccessOptions = {}): Promise<KubeAccessResult> {
  try {
    const config = await loadConfig(options);
    const cluster = currentCluster(config);
    const reload = async () => credentialsOf(await loadConfig(options));
    const transport = new CredentialTransport(credentialsOf(config), reload);
    const namespace = config.getContextObject(config.getCurrentContext())?.namespace?.trim();
    const access: KubeAccess = {
      server: shownServer(cluster.server),
      namespace: namespace || 'default',
      user: config.getCurrentUser()?.name ?? 'anonymous',
      transport: () => transport,
      close: () => transport.close(),
    };
    return { kind: 'ok', access };
  } catch (error) {
    return { kind: 'error', why: whyOf(error) };
  }
}

/**
 * client-node is loaded only where a cluster is spoken to: from a checkout the import costs half a second and
 * 90 MB. Its front door has more than its kubeconfig behind it, which is why it is not used.
 */
async function loadConfig(options: KubeAccessOptions): Promise<KubeConfig> {
  const { KubeConfig } = await import('@kubernetes/client-node/dist/config.js');
  const config = new KubeConfig();
  if (options.kubeconfig === undefined) config.loadFromDefault();
  else config.loadFromFile(options.kubeconfig);
  // client-node invents this context when it found nothing at all.
  if (config.getCurrentContext() === 'loaded-context') {
    throw new Error('KUBECONFIG is not set, ~/.kube/config does not exist, and this is no Pod');
  }
  if (options.context !== undefined) config.setCurrentContext(options.context);
  // client-node refuses plain HTTP unless TLS is waived; there is none to verify.
  config.clusters = config.clusters.map((cluster) =>
    cluster.server.startsWith('http://') ? { ...cluster, skipTLSVerify: true } : cluster,
  );
  return config;
}

function currentCluster(config: KubeConfig): Cluster {
  const name = config.getCurrentContext();
  if (!name) throw new Error('the kubeconfig has no current context');
  if (config.getContextObject(name) === null) throw new Error(`the kubeconfig has no context "${name}"`);
  const cluster = config.getCurrentCluster();
  if (cluster === null)
    throw new Error(`the context "${name}" names a cluster that is not in the kubeconfig`);
  return cluster;
}

function credentialsOf(config: KubeConfig): Credentials {
  return {
    async apply(): Promise<Applied> {
      const cluster = currentCluster(config);
      const options: RequestOptions = {};
      await config.applyToHTTPSOptions(options);
      const connection = { tls: tlsOf(options), ...proxyOf(cluster) };
      return { server: cluster.server, headers: headersOf(options), connection };
    },
  };
}

function tlsOf(options: RequestOptions): Tls {
  const { ca, cert, key, rejectUnauthorized, servername } = options;
  return {
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
    ...(rejectUnauthorized === undefined ? {} : { rejectUnauthorized }),
    ...(servername === undefined ? {} : { servername }),
  };
}

function proxyOf({ proxyUrl }: Cluster): Pick<Connection, 'proxy'> {
  if (!proxyUrl) return {};
  if (proxyUrl.startsWith('socks'))
    throw new Error(`SOCKS proxies are not supported (${shownServer(proxyUrl)})`);
  return { proxy: proxyUrl };
}

/** A token from a file ends with a newline more often than not; a header must not. */
function headersOf(options: RequestOptions): Readonly<Record<string, string>> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(options.headers ?? {})) headers[name] = String(value).trim();
  if (typeof options.auth === 'string') {
    headers.Authorization = `Basic ${Buffer.from(options.auth).toString('base64')}`;
  }
  return headers;
}

function whyOf(error: unknown): string {
  const message = yamlProblem(error) ?? (error instanceof Error ? error.message : String(error));
  return `cannot find a cluster: ${message.replace(/\s+/g, ' ').trim().slice(0, 300)}`;
}

/** js-yaml quotes the lines around what it does not understand, and in a kubeconfig they hold tokens. */
function yamlProblem(error: unknown): string | undefined {
  if (!(error instanceof Error) || error.name !== 'YAMLException') return undefined;
  const mark: unknown = 'mark' in error ? error.mark : undefined;
  const line =
    typeof mark === 'object' && mark !== null && 'line' in mark ? Number(mark.line) + 1 : Number.NaN;
  return `the kubeconfig is no YAML${Number.isNaN(line) ? '' : ` in line ${line}`}`;
}

/** Somebody may have put a password into it. */
function shownServer(server: string): string {
  return server.replace(/\/\/[^/@]*@/, '//(hidden)@');
}
