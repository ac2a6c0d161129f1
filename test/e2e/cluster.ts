import { systemClock } from '../../exporter/clock.ts';
import { type ClosableTransport, undiciTransport } from '../../exporter/kube/undici.ts';
import { createApiServer } from '../../simulator/apiserver/api.ts';
import { listen } from '../../simulator/apiserver/http.ts';
import type { ApiFaults } from '../../simulator/strikes.ts';
import { startRealServer } from '../conformance/real-server.ts';

/** An API server that a whole program can be pointed at, and that can be taken away from it. */
export interface Cluster {
  /** A kubeconfig, as text. */
  readonly kubeconfig: string;
  /** For those who act on the cluster; the caller closes it. */
  transport(): ClosableTransport;
  stop(): Promise<void>;
  start(): Promise<void>;
  close(): Promise<void>;
}

export async function simulatedCluster(): Promise<
  Cluster & { readonly url: string; readonly faults: ApiFaults }
> {
  const api = createApiServer({ clock: systemClock() });
  const { url, close } = await listen(api);
  return {
    kubeconfig: kubeconfigFor({ server: url }, {}),
    transport: () => undiciTransport({ server: url, headers: async () => ({}) }),
    url,
    faults: api.faults,
    stop: async () => api.faults.stop(),
    start: async () => api.faults.start(),
    close,
  };
}

/** A kube-apiserver with an etcd, both from the folder `assets`. */
export async function realCluster(assets: string): Promise<Cluster> {
  const server = await startRealServer(assets);
  const { url, token, certificate, transport, stop, start, close } = server;
  const authority = { 'certificate-authority-data': Buffer.from(certificate).toString('base64') };
  return {
    kubeconfig: kubeconfigFor({ server: url, ...authority }, { token }),
    transport,
    stop,
    start,
    close,
  };
}

function kubeconfigFor(cluster: object, user: object): string {
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'test', cluster }],
    users: [{ name: 'tester', user }],
    contexts: [{ name: 'test', context: { cluster: 'test', user: 'tester' } }],
    'current-context': 'test',
  });
}
