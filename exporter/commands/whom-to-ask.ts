import { systemClock } from '../clock.ts';
import { nodeLeaseNamespace } from '../model/classify.ts';
import { printable } from '../signals/safe-text.ts';
import { openHttpTeller } from '../terminal/http-teller.ts';
import type { Teller } from '../terminal/teller.ts';

/** Where the answers come from: a running leasewatch, or the cluster itself. */
export interface Whom {
  readonly url: string;
  readonly user: string | undefined;
  readonly passwordFile: string | undefined;
  readonly tokenFile: string | undefined;
  readonly caFile: string | undefined;
  readonly certFile: string | undefined;
  readonly keyFile: string | undefined;
  /** By the API server: straight from the cluster, or from a leasewatch in it. */
  readonly cluster: ClusterToAsk | undefined;
}

export interface ClusterToAsk {
  /** How long to look before the first answer, at most, in milliseconds. */
  readonly lookMs: number;
  readonly kubeconfig?: string;
  readonly context?: string;
  /** The leasewatch to ask, as `NAMESPACE/NAME` of its Service. */
  readonly service?: string;
}

/** The leases that are wanted: all of them where nothing is said. */
export interface Wanted {
  readonly namespace: string | undefined;
  readonly name: string | undefined;
}

export type Opened =
  | { readonly kind: 'ok'; readonly teller: Teller }
  /** `usage`: the command was not called as it must be. */
  | { readonly kind: 'usage' | 'failed'; readonly why: string };

const timeoutMs = 15_000;

export async function openTeller(whom: Whom, wanted: Wanted): Promise<Opened> {
  return whom.cluster === undefined ? openRemote(whom) : openCluster(whom.cluster, wanted);
}

async function openRemote(whom: Whom): Promise<Opened> {
  const { user, passwordFile, tokenFile, caFile, certFile, keyFile } = whom;
  const url = urlOf(whom.url);
  if (url === undefined)
    return usage(`--url must be like http://localhost:9465, not "${printable(whom.url)}"`);
  if (url.username !== '' || url.password !== '')
    return usage('--url must not hold a password, which others could see: give --user and --password-file');
  if ((user === undefined) !== (passwordFile === undefined))
    return usage('--user and --password-file belong together');
  if ((certFile === undefined) !== (keyFile === undefined))
    return usage('--cert-file and --key-file belong together');
  const basicAuth =
    user === undefined || passwordFile === undefined ? undefined : { username: user, passwordFile };
  const credentials = { headers: {}, tokenFile, basicAuth, caFile, certFile, keyFile };
  return openHttpTeller({ url, credentials, timeoutMs });
}

function urlOf(text: string): URL | undefined {
  const url = URL.parse(text);
  return url !== null && /^https?:$/.test(url.protocol) ? url : undefined;
}

/** client-node and the judge are loaded only here: they cost half a second. */
async function openCluster(cluster: ClusterToAsk, wanted: Wanted): Promise<Opened> {
  const { parseService, serviceTeller } = await import('./service-teller.ts');
  const { service: named, lookMs, ...from } = cluster;
  const service = named === undefined ? undefined : parseService(named);
  if (named !== undefined && service === undefined)
    return usage(`--service must be NAMESPACE/NAME or NAMESPACE/NAME:PORT, not "${printable(named)}"`);
  const { loadKubeAccess } = await import('../kube/credentials.ts');
  const found = await loadKubeAccess(from);
  if (found.kind === 'error') return { kind: 'failed', why: found.why };
  const { access } = found;
  const teller =
    service === undefined ? await look() : serviceTeller(access.transport(), systemClock(), service);
  const close = async (): Promise<void> => {
    await teller.close();
    await access.close();
  };
  return { kind: 'ok', teller: { ask: teller.ask, close } };

  async function look(): Promise<Teller> {
    const { openLook } = await import('./look.ts');
    const common = { transport: access.transport(), clock: systemClock(), random: Math.random, lookMs };
    return openLook({ ...common, ...wanted });
  }
}

/** Whether a lease is the heartbeat of a node: then it is told as a node. */
export function isHeartbeat({ namespace }: Pick<Wanted, 'namespace'>): boolean {
  return namespace === nodeLeaseNamespace;
}

function usage(why: string): Opened {
  return { kind: 'usage', why };
}
