import type { Clock } from '../clock.ts';
import { jsonDecoder } from '../kube/decode-json.ts';
import { parseLease } from '../kube/parse-lease.ts';
import { defaultLimits, type ReflectorLimits } from '../kube/reflection.ts';
import { reflect } from '../kube/reflector.ts';
import type { KubeTransport } from '../kube/transport.ts';
import type { Source } from './source.ts';

export interface LeaseSourceOptions {
  readonly transport: KubeTransport;
  readonly clock: Clock;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  /** One namespace; all of them when absent. */
  readonly namespace?: string;
  /** One lease by name; all of them when absent. */
  readonly name?: string;
  readonly limits?: Partial<ReflectorLimits>;
}

/** Watches Leases. Its name is `leases`, `leases/NAMESPACE` or `leases/NAMESPACE/NAME`. */
export function leaseSource(options: LeaseSourceOptions): Source {
  const { namespace, name } = options;
  const source = ['leases', namespace ?? (name === undefined ? undefined : '*'), name]
    .filter((part) => part !== undefined)
    .join('/');
  return {
    name: source,
    run: (emit, stop) =>
      reflect(
        {
          transport: options.transport,
          clock: options.clock,
          random: options.random,
          path: leasesPath(namespace),
          ...(name === undefined ? {} : { query: { fieldSelector: `metadata.name=${name}` } }),
          decoder: jsonDecoder(parseLease),
          source,
          toObservation: (change, lease, at) => ({ kind: 'lease', source, at, change, lease }),
          limits: { ...defaultLimits, ...options.limits },
        },
        emit,
        stop,
      ),
  };
}

function leasesPath(namespace: string | undefined): string {
  const group = '/apis/coordination.k8s.io/v1';
  return namespace === undefined
    ? `${group}/leases`
    : `${group}/namespaces/${encodeURIComponent(namespace)}/leases`;
}
