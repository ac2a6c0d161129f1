/**
 * What one would write in an afternoon: client-node's informer, and a gauge of prom-client for each thing worth
 * knowing of a lease. The other side of the comparison; it judges nothing.
 */
import { createServer } from 'node:http';
import { CoordinationV1Api, KubeConfig, makeInformer, type V1Lease } from '@kubernetes/client-node';
import { Gauge, register } from 'prom-client';

const [kubeconfig = '', listen = '127.0.0.1:0'] = process.argv.slice(2);
const [host, port] = listen.split(':');

const labelNames = ['namespace', 'lease'] as const;
const renewTime = new Gauge({ name: 'lease_renew_timestamp_seconds', help: 'Last renewal.', labelNames });
const duration = new Gauge({ name: 'lease_duration_seconds', help: 'How long it lasts.', labelNames });
const transitions = new Gauge({ name: 'lease_transitions', help: 'Changes of holder.', labelNames });
const holder = new Gauge({
  name: 'lease_info',
  help: 'Who holds it.',
  labelNames: [...labelNames, 'holder'],
});
const holders = new Map<string, string>();

function labelsOf({ metadata }: V1Lease) {
  return { namespace: metadata?.namespace ?? '', lease: metadata?.name ?? '' };
}

function see(lease: V1Lease): void {
  const labels = labelsOf(lease);
  const { spec } = lease;
  // The informer hands a time of a watch over as text, whatever its type says.
  renewTime.set(labels, Date.parse(String(spec?.renewTime)) / 1000);
  duration.set(labels, spec?.leaseDurationSeconds ?? 0);
  transitions.set(labels, spec?.leaseTransitions ?? 0);
  const key = `${labels.namespace}/${labels.lease}`;
  const now = spec?.holderIdentity ?? '';
  const before = holders.get(key);
  if (before === now) return;
  if (before !== undefined) holder.remove({ ...labels, holder: before });
  holders.set(key, now);
  holder.set({ ...labels, holder: now }, 1);
}

function forget(lease: V1Lease): void {
  const labels = labelsOf(lease);
  for (const gauge of [renewTime, duration, transitions]) gauge.remove(labels);
  const key = `${labels.namespace}/${labels.lease}`;
  holder.remove({ ...labels, holder: holders.get(key) ?? '' });
  holders.delete(key);
}

const config = new KubeConfig();
config.loadFromFile(kubeconfig);
config.clusters = config.clusters.map((cluster) => ({ ...cluster, skipTLSVerify: true }));
const api = config.makeApiClient(CoordinationV1Api);
const informer = makeInformer(config, '/apis/coordination.k8s.io/v1/leases', () =>
  api.listLeaseForAllNamespaces(),
);
informer.on('add', see);
informer.on('update', see);
informer.on('delete', forget);
informer.on('error', (error: unknown) => {
  console.error(error);
  setTimeout(() => void informer.start(), 1000);
});

const server = createServer((_, response) => {
  void register
    .metrics()
    .then((text) => response.writeHead(200, { 'content-type': register.contentType }).end(text));
});
server.listen(Number(port), host, () => {
  const address = server.address();
  if (address !== null && typeof address !== 'string')
    console.log(`serves http://${host}:${address.port}/metrics`);
});
await informer.start();
