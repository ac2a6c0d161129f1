import type { Clock, Moment } from './clock.ts';
import { Checkpoint, type CheckpointOptions } from './delivery/checkpoint.ts';
import type { MemoryTable } from './delivery/memory-table.ts';
import { nodeLeaseNamespace } from './model/classify.ts';
import type { Event } from './model/event.ts';
import { absenceKey, clusterKey, leaseKey, type Memory, nodeKey, silenceKey } from './model/memory.ts';
import type { LeaseObservation, Observation } from './model/observation.ts';
import { isNodeSource, seesNodeLeases } from './model/sight.ts';
import { memoryText, parseMemory, rememberedAt } from './sources/remembered.ts';

export interface CheckpointParts {
  /** Absent where nothing is kept on disk: then nothing survives a restart. */
  readonly table: MemoryTable | undefined;
  readonly clock: Clock;
  readonly recollection: { memory(key: string, at: Moment): Memory | undefined };
  /** The sources that run: a lease that none of them lists is not taken over. */
  readonly sources: readonly string[];
  readonly warn: (message: string) => void;
}

export interface Remembrance {
  /** Shows the model what an earlier process knew; returns whether it knew the cluster. */
  recall(emit: (observation: Observation) => void): Promise<boolean>;
  onObservation(observation: Observation): void;
  onEvent(event: Event): void;
  /** Writes what has changed since. */
  close(): Promise<void>;
}

/** Keeps on disk what the model must not forget: events say what matters at once, observations what may wait. */
export function createRemembrance(parts: CheckpointParts): Remembrance {
  const { table, warn } = parts;
  if (table === undefined) return nothing;
  const checkpoint = new Checkpoint({ table, clock: parts.clock, onError: warn, ...textsOf(parts) });
  /** The UID of the cluster whose memory it is. */
  let remembered: string | undefined;
  return {
    async recall(emit) {
      remembered = await recallAll(checkpoint, parts, emit);
      return remembered !== undefined;
    },
    onObservation(observation) {
      if (observation.kind === 'cluster' && observation.uid !== (remembered ?? observation.uid)) {
        warn(`checkpoint: it is of the cluster ${remembered}, and this is ${observation.uid}: it is ignored`);
        // Before the row that says of which cluster it is: killed in between, it is still known to be wrong.
        checkpoint.renew();
      }
      const key = keyOfObservation(observation);
      if (key === clusterKey) checkpoint.soon(key);
      else if (key !== undefined) checkpoint.later(key);
    },
    onEvent(event) {
      const key = keyOfEvent(event);
      if (key !== undefined) checkpoint.soon(key);
    },
    close: () => checkpoint.close(),
  };
}

function textsOf({
  recollection,
  clock,
}: CheckpointParts): Pick<CheckpointOptions, 'textOf' | 'knows' | 'restless'> {
  return {
    restless: isRestless,
    knows: (key) => recollection.memory(key, clock.now()) !== undefined,
    textOf(key) {
      const memory = recollection.memory(key, clock.now());
      return memory === undefined ? undefined : memoryText({ memory, boot: clock.boot });
    },
  };
}

/** Shows the model everything that can be read; returns the UID of the cluster, if it was known. */
async function recallAll(
  checkpoint: Checkpoint,
  { clock, sources, warn }: CheckpointParts,
  emit: (observation: Observation) => void,
): Promise<string | undefined> {
  const unreadable: string[] = [];
  let cluster: string | undefined;
  for await (const { key, text } of checkpoint.recall()) {
    const parsed = text === undefined ? damaged : parseMemory(text);
    if (parsed.kind === 'problem') {
      unreadable.push(`${key}: ${parsed.why}`);
      continue;
    }
    const { memory } = parsed.kept;
    if (memory.of === 'cluster') cluster = memory.uid;
    if (isWatched(memory, sources)) emit(rememberedAt(clock.now(), clock.boot, parsed.kept));
  }
  tellUnreadable(unreadable, warn);
  return cluster;
}

const nothing: Remembrance = {
  recall: async () => false,
  onObservation: () => {},
  onEvent: () => {},
  close: async () => {},
};

const damaged = { kind: 'problem', why: 'it is damaged' } as const;

/** One line for all of them, whatever their number: these leases are seen as if for the first time. */
function tellUnreadable([first, ...more]: readonly string[], warn: (message: string) => void): void {
  if (first === undefined) return;
  const others = more.length === 0 ? '' : `, and ${more.length} more`;
  warn(`checkpoint: ${first}${others}; what cannot be read is ignored`);
}

/** The first list of its source ends the gap of a row; without one it would stay unknown for ever. */
function isWatched(memory: Memory, sources: readonly string[]): boolean {
  if (memory.of === 'lease') return sources.includes(memory.source);
  if (memory.of !== 'node') return true;
  return sources.some((source) => seesNodeLeases(source) || isNodeSource(source));
}

/** Whose memory an observation touches. What it means is told by events. */
function keyOfObservation(observation: Observation): string | undefined {
  switch (observation.kind) {
    case 'lease':
      return isHeartbeat(observation) ? undefined : keyOfLease(observation.lease);
    case 'answer':
      return keyOfLease(observation.ask);
    case 'holder':
      return leaseKey(observation.ask.namespace, observation.ask.lease);
    case 'node':
      return nodeKey(observation.node.name);
    case 'cluster':
      return clusterKey;
    default:
      return undefined;
  }
}

/** A large cluster has thousands a second, so that its nodes are written in turns. */
function isHeartbeat({ change, lease }: LeaseObservation): boolean {
  return change === 'modified' && lease.namespace === nodeLeaseNamespace;
}

function isRestless(key: string): boolean {
  return key.startsWith(nodeKey(''));
}

function keyOfLease({ namespace, name }: { readonly namespace: string; readonly name: string }): string {
  return namespace === nodeLeaseNamespace ? nodeKey(name) : leaseKey(namespace, name);
}

/** Whose memory must be on disk soon: rounds, outages, and verdicts. That we cannot see is no verdict. */
function keyOfEvent(event: Event): string | undefined {
  switch (event.kind) {
    case 'round':
      return leaseKey(event.round.namespace, event.round.lease);
    case 'missed-rounds':
      // Written late, it would be counted once more by whoever starts from the record before.
      return leaseKey(event.namespace, event.lease);
    case 'lease-state':
      return event.to === 'unknown' ? undefined : leaseKey(event.namespace, event.lease);
    case 'node-outage':
      return nodeKey(event.node);
    case 'mass-silence':
      return silenceKey(event.class);
    case 'expectation':
      return absenceKey(event.namespace, event.lease);
    default:
      return undefined;
  }
}
