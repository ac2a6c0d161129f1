import type { Clock } from '../exporter/clock.ts';
import { defaultTimes, type ElectionTimes } from '../exporter/kube/election-times.ts';
import { type Channel, exchange } from '../exporter/kube/exchange.ts';
import { leaseClient } from '../exporter/kube/lease-client.ts';
import { formatMicroTime } from '../exporter/kube/microtime.ts';
import type { KubeTransport } from '../exporter/kube/transport.ts';
import { Kubelet } from './actors/kubelet.ts';
import { podClient } from './actors/pod-client.ts';
import { Replica } from './actors/replica.ts';
import type { Cast } from './chaos.ts';
import type { Ledger } from './ledger.ts';

export interface Workload {
  readonly namespace: string;
  readonly lease: string;
  readonly times: ElectionTimes;
}

const demoTimes: ElectionTimes = { durationSeconds: 6, renewDeadlineSeconds: 4, retryPeriodSeconds: 1 };

export const workloads: readonly Workload[] = [
  { namespace: 'kube-system', lease: 'kube-scheduler', times: defaultTimes },
  { namespace: 'kube-system', lease: 'kube-controller-manager', times: defaultTimes },
  { namespace: 'payments', lease: 'billing-operator', times: demoTimes },
  { namespace: 'chat', lease: 'chat-coordinator', times: demoTimes },
];

/** A lease whose holder has been gone for two years: nobody competes for it, and nobody should be paged. */
export const leftover = { namespace: 'cert-manager', lease: 'cert-manager-controller' } as const;

export const nodeNames: readonly string[] = ['node-a', 'node-b', 'node-c', 'node-d'];
const replicasPerWorkload = 3;
const twoYearsMicros = 2 * 365 * 86_400 * 1e6;

/** What the faults may hit. */
export const cast: Cast = {
  leases: workloads.map(({ namespace, lease, times }) => ({
    name: `${namespace}/${lease}`,
    durationSeconds: times.durationSeconds,
    retryPeriodSeconds: times.retryPeriodSeconds,
  })),
  nodes: nodeNames,
};

export interface StageOptions {
  readonly clock: Clock;
  readonly transport: KubeTransport;
  readonly random: () => number;
  readonly ledger: Ledger;
}

export interface Stage {
  readonly kubelets: readonly Kubelet[];
  /** By `namespace/name` of the lease that they compete for. */
  readonly replicas: ReadonlyMap<string, readonly Replica[]>;
}

/** The machines and replicas, not started yet. Replicas of one workload are on different nodes. */
export function buildStage(options: StageOptions): Stage {
  const { transport, clock, random } = options;
  const kubelets = nodeNames.map((name) => new Kubelet({ transport, clock, random, name }));
  const replicas = workloads.map((workload, index) => {
    const nodes = [...kubelets.slice(index), ...kubelets.slice(0, index)].slice(0, replicasPerWorkload);
    const name = `${workload.namespace}/${workload.lease}`;
    return [name, nodes.map((node) => replicaOn(node, workload, options))] as const;
  });
  return { kubelets, replicas: new Map(replicas) };
}

function replicaOn(node: Kubelet, workload: Workload, options: StageOptions): Replica {
  const { clock, random, ledger, transport } = options;
  const pods = podClient({ transport, clock, timeoutMs: 5000 });
  return new Replica({ clock, random, ledger, pods, node, ...workload });
}

/** Creates the namespaces and the leftover lease; what is there already stays as it is. */
export async function setScene(channel: Channel, signal: AbortSignal): Promise<void> {
  const names = [
    'kube-system',
    'kube-node-lease',
    leftover.namespace,
    ...workloads.map((each) => each.namespace),
  ];
  for (const name of new Set(names)) {
    const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name } };
    await exchange(channel, 'POST', '/api/v1/namespaces', signal, namespace);
  }
  await createLeftover(channel, signal);
}

async function createLeftover(channel: Channel, signal: AbortSignal): Promise<void> {
  const old = channel.clock.now().wall - twoYearsMicros;
  const metadata = { namespace: leftover.namespace, name: leftover.lease };
  const spec = {
    holderIdentity: 'cert-manager-7d9c6b5f4-x2x7q-external-cert-manager-controller',
    leaseDurationSeconds: 60,
    acquireTime: formatMicroTime(old - 3600e6),
    renewTime: formatMicroTime(old),
    leaseTransitions: 3,
  };
  await leaseClient(channel).create({ metadata, spec }, signal);
}
