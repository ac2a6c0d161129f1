import { nodeLeaseNamespace } from '../../exporter/model/classify.ts';
import { leaseRecord, nodeRecord } from '../../exporter/model/fixture.ts';
import type { Change, LeaseRecord, NodeRecord } from '../../exporter/model/observation.ts';
import type { Act, Fields, NodeFields, Source } from './command.ts';

/** A write as a watch tells it. */
export type Write =
  | { readonly kind: 'lease'; readonly change: Change; readonly lease: LeaseRecord }
  | { readonly kind: 'node'; readonly change: Change; readonly node: NodeRecord };

const names = ['x', 'y'];
const people = ['a', 'b', 'c'];
const nodes = ['node-1', 'node-2'];
/** More than are read one by one. */
const crowdSize = 9;

export function sourceOf(write: Write): Source {
  return write.kind === 'lease' ? 'leases' : 'nodes';
}

/** The store as it was after a write. */
interface Backup {
  readonly leases: ReadonlyMap<string, LeaseRecord>;
  readonly nodes: ReadonlyMap<string, NodeRecord>;
  readonly revision: number;
}

/** The truth: what an API server would hold. Its clock and those of the writers never jump with ours. */
export class Cluster {
  readonly leases = new Map<string, LeaseRecord>();
  readonly nodes = new Map<string, NodeRecord>();
  /** How far the clock of each writer is ahead (µs). */
  readonly #ahead = [0, 3_600_000_000, -300_000];
  #revision = 100;
  /** A UID is never given twice, also in a store that was set back. */
  #objects = 100;
  readonly #backups: Backup[] = [];

