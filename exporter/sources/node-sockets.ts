import { type Clock, sleep } from '../clock.ts';
import { createBackoff } from '../kube/backoff.ts';
import type { NodePod } from '../kube/parse-node-pod.ts';
import { readNodePods } from '../kube/read-node-pods.ts';
import { readContainers } from '../kube/read-pods.ts';
import { defaultLimits } from '../kube/reflection.ts';
import { Sight } from '../kube/sight.ts';
import type { KubeTransport } from '../kube/transport.ts';
import type { Observation } from '../model/observation.ts';
import { ContainerNames } from './container-names.ts';
import { countEvery } from './sockets.ts';
import type { Source } from './source.ts';

export interface NodeSocketSourceOptions {
  readonly transport: KubeTransport;
  readonly clock: Clock;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  readonly node: string;
  /** Ports of Pods without the annotation. */
  readonly ports: readonly number[];
  /** Whether other ports with listeners are counted there. */
  readonly find: boolean;
  readonly intervalMs?: number;
  readonly procRoot?: string;
  /** Between two lists of the Pods of the node. */
  readonly podsEveryMs?: number;
}

/**
 * Counts the connections of every Pod of a node: who is there tells the API server, the rest procfs. Needs
 * hostPID, no capability. When the Pods can no longer be listed, those that are known are counted on.
 */
export function nodeSocketSource(options: NodeSocketSourceOptions): Source {
  const { clock, ports, find, intervalMs = 5000, procRoot = '/proc' } = options;
  return {
    name: 'sockets',
    async run(emit, stop) {
      let pods: readonly NodePod[] | undefined;
      const listing = listEvery(options, emit, stop, (listed) => {
        pods = listed;
      });
      const names = new ContainerNames();
      const naming = nameEvery(options, names, stop);
      const what = () => (pods === undefined ? undefined : { node: { procRoot, pods, ports, find } });
      const named = (observation: Observation) => emit(withNames(observation, names));
      await countEvery({ clock, intervalMs, what, node: options.node, emit: named, stop });
      await Promise.all([listing, naming]);
    },
  };
}

/** Why there is no list is told under a name of its own, `pods`: the census goes on with what is known. */
async function listEvery(
  { transport, clock, random, node, podsEveryMs = 15_000 }: NodeSocketSourceOptions,
  emit: (observation: Observation) => void,
  stop: AbortSignal,
  take: (pods: readonly NodePod[]) => void,
): Promise<void> {
  const { backoff, forbiddenMs } = defaultLimits;
  const pauses = createBackoff(random, backoff.minMs, backoff.maxMs);
  const sight = new Sight('pods', clock, emit);
  while (!stop.aborted) {
    const read = await readNodePods({ transport, clock, node, stop });
    if (stop.aborted) return;
    if ('reason' in read) {
      sight.lost(read);
      const refused = read.reason === 'forbidden' || read.reason === 'unauthorized';
      await sleep(clock, Math.max(refused ? forbiddenMs : pauses.next(), read.retryAfterMs ?? 0), stop);
      continue;
    }
    sight.resumed('the Pods of the node are listed');
    take(read);
    await sleep(clock, podsEveryMs, stop);
  }
}

function withNames(observation: Observation, names: ContainerNames): Observation {
  if (observation.kind !== 'sockets') return observation;
  return { ...observation, places: names.apply(observation.places) };
}

/** One Pod after the other: when a node starts, there are many, and nobody waits for them. */
async function nameEvery(
  { transport, clock, intervalMs = 5000 }: NodeSocketSourceOptions,
  names: ContainerNames,
  stop: AbortSignal,
): Promise<void> {
  while (!stop.aborted) {
    for (const of of names.wanted(clock.now().mono)) {
      const read = await readContainers({ transport, clock, stop }, of.namespace, of.pod);
      if (stop.aborted) return;
      names.learn(of, 'reason' in read ? undefined : read, clock.now().mono);
    }
    await sleep(clock, intervalMs, stop);
  }
}
