import { formatMicroTime, parseMicroTime } from '../../exporter/kube/microtime.ts';
import { parseLease } from '../../exporter/kube/parse-lease.ts';
import type { CandidateRecord, Change, LeaseRecord, NodeRecord } from '../../exporter/model/observation.ts';
import type { Command } from './script.ts';

export type Write =
  | { readonly kind: 'lease'; readonly change: Change; readonly lease: LeaseRecord }
  | { readonly kind: 'candidate'; readonly change: Change; readonly candidate: CandidateRecord }
  | { readonly kind: 'node'; readonly change: Change; readonly node: NodeRecord };

const nodeLeases = 'kube-node-lease';

/** The records of a cluster as a script writes them, with the resourceVersions of one etcd. */
export class Cluster {
  readonly leases = new Map<string, LeaseRecord>();
  readonly nodes = new Map<string, NodeRecord>();
  readonly candidates = new Map<string, CandidateRecord>();
  /** The duration that a lease has when it is held: a release writes 1 s over it. */
  readonly #durations = new Map<string, number | undefined>();
  #revision = 100;
  #uids = 0;

  /** The last resourceVersion that was given out. */
  get revision(): string {
    return String(this.#revision);
  }

  /** What a command writes, at the wall time `now` in Unix microseconds; `undefined` when it is no write. */
  write(command: Command, now: number): Write | undefined {
    const [name = '', holder = ''] = command.words;
    const fields = command.fields;
    switch (command.verb) {
      case 'lease':
      case 'create':
        return this.#create(name, fields, now);
      case 'renew':
        return this.#modify(name, { renewTime: now, ...leaseFields(fields, now) });
      case 'take':
        return this.#take(name, holder, fields, now);
      case 'release':
        return this.#modify(name, { holder: '', durationSeconds: 1, acquireTime: now, renewTime: now });
      case 'edit':
        return this.#modify(name, leaseFields(fields, now));
      case 'beat':
        return this.#beat(name, now);
      case 'node':
        return this.#node(name, fields, now);
      case 'candidate':
      case 'ping':
      case 'withdraw':
        return this.#candidate(command.verb, name, fields, now);
      case 'delete':
        return name.includes('/') ? this.#deleteLease(name) : this.#deleteNode(name);
      default:
        return undefined;
    }
  }

  #create(key: string, fields: ReadonlyMap<string, string>, now: number): Write {
    const [namespace = '', name = ''] = key.split('/');
    this.#uids += 1;
    const lease: LeaseRecord = {
      ...{ namespace, name, uid: `uid-${this.#uids}`, resourceVersion: this.#next() },
      ...{ holder: 'a', durationSeconds: 15, acquireTime: now, renewTime: now, transitions: 0 },
      ...{ strategy: undefined, preferredHolder: undefined, identityLabel: undefined, writer: undefined },
      ...leaseFields(fields, now),
    };
    this.#durations.set(key, lease.durationSeconds);
    this.leases.set(key, lease);
    return { kind: 'lease', change: 'added', lease };
  }

  #modify(key: string, fields: Partial<LeaseRecord>): Write {
    const lease = { ...this.#lease(key), resourceVersion: this.#next(), ...fields };
    this.leases.set(key, lease);
    return { kind: 'lease', change: 'modified', lease };
  }

  /** As client-go takes a lease: one more transition, whoever held it before. */
  #take(key: string, holder: string, fields: ReadonlyMap<string, string>, now: number): Write {
    const transitions = (this.#lease(key).transitions ?? 0) + 1;
    const taken = { holder, durationSeconds: this.#durations.get(key), acquireTime: now, renewTime: now };
    return this.#modify(key, { ...taken, transitions, ...leaseFields(fields, now) });
  }

  #beat(name: string, now: number): Write {
    const key = `${nodeLeases}/${name}`;
    if (this.leases.has(key)) return this.#modify(key, { renewTime: now });
    const fields = { holder: name, duration: '40', transitions: 'nil', since: 'nil' };
    return this.#create(key, new Map(Object.entries(fields)), now);
  }

  #deleteLease(key: string): Write {
    const lease = { ...this.#lease(key), resourceVersion: this.#next() };
    this.leases.delete(key);
    return { kind: 'lease', change: 'deleted', lease };
  }

  /** A `ready` that a kubelet says is a heartbeat; Unknown is what the node controller writes. */
  #node(name: string, fields: ReadonlyMap<string, string>, now: number): Write {
    const known = this.nodes.get(name);
    const ready = fields.get('ready') ?? known?.ready ?? 'True';
    const said = known === undefined || (fields.has('ready') && ready !== 'Unknown');
    const node: NodeRecord = {
      ...{ name, uid: known?.uid ?? `node-${name}`, resourceVersion: this.#next(), ready },
      bootId: fields.get('boot') ?? known?.bootId,
      readyHeartbeat: said ? now : known.readyHeartbeat,
      readyTransition: known?.ready === ready ? known.readyTransition : now,
      terminating: (fields.get('terminating') ?? 'no') === 'yes',
      cordoned: (fields.get('cordoned') ?? 'no') === 'yes',
    };
    this.nodes.set(name, node);
    return { kind: 'node', change: known === undefined ? 'added' : 'modified', node };
  }

  #candidate(verb: string, key: string, fields: ReadonlyMap<string, string>, now: number): Write {
    const [namespace = '', name = ''] = key.split('/');
    const known = this.candidates.get(key);
    const answered = verb === 'candidate' ? now - Number(fields.get('age') ?? 0) * 1e6 : known?.renewTime;
    const candidate: CandidateRecord = {
      ...{ namespace, name, resourceVersion: this.#next(), renewTime: answered },
      lease: fields.get('lease') ?? known?.lease,
    };
    if (verb === 'withdraw') this.candidates.delete(key);
    else this.candidates.set(key, candidate);
    const change = verb === 'withdraw' ? 'deleted' : known === undefined ? 'added' : 'modified';
    return { kind: 'candidate', change, candidate };
  }

  #deleteNode(name: string): Write {
    const node = this.nodes.get(name);
    if (node === undefined) throw new Error(`scenario: there is no Node ${name}`);
    this.nodes.delete(name);
    return { kind: 'node', change: 'deleted', node: { ...node, resourceVersion: this.#next() } };
  }

  #lease(key: string): LeaseRecord {
    const lease = this.leases.get(key);
    if (lease === undefined) throw new Error(`scenario: there is no lease ${key}`);
    return lease;
  }

  #next(): string {
    this.#revision += 1;
    return String(this.#revision);
  }
}

/** The record as the API server sends it and our parser reads it. */
export function received(lease: LeaseRecord, labelKeys: readonly string[]): LeaseRecord {
  const { namespace, name, uid, resourceVersion, identityLabel, holder, strategy, writer } = lease;
  const time = (micros: number | undefined) => (micros === undefined ? undefined : formatMicroTime(micros));
  const labels = { ...lease.labels, 'apiserver.kubernetes.io/identity': identityLabel };
  const object = {
    metadata: { namespace, name, uid, resourceVersion, labels, managedFields: managedBy(writer) },
    spec: {
      ...{ holderIdentity: holder, strategy, leaseDurationSeconds: lease.durationSeconds },
      preferredHolder: lease.preferredHolder,
      ...{ leaseTransitions: lease.transitions, acquireTime: time(lease.acquireTime) },
      renewTime: time(lease.renewTime),
    },
  };
  const read = parseLease(JSON.parse(JSON.stringify(object)), labelKeys);
  if (read === undefined) throw new Error(`scenario: ${namespace}/${name} cannot be read`);
  return read;
}

function managedBy(manager: string | undefined): object[] {
  return manager === undefined ? [] : [{ manager, fieldsV1: { 'f:spec': { 'f:holderIdentity': {} } } }];
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };

function leaseFields(fields: ReadonlyMap<string, string>, now: number): Partial<LeaseRecord> {
  const lease: Writable<Partial<LeaseRecord>> = {};
  for (const [name, text] of fields) {
    const value = text === 'nil' ? undefined : text;
    const seconds = value === undefined ? undefined : Number(value);
    const ago = seconds === undefined ? undefined : now - Math.round(seconds * 1e6);
    if (name.startsWith('label.')) lease.labels = { ...lease.labels, [name.slice(6)]: text };
    else if (name === 'holder') lease.holder = value;
    else if (name === 'duration') lease.durationSeconds = seconds;
    else if (name === 'transitions') lease.transitions = seconds;
    else if (name === 'age') lease.renewTime = ago;
    else if (name === 'since') lease.acquireTime = ago;
    else if (name === 'renewed') lease.renewTime = parseMicroTime(text);
    else if (name === 'strategy') lease.strategy = value;
    else if (name === 'preferred') lease.preferredHolder = value;
    else if (name === 'identity') lease.identityLabel = value;
    else if (name === 'writer') lease.writer = value;
    else throw new Error(`scenario: a lease has no field "${name}"`);
  }
  return lease;
}