  get revision(): string {
    return String(this.#revision);
  }

  setClock(who: number, seconds: number): void {
    this.#ahead[who] = seconds * 1e6;
  }

  /** The store as it was so many writes ago: its revisions come again. */
  restore(writes: number): void {
    const backup = this.#backups.splice(Math.max(0, this.#backups.length - 1 - writes))[0];
    if (backup === undefined) return;
    refill(this.leases, backup.leases);
    refill(this.nodes, backup.nodes);
    this.#revision = backup.revision;
  }

  /** Does what an act says at the wall time `now` (µs); what cannot be done is no write at all. */
  write(act: Act, now: number): Write[] {
    const { leases, nodes } = this;
    this.#backups.push({ leases: new Map(leases), nodes: new Map(nodes), revision: this.#revision });
    return this.#write(act, now);
  }

  #write(act: Act, now: number): Write[] {
    switch (act.do) {
      case 'create':
        return this.#create(names[act.lease] ?? '', people[act.who] ?? '', act.fields, now);
      case 'renew':
        return this.#change(names[act.lease], (lease) => ({ renewTime: this.#clockOf(lease.holder, now) }));
      case 'release':
        return this.#change(names[act.lease], ({ holder }) => this.#released(holder, now));
      case 'take':
        return this.#take(names[act.lease], people[act.who] ?? '', act.free, now);
      case 'edit':
        return this.#change(names[act.lease], (lease) => this.#fields(act.fields, lease.holder, now));
      case 'remove':
        return this.#remove(`ns/${names[act.lease]}`);
      case 'crowd':
        return Array.from({ length: crowdSize }, (_, index) => this.#agent(`agent-${index}`, now)).flat();
      case 'beat':
        return this.#beat(nodes[act.node] ?? '', now);
      case 'unlease':
        return this.#remove(`${nodeLeaseNamespace}/${nodes[act.node]}`);
      case 'node':
        return this.#node(nodes[act.node] ?? '', act.fields, now);
      case 'unnode':
        return this.#unnode(nodes[act.node] ?? '');
      default:
        return [];
    }
  }

  #create(name: string, holder: string, fields: Fields, now: number): Write[] {
    if (this.leases.has(`ns/${name}`)) return [];
    const times = { acquireTime: this.#clockOf(holder, now), renewTime: this.#clockOf(holder, now) };
    return this.#put(
      { namespace: 'ns', name, holder, ...times, ...this.#fields(fields, holder, now) },
      'added',
    );
  }

  #take(name: string | undefined, holder: string, free: boolean, now: number): Write[] {
    return this.#change(name, (lease) => {
      if (free && (lease.holder ?? '') !== '') return undefined;
      const time = this.#clockOf(holder, now);
      const another = lease.holder === holder ? 0 : 1;
      return {
        ...{ holder, acquireTime: time, renewTime: time },
        ...{ durationSeconds: 15, transitions: (lease.transitions ?? 0) + another },
      };
    });
  }

  #released(holder: string | undefined, now: number): Partial<LeaseRecord> {
    const time = this.#clockOf(holder, now);
    return { holder: '', durationSeconds: 1, renewTime: time, acquireTime: time };
  }

  #agent(name: string, now: number): Write[] {
    return this.leases.has(`ns/${name}`)
      ? this.#change(name, () => ({ renewTime: now }))
      : this.#put({ namespace: 'ns', name, holder: name, renewTime: now }, 'added');
  }

  #beat(name: string, now: number): Write[] {
    const known = this.leases.get(`${nodeLeaseNamespace}/${name}`);
    const fresh = {
      namespace: nodeLeaseNamespace,
      name,
      holder: name,
      durationSeconds: name === 'node-1' ? 40 : 300,
    };
    return known === undefined
      ? this.#put({ ...fresh, renewTime: now }, 'added')
      : this.#put({ ...known, renewTime: now }, 'modified');
  }

  #change(
    name: string | undefined,
    fields: (lease: LeaseRecord) => Partial<LeaseRecord> | undefined,
  ): Write[] {
    const lease = this.leases.get(`ns/${name}`);
    const changed = lease === undefined ? undefined : fields(lease);
    return lease === undefined || changed === undefined
      ? []
      : this.#put({ ...lease, ...changed }, 'modified');
  }

  #put(fields: Partial<LeaseRecord>, change: Change): Write[] {
    const revision = this.#next();
    const uid = change === 'added' ? this.#uid('uid') : (fields.uid ?? '');
    const lease = leaseRecord({ ...fields, uid, resourceVersion: revision });
    this.leases.set(`${lease.namespace}/${lease.name}`, lease);
    return [{ kind: 'lease', change, lease }];
  }

  #remove(id: string): Write[] {
    const lease = this.leases.get(id);
    if (lease === undefined) return [];
    this.leases.delete(id);
    return [{ kind: 'lease', change: 'deleted', lease: { ...lease, resourceVersion: this.#next() } }];
  }

  #node(name: string, fields: NodeFields, now: number): Write[] {
    const known = this.nodes.get(name);
    const revision = this.#next();
    const node = nodeRecord({
      ...(known ?? { name, uid: this.#uid('node') }),
      ...{ resourceVersion: revision, readyHeartbeat: now },
      ...(fields.ready === undefined ? {} : { ready: fields.ready }),
      ...(fields.terminating === undefined ? {} : { terminating: fields.terminating }),
      ...(fields.reboot ? { bootId: `boot-${revision}` } : {}),
    });
    this.nodes.set(name, node);
    return [{ kind: 'node', change: known === undefined ? 'added' : 'modified', node }];
  }

  #unnode(name: string): Write[] {
    const node = this.nodes.get(name);
    if (node === undefined) return [];
    this.nodes.delete(name);
    return [{ kind: 'node', change: 'deleted', node: { ...node, resourceVersion: this.#next() } }];
  }

  #fields(fields: Fields, holder: string | undefined, now: number): Partial<LeaseRecord> {
    const { renewed, ...others } = fields;
    const said = Object.entries(others).map(([key, value]) => [key, value === 'nil' ? undefined : value]);
    if (renewed === undefined) return Object.fromEntries(said);
    const renewTime = renewed === 'nil' ? undefined : this.#clockOf(holder, now) + renewed * 1e6;
    return { ...Object.fromEntries(said), renewTime };
  }

  #clockOf(holder: string | undefined, now: number): number {
    return now + (this.#ahead[people.indexOf(holder ?? '')] ?? 0);
  }

  #uid(kind: string): string {
    this.#objects += 1;
    return `${kind}-${this.#objects}`;
  }

  #next(): string {
    this.#revision += 1;
    return this.revision;
  }
}

function refill<T>(map: Map<string, T>, from: ReadonlyMap<string, T>): void {
  map.clear();
  for (const [key, value] of from) map.set(key, value);
}
