import { type Channel, exchange } from './request.ts';

export interface PodSketch {
  readonly namespace: string;
  readonly name: string;
  readonly app: string;
  readonly node: string;
}

/** Makes and removes the Pods that holders of leases are named after; a refusal changes nothing else. */
export interface PodClient {
  create(pod: PodSketch, signal: AbortSignal): Promise<void>;
  remove(namespace: string, name: string, signal: AbortSignal): Promise<void>;
}

export function podClient(channel: Channel): PodClient {
  return {
    async create(pod, signal) {
      await exchange(channel, 'POST', podPath(pod.namespace), signal, podObject(pod));
    },
    async remove(namespace, name, signal) {
      const path = `${podPath(namespace)}/${name}?gracePeriodSeconds=0`;
      await exchange(channel, 'DELETE', path, signal);
    },
  };
}

function podPath(namespace: string): string {
  return `/api/v1/namespaces/${namespace}/pods`;
}

function podObject(pod: PodSketch): object {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { namespace: pod.namespace, name: pod.name, labels: { app: pod.app } },
    spec: { nodeName: pod.node, containers: [{ name: pod.app, image: `leasewatch.invalid/${pod.app}` }] },
  };
}
