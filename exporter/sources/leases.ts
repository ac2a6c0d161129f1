import type { Clock } from '../clock.ts';
import { eitherDecoder } from '../kube/decode-either.ts';
import { jsonDecoder } from '../kube/decode-json.ts';
import { protobufDecoder } from '../kube/decode-protobuf.ts';
import { Interruption } from '../kube/interruption.ts';
import { parseLease } from '../kube/parse-lease.ts';
import { LeaseReader } from '../kube/protobuf-lease.ts';
import { type Collection, defaultLimits, type Reflection, type ReflectorLimits } from '../kube/reflection.ts';
import { reflect } from '../kube/reflector.ts';
import type { KubeTransport } from '../kube/transport.ts';
import type { LeaseRecord } from '../model/observation.ts';
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
  /** Labels that are kept; none when absent. */
  readonly labelKeys?: readonly string[];
  /** The first state is asked for as a stream, of servers that have that. */
  readonly streams?: boolean;
  readonly limits?: Partial<ReflectorLimits>;
}

export interface LeaseSource extends Source {
  /** What it watches, to be read besides the watch. */
  readonly collection: Collection<LeaseRecord>;
  /** A read has shown what its watch does not tell: it shall go on anew from its place, or with a list. */
  restart(relist: boolean): void;
}

/** Watches Leases. Its name is `leases`, `leases/NAMESPACE` or `leases/NAMESPACE/NAME`, with `*` for any namespace. */
export function leaseSource(options: LeaseSourceOptions): LeaseSource {
  const { transport, clock, random, namespace, name } = options;
  const source = ['leases', namespace ?? (name === undefined ? undefined : '*'), name]
    .filter((part) => part !== undefined)
    .join('/');
  const limits = { ...defaultLimits, ...options.limits };
  const collection: Collection<LeaseRecord> = {
    transport,
    clock,
    path: leasesPath(namespace),
    ...(name === undefined ? {} : { query: { fieldSelector: `metadata.name=${name}` } }),
    decoder: eitherDecoder(
      protobufDecoder(new LeaseReader(options.labelKeys)),
      jsonDecoder((value) => parseLease(value, options.labelKeys)),
    ),
    limits,
  };
  const interruption = new Interruption();
  const reflection: Reflection<LeaseRecord> = {
    ...{ ...collection, random, source, limits },
    toObservation: (change, lease, at) => ({ kind: 'lease', source, at, change, lease }),
    interruption,
    ...(options.streams === true ? { keyOf: ({ namespace, name }) => `${namespace}/${name}` } : {}),
  };
  return {
    name: source,
    collection,
    run: (emit, stop) => reflect(reflection, emit, stop),
    restart: (relist) => interruption.interrupt(relist),
  };
}

function leasesPath(namespace: string | undefined): string {
  const group = '/apis/coordination.k8s.io/v1';
  return namespace === undefined
    ? `${group}/leases`
    : `${group}/namespaces/${encodeURIComponent(namespace)}/leases`;
}
