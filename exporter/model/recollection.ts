import type { Moment } from '../clock.ts';
import type { LeaseClass } from './event.ts';
import type { Expectations } from './expectations.ts';
import type { LeaseRow } from './lease-row.ts';
import type { MassSilence } from './mass-silence.ts';
import { absenceKey, clusterKey, leaseKey, type Memory, nodeKey, type Place, silenceKey } from './memory.ts';
import type { NodeRow } from './node-row.ts';
import type { RememberedObservation } from './observation.ts';
import type { Policies } from './policies.ts';
import { leaseMemory, recallLease } from './remember-lease.ts';
import { nodeMemory, recallNode } from './remember-node.ts';
import { neverListed } from './sight.ts';
import type { Now } from './sink.ts';

const classes: readonly LeaseClass[] = ['election', 'node', 'apiserver', 'coordinated', 'lock', 'heartbeat'];

/** All that is judged, by `namespace/name` or by name. */
interface Judged {
  readonly leases: Map<string, LeaseRow>;
  readonly nodes: Map<string, NodeRow>;
}

/** What a model must not forget in a restart, and what it knows from before one. */
export class Recollection {
  /** Empty while it is not known. */
  clusterUid = '';
  readonly #leases: Map<string, LeaseRow>;
  readonly #nodes: Map<string, NodeRow>;
  readonly #silence: MassSilence;
  readonly #expected: () => Expectations;

  /** The rows of the model itself: leases by `namespace/name`, nodes by name. */
  constructor({ leases, nodes }: Judged, silence: MassSilence, expected: () => Expectations) {
    this.#expected = expected;
    this.#leases = leases;
    this.#nodes = nodes;
    this.#silence = silence;
  }

  *memories(at: Moment): Iterable<Memory> {
    for (const key of this.#keys()) {
      const memory = this.memory(key, at);
      if (memory !== undefined) yield memory;
    }
  }

  /** The memory of this key, or `undefined` when nothing is known under it (any more). */
  memory(key: string, at: Moment): Memory | undefined {
    const [of, ...rest] = key.split('/');
    const name = rest.join('/');
    const lease = of === 'lease' ? this.#leases.get(name) : undefined;
    const node = of === 'node' ? this.#nodes.get(name) : undefined;
    const kind = of === 'silence' ? classes.find((each) => each === name) : undefined;
    if (lease !== undefined) return leaseMemory(lease, at);
    if (node !== undefined) return nodeMemory(node, at);
    if (kind !== undefined) return this.#silence.remember(kind, at);
    if (of === 'absence') return this.#expected().remember(name, at);
    if (key !== clusterKey || this.clusterUid === '') return undefined;
    return { of: 'cluster', at, uid: this.clusterUid };
  }

  /** Takes over what an earlier process knew; what we have seen ourselves is younger. */
  recall({ memory, awayMs, sameClock }: RememberedObservation, now: Now, policies: Policies): void {
    const place: Place = (age) => now.at.mono - Math.max(0, awayMs) - age;
    switch (memory.of) {
      case 'cluster':
        this.clusterUid ||= memory.uid;
        return;
      case 'lease': {
        const key = `${memory.record.namespace}/${memory.record.name}`;
        if (this.#leases.has(key)) return;
        const row = recallLease(memory, now, place, sameClock);
        if (policies.recall(row, now)) this.#leases.set(key, row);
        return;
      }
      case 'node':
        if (this.#nodes.has(memory.name)) return;
        this.#nodes.set(
          memory.name,
          recallNode(memory, policies.rulesOf(memory.name), now, place, sameClock),
        );
        return;
      case 'silence':
        return this.#silence.recall(memory, place);
      case 'absence':
        return this.#expected().recall(`${memory.namespace}/${memory.lease}`, place(memory.sinceAge));
    }
  }

  /** Who the cluster is. When it is another one than that of the memory, its leases and nodes are not these. */
  identify(uid: string, now: Now): void {
    if (this.clusterUid !== '' && this.clusterUid !== uid) this.#forgetRecalled(now);
    this.clusterUid = uid;
  }

  #forgetRecalled(now: Now): void {
    this.#expected().forgetRecalled(now);
    this.#silence.forget();
    for (const [key, row] of this.#leases) if (row.generation === neverListed) this.#leases.delete(key);
    for (const [key, { leaseGeneration, nodeGeneration }] of this.#nodes) {
      if (Math.max(leaseGeneration, nodeGeneration) === neverListed) this.#nodes.delete(key);
    }
  }

  *#keys(): Iterable<string> {
    yield clusterKey;
    for (const { namespace, name } of this.#leases.values()) yield leaseKey(namespace, name);
    for (const name of this.#nodes.keys()) yield nodeKey(name);
    for (const kind of classes) yield silenceKey(kind);
    for (const { namespace, name } of this.#expected()) yield absenceKey(namespace, name);
  }
}
