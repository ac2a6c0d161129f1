import { join } from 'node:path';
import type { NodePod } from '../kube/parse-node-pod.ts';
import type { PlaceCensus, PortCensus, UnreadPlace } from '../model/observation.ts';
import { descriptorsByContainer } from './descriptors.ts';
import { namespaceOf, type PodProcess, scanPods } from './node-processes.ts';
import { type CensusReply, CensusTaker, type PlaceJob, type PlaceReply } from './socket-census.ts';

/** What is to be counted on a node. */
export interface NodeJob {
  readonly procRoot: string;
  /** Those that are bound to the node, by the API server. */
  readonly pods: readonly NodePod[];
  /** Of Pods without the annotation. */
  readonly ports: readonly number[];
  /** Whether other ports with listeners are counted in Pods without the annotation. */
  readonly find: boolean;
}

type Read = { readonly place: PlaceCensus; readonly why?: string } | { readonly unread: UnreadPlace };

/** Counts every Pod of a node, each through one of its processes: whoever is in a namespace sees all of it. */
export class NodeCensus {
  #takers = new Map<string, CensusTaker>();

  take(job: NodeJob, mono: number): CensusReply {
    const processes = scanPods(job.procRoot);
    if (processes.size === 0 && job.pods.length > 0) {
      return { kind: 'failed', why: 'no process of any Pod is visible here: the Pod needs hostPID' };
    }
    const machine = namespaceOf(join(job.procRoot, '1'));
    const known = this.#takers;
    this.#takers = new Map();
    const read = job.pods.flatMap((pod): readonly Read[] => {
      const own = processes.get(pod.cgroupUid);
      // Not started yet, or over: nothing is there to be counted.
      if (own === undefined) return [];
      if (pod.problem !== undefined) return [{ unread: unread(pod, 'bad_annotation', pod.problem) }];
      return this.#takePod(job, pod, own, machine, known, mono);
    });
    const why = read.map((each) => ('why' in each ? each.why : undefined)).find((each) => each !== undefined);
    return {
      kind: 'census',
      places: read.flatMap((each) => ('place' in each ? [each.place] : [])),
      unread: read.flatMap((each) => ('unread' in each ? [each.unread] : [])),
      ...(why === undefined ? {} : { why }),
    };
  }

  #takePod(
    job: NodeJob,
    pod: NodePod,
    processes: readonly PodProcess[],
    machine: number | undefined,
    known: ReadonlyMap<string, CensusTaker>,
    mono: number,
  ): readonly Read[] {
    const taker = known.get(pod.cgroupUid) ?? new CensusTaker();
    this.#takers.set(pod.cgroupUid, taker);
    let last: PlaceReply | undefined;
    for (const { root } of processes.slice(0, mostTries)) {
      const place = placeJob(job, pod, root, machine);
      if (place === undefined) return [];
      last = taker.take(place, mono);
      if (last.kind === 'census') return [told(place, last, processes)];
    }
    const { why, code } = last?.kind === 'failed' ? last : { why: 'it has no process', code: 'ENOENT' };
    return [{ unread: unread(pod, reasonOf(code), why) }];
  }
}

/** A process may die between the scan and the read: then another one of its Pod is asked. */
const mostTries = 3;

/** `undefined` where nothing of the Pod is to be counted. */
function placeJob(
  job: NodeJob,
  pod: NodePod,
  root: string,
  machine: number | undefined,
): (PlaceJob & { readonly shared: boolean }) | undefined {
  const { namespace, name, workload, ports } = pod;
  const common = { namespace, pod: name, workload, processRoot: root };
  // On the network of the machine only what the Pod declares can be told from the ports of others.
  const shared = machine !== undefined && namespaceOf(root) === machine;
  if (ports !== undefined) return { ...common, ports, origin: 'annotated', find: false, shared };
  if (shared || (job.ports.length === 0 && !job.find)) return undefined;
  return { ...common, ports: job.ports, origin: 'configured', find: job.find, shared };
}

function told(
  job: PlaceJob & { readonly shared: boolean },
  { place, why }: Extract<PlaceReply, { kind: 'census' }>,
  processes: readonly PodProcess[],
): Read {
  const { counters, ports, ...names } = place;
  return {
    place: {
      ...{ ...names, ports: job.origin === 'annotated' ? ports : ports.filter(isUsed) },
      // The counters of the machine are not those of one Pod.
      ...(counters === undefined || job.shared ? {} : { counters }),
      descriptors: descriptorsByContainer(processes),
    },
    ...(why === undefined ? {} : { why }),
  };
}

/** Ports of the configuration are meant for the Pods that have them. */
function isUsed({ listening, established, unaccepted, closing }: PortCensus): boolean {
  return listening || established + unaccepted + closing > 0;
}

function unread({ namespace, name }: NodePod, reason: UnreadPlace['reason'], why: string): UnreadPlace {
  return { namespace, pod: name, reason, why };
}

function reasonOf(code: string | undefined): UnreadPlace['reason'] {
  if (code === 'ENOENT' || code === 'ESRCH') return 'gone';
  return code === 'EACCES' || code === 'EPERM' ? 'denied' : 'unreadable';
}
