import { type Clock, sleep } from './clock.ts';
import type { Config } from './config.ts';
import type { KubeTransport } from './kube/transport.ts';
import type { Observation } from './model/observation.ts';
import { labelKeysOf } from './model/policy.ts';
import { candidateSource } from './sources/candidates.ts';
import type { ClusterSource } from './sources/cluster.ts';
import { endpointSource } from './sources/endpoints.ts';
import { type LeaseSource, leaseSource } from './sources/leases.ts';
import { nodeSocketSource } from './sources/node-sockets.ts';
import { nodeSource } from './sources/nodes.ts';
import { probeSource } from './sources/probes.ts';
import { socketSource } from './sources/sockets.ts';
import type { Source } from './sources/source.ts';

export interface SourceParts {
  readonly config: Config;
  readonly clock: Clock;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  /** Absent when nothing of Kubernetes is watched. */
  readonly transport: KubeTransport | undefined;
}

/** Whether the configuration names anything that needs an API server. */
export function watchesKubernetes({ kubernetes, replicas }: Config): boolean {
  if (replicas !== undefined) return true;
  return kubernetes.nodes || kubernetes.leases === undefined || kubernetes.leases.length > 0;
}

export interface Sources {
  readonly all: readonly Source[];
  /** Those that may have nothing to tell, for want of objects or of what they need: nobody waits for them. */
  readonly optional: readonly Source[];
  /** Those among them that watch Leases. */
  readonly leases: readonly LeaseSource[];
}

/** One source for each thing to watch: the configuration turned into a list. */
export function sourcesOf(parts: SourceParts): Sources {
  const leases = leaseSources(parts);
  const all = [...leases, ...nodeSources(parts), ...socketSources(parts)];
  const optional = [
    ...candidateSources(parts),
    ...nodeSocketSources(parts),
    ...probeSources(parts),
    ...endpointSources(parts),
  ];
  return { all, optional, leases };
}

/** Our own network namespace: on a node it is that of the machine, or holds nobody but us. */
function socketSources({ config, clock }: SourceParts): readonly Source[] {
  const { ports, intervalMs } = config.websockets;
  if (config.mode === 'node' || ports.length === 0) return [];
  return [socketSource({ clock, ports, intervalMs, namespace: config.pod.namespace, pod: config.pod.name })];
}

function nodeSocketSources({ config, clock, random, transport }: SourceParts): readonly Source[] {
  const { ports, pods, find, intervalMs } = config.websockets;
  const { node } = config.kubernetes;
  if (!pods || node === undefined || transport === undefined) return [];
  return [nodeSocketSource({ transport, clock, random, node, ports, find, intervalMs })];
}

function leaseSources({ config, clock, random, transport }: SourceParts): readonly LeaseSource[] {
  if (transport === undefined) return [];
  const { namespaces, leases: names } = config.kubernetes;
  const common = { transport, clock, random, labelKeys: labelKeysOf(config.policies), streams: true };
  const places = namespaces === 'all' ? [{}] : namespaces.map((namespace) => ({ namespace }));
  const leases = places.flatMap((place) =>
    names === undefined
      ? [leaseSource({ ...common, ...place })]
      : names.map((name) => leaseSource({ ...common, ...place, name })),
  );
  return [...leases, ...ownLease(config).map((own) => leaseSource({ ...common, ...own }))];
}

/** The Lease of our own replicas, where it is not among the others that are watched. */
function ownLease({ kubernetes: { namespaces, leases }, replicas }: Config) {
  if (replicas === undefined) return [];
  const { namespace, lease: name } = replicas;
  const there = namespaces === 'all' || namespaces.includes(namespace);
  return there && (leases === undefined || leases.includes(name)) ? [] : [{ namespace, name }];
}

/** Where all leases are watched, all candidates are. */
function candidateSources({ config, clock, random, transport }: SourceParts): readonly Source[] {
  const { namespaces, leases } = config.kubernetes;
  const all = config.mode === 'cluster' && namespaces === 'all' && leases === undefined;
  return transport === undefined || !all ? [] : [candidateSource({ transport, clock, random })];
}

function probeSources({ config, clock, random }: SourceParts): readonly Source[] {
  return config.websockets.probes.map((target) => probeSource({ target, clock, random }));
}

function endpointSources({ config, clock }: SourceParts): readonly Source[] {
  return config.websockets.endpoints.map((target) => endpointSource({ target, clock }));
}

function nodeSources({ config, clock, random, transport }: SourceParts): readonly Source[] {
  const { nodes, node } = config.kubernetes;
  if (transport === undefined || !nodes) return [];
  return [nodeSource({ transport, clock, random, ...(node === undefined ? {} : { name: node }) })];
}

export interface Running {
  /** Tells which cluster this is. */
  readonly identity: ClusterSource | undefined;
  readonly sources: readonly Source[];
  readonly clock: Clock;
  /** What is remembered is of one cluster: the others start when it is known which one this is. */
  readonly identityFirst: boolean;
}

/** How long the others wait for it: a server that does not answer this has no lists for them either. */
const identityPatienceMs = 2000;

/** Starts every source; each ends when `stop` is aborted. */
export function runSources(
  running: Running,
  emit: (observation: Observation) => void,
  stop: AbortSignal,
): readonly Promise<void>[] {
  const { identity, sources, clock, identityFirst } = running;
  if (identity === undefined) return sources.map((source) => source.run(emit, stop));
  const told = Promise.withResolvers<void>();
  const identified = identity.run((observation) => {
    emit(observation);
    told.resolve();
  }, stop);
  // Rounds are named after the cluster: whoever sees again after an outage must not be ahead of its name.
  const heard = (observation: Observation): void => {
    if (observation.kind === 'list') identity.hurry();
    emit(observation);
  };
  const ready = identityFirst
    ? Promise.race([told.promise, sleep(clock, identityPatienceMs, stop)])
    : undefined;
  return [
    identified,
    ...sources.map(async (source) => {
      await ready;
      await source.run(heard, stop);
    }),
  ];
}
