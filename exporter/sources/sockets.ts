import { type Clock, sleep } from '../clock.ts';
import { workloadOf } from '../kube/workload-name.ts';
import type { Observation } from '../model/observation.ts';
import type { CensusReply, PlaceJob } from './socket-census.ts';
import { socketCounter } from './socket-counter.ts';
import type { SocketsRequest } from './sockets-worker.ts';
import type { Source } from './source.ts';

export interface SocketSourceOptions {
  readonly clock: Clock;
  /** The local ports on which WebSocket servers listen. */
  readonly ports: readonly number[];
  /** Who we are, where it is known: the counts are told of this Pod. */
  readonly namespace?: string;
  readonly pod?: string;
  readonly intervalMs?: number;
  /** Where procfs is mounted; the network namespace is that of this process. */
  readonly procRoot?: string;
}

/** Counts the connections of the declared ports in our own network namespace. */
export function socketSource(options: SocketSourceOptions): Source {
  const { clock, ports, namespace = '', pod = '', intervalMs = 5000, procRoot = '/proc' } = options;
  const workload = workloadOf(pod);
  const place = { namespace, pod, workload, processRoot: procRoot };
  const own: PlaceJob = { ...place, ports, origin: 'configured', find: false };
  return {
    name: 'sockets',
    run: (emit, stop) => countEvery({ clock, intervalMs, what: () => ({ own }), emit, stop }),
  };
}

export interface Counting {
  readonly clock: Clock;
  readonly intervalMs: number;
  /** What the next census is of; `undefined` when that is not known. */
  readonly what: () => SocketsRequest['what'] | undefined;
  /** The node of which every Pod is counted. */
  readonly node?: string;
  readonly emit: (observation: Observation) => void;
  readonly stop: AbortSignal;
}

/**
 * Takes a census every `intervalMs`, in a worker thread. While the tables cannot be read there is no census
 * at all, and the source is `blind`: an unknown count is no zero.
 */
export async function countEvery({ clock, intervalMs, what, node, emit, stop }: Counting): Promise<void> {
  const counter = socketCounter();
  const tell = teller(clock, emit, node);
  // Ending the thread answers a count that is under way, so that a slow table does not hold up the end.
  stop.addEventListener('abort', () => void counter.close(), { once: true });
  while (!stop.aborted) {
    const job = what();
    if (job !== undefined) {
      const reply = await counter.count({ mono: clock.now().mono, what: job });
      if (!stop.aborted) tell(reply);
    }
    await sleep(clock, intervalMs, stop);
  }
  await counter.close();
}

/** Turns replies into observations; a lasting failure is told once, and again when its reason changes. */
function teller(
  clock: Clock,
  emit: (observation: Observation) => void,
  node: string | undefined,
): (reply: CensusReply) => void {
  const tables = sightTeller('sockets', clock, emit);
  const counters = sightTeller('socket-counters', clock, emit);
  return (reply) => {
    if (reply.kind === 'failed') return tables(reply.why);
    tables(undefined);
    const { places, unread } = reply;
    const where = node === undefined ? {} : { node };
    emit({ kind: 'sockets', source: 'sockets', at: clock.now(), ...where, places, unread });
    counters(reply.why);
  };
}

/** Tells why a source is blind, and when it sees again. */
function sightTeller(
  source: string,
  clock: Clock,
  emit: (observation: Observation) => void,
): (why: string | undefined) => void {
  let blindness: string | undefined;
  return (why) => {
    const common = { kind: 'sight', source, at: clock.now() } as const;
    if (why === undefined && blindness !== undefined) {
      emit({ ...common, sight: 'sighted', why: 'readable again' });
    }
    if (why !== undefined && why !== blindness) emit({ ...common, sight: 'blind', why });
    blindness = why;
  };
}
