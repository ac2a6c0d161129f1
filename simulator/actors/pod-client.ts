import { type Channel, exchange } from '../../exporter/kube/exchange.ts';

export interface PodSketch {
  readonly namespace: string;
  readonly name: string;
  readonly app: string;
  readonly node: string;
  /** Hash of the template that it is made from: the name of its ReplicaSet ends in it. */
  readonly hash: string;
}

/** How the container of a Pod ended, and how often one did so far. */
export interface ContainerEnd {
  readonly reason: 'Error' | 'OOMKilled';
  readonly exitCode: number;
  /** RFC 3339 in whole seconds, as kubelets write it. */
  readonly finishedAt: string;
  readonly restarts: number;
}

/** What controllers, users and kubelets do to the Pods that holders of leases run in; a refusal changes nothing. */
export interface PodClient {
  /** Made by its controller, bound to its node and started there. */
  create(pod: PodSketch, signal: AbortSignal): Promise<void>;
  /** Deleted by its controller: it stays, marked, until its containers have ended. */
  terminate(namespace: string, name: string, signal: AbortSignal): Promise<void>;
  /** Evicted by the API, as a drain does it: as `terminate`, with the reason in its status. */
  evict(namespace: string, name: string, signal: AbortSignal): Promise<void>;
  /** Its containers have ended, or it is deleted by force. */
  remove(namespace: string, name: string, signal: AbortSignal): Promise<void>;
  /** Its container ended and runs again. */
  restarted(pod: PodSketch, end: ContainerEnd, signal: AbortSignal): Promise<void>;
}

export function podClient(channel: Channel): PodClient {
  const at = (namespace: string, name: string) => `${podPath(namespace)}/${name}`;
  const say = async (pod: PodSketch, end: ContainerEnd | undefined, signal: AbortSignal): Promise<void> => {
    const told = { ...podObject(pod), status: podStatus(pod, end) };
    await exchange(channel, 'PUT', `${at(pod.namespace, pod.name)}/status`, signal, told);
  };
  return {
    async create(pod, signal) {
      await exchange(channel, 'POST', podPath(pod.namespace), signal, podObject(pod));
      await say(pod, undefined, signal);
    },
    async terminate(namespace, name, signal) {
      await exchange(channel, 'DELETE', at(namespace, name), signal);
    },
    async evict(namespace, name, signal) {
      const eviction = { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { namespace, name } };
      await exchange(channel, 'POST', `${at(namespace, name)}/eviction`, signal, eviction);
    },
    async remove(namespace, name, signal) {
      await exchange(channel, 'DELETE', `${at(namespace, name)}?gracePeriodSeconds=0`, signal);
    },
    restarted: say,
  };
}

function podPath(namespace: string): string {
  return `/api/v1/namespaces/${namespace}/pods`;
}

function podObject({ namespace, name, app, node, hash }: PodSketch): object {
  const owner = { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: `${app}-${hash}`, uid: hash };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      ...{ namespace, name, labels: { app, 'pod-template-hash': hash } },
      ownerReferences: [{ ...owner, controller: true, blockOwnerDeletion: true }],
    },
    spec: { nodeName: node, containers: [{ name: app, image: `leasewatch.invalid/${app}` }] },
  };
}

function podStatus({ app }: PodSketch, end: ContainerEnd | undefined): object {
  const { restarts = 0, ...terminated } = end ?? {};
  const lastState = end === undefined ? {} : { terminated };
  const container = { name: app, ready: true, started: true, restartCount: restarts };
  return {
    phase: 'Running',
    conditions: [{ type: 'Ready', status: 'True' }],
    containerStatuses: [{ ...container, state: { running: {} }, lastState }],
  };
}
