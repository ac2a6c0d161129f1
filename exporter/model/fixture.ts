import type { Moment } from '../clock.ts';
import type { Event, RoundEvent } from './event.ts';
import { Model } from './model.ts';
import type {
  AnswerObservation,
  Ask,
  Change,
  LeaseRecord,
  NodeRecord,
  Observation,
  PortCensus,
} from './observation.ts';

/** Wall time of second 0 of every test: Unix microseconds. */
export const epoch = Date.parse('2026-01-01T00:00:00Z') * 1000;

export function moment(seconds: number): Moment {
  return { mono: seconds * 1000, wall: epoch + Math.round(seconds * 1e6) };
}

export function leaseRecord(fields: Partial<LeaseRecord>): LeaseRecord {
  return {
    namespace: 'ns',
    name: 'lease',
    uid: 'uid-1',
    resourceVersion: '1',
    holder: 'a',
    durationSeconds: 15,
    acquireTime: epoch,
    renewTime: epoch,
    transitions: 0,
    strategy: undefined,
    preferredHolder: undefined,
    identityLabel: undefined,
    writer: undefined,
    ...fields,
  };
}

export function nodeRecord(fields: Partial<NodeRecord>): NodeRecord {
  return {
    name: 'node-1',
    uid: 'node-uid',
    resourceVersion: '1',
    bootId: 'boot-1',
    ready: 'True',
    readyHeartbeat: epoch,
    readyTransition: epoch,
    terminating: false,
    cordoned: false,
    ...fields,
  };
}

export function states(part: Partial<PortCensus['states']>): PortCensus['states'] {
  return {
    ...{ established: 0, syn_sent: 0, syn_recv: 0, fin_wait1: 0, fin_wait2: 0, time_wait: 0 },
    ...{ close: 0, close_wait: 0, last_ack: 0, listen: 0, closing: 0 },
    ...part,
  };
}

export function portCensus(part: Partial<PortCensus> = {}): PortCensus {
  return {
    ...{ port: 8080, origin: 'configured', listening: true, established: 0, near: 0 },
    ...{
      ghosts: 0,
      stalled: 0,
      deadStalled: 0,
      unaccepted: 0,
      closing: 0,
      acceptQueue: 0,
      states: states({}),
    },
    ...{ sendQueueBytes: 0, longestSendQueueBytes: 0, ages: undefined, closed: 0, ended: [] },
    ...part,
  };
}

/** A model under a hand: every call says the second at which it happens. */
export class Bench {
  readonly model = new Model({ sources: ['leases', 'nodes'], nodes: { graceMs: 50_000 } });
  readonly events: Event[] = [];
  readonly asks: Ask[] = [];
  #revision = 1;
  #current: LeaseRecord = leaseRecord({});

  see(observation: Observation): void {
    this.model.see([observation], {
      event: (event) => this.events.push(event),
      ask: (ask) => this.asks.push(ask),
    });
  }

  list(seconds: number, leases: readonly LeaseRecord[] = [], source = 'leases'): void {
    const at = moment(seconds);
    this.see({ kind: 'list', source, at, phase: 'begin', sentAt: at });
    for (const lease of leases) this.#lease(seconds, 'listed', lease);
    this.see({ kind: 'list', source, at, phase: 'end', sentAt: at });
  }

  /** Writes fields over the current record; the resourceVersion grows and renewTime is now, unless given. */
  write(seconds: number, fields: Partial<LeaseRecord> = {}, change: Change = 'modified'): LeaseRecord {
    this.#revision += 1;
    const renewTime = moment(seconds).wall;
    const resourceVersion = String(this.#revision);
    return this.#lease(seconds, change, { ...this.#current, resourceVersion, renewTime, ...fields });
  }

  release(seconds: number): LeaseRecord {
    return this.write(seconds, { holder: '', durationSeconds: 1 });
  }

  sight(seconds: number, sight: 'blind' | 'forbidden' | 'sighted', source = 'leases'): void {
    this.see({ kind: 'sight', source, at: moment(seconds), sight, why: 'test' });
  }

  time(seconds: number): void {
    this.see({ kind: 'time', at: moment(seconds) });
  }

  /** Answers the last question with the current record, unless another result is given. */
  answer(seconds: number, result?: AnswerObservation['result'], sentAt = seconds): void {
    const ask = this.asks.pop();
    if (ask?.kind !== 'read-lease') throw new Error('the model did not ask for a lease');
    const found = result ?? { found: this.#current };
    this.see({ kind: 'answer', ask, sentAt: moment(sentAt), at: moment(seconds), result: found });
  }

  /** Answers the question how far the source is; without a revision the read failed. */
  revision(seconds: number, revision: string | undefined, sentAt = seconds): void {
    const ask = this.asks.pop();
    if (ask?.kind !== 'read-revision') throw new Error('the model did not ask for a revision');
    const result = revision === undefined ? { failed: 'test' } : { revision };
    this.see({ kind: 'revision', ask, sentAt: moment(sentAt), at: moment(seconds), result });
  }

  /** Answers the question for all leases. */
  leases(seconds: number, listed: readonly LeaseRecord[]): void {
    const ask = this.asks.pop();
    if (ask?.kind !== 'list-leases') throw new Error('the model did not ask for a list');
    this.see({ kind: 'leases', ask, sentAt: moment(seconds), at: moment(seconds), result: { listed } });
  }

  /** One record of any lease, as it is. */
  put(seconds: number, lease: LeaseRecord, change: Change = 'modified'): void {
    this.see({ kind: 'lease', source: 'leases', at: moment(seconds), change, lease });
  }

  lease(name = 'lease') {
    for (const row of this.model.leases()) if (row.name === name) return row;
    throw new Error(`no lease ${name}`);
  }

  node(name = 'node-1') {
    for (const row of this.model.nodes()) if (row.name === name) return row;
    throw new Error(`no node ${name}`);
  }

  source(name = 'leases') {
    for (const row of this.model.sources()) if (row.name === name) return row;
    throw new Error(`no source ${name}`);
  }

  /** The events of rounds, one line each. */
  rounds(): string[] {
    return this.events.flatMap((event) =>
      event.kind === 'round'
        ? [`${event.step} ${event.round.cause}${event.step === 'closed' ? ` ${event.round.outcome}` : ''}`]
        : [],
    );
  }

  /** The states of leases or nodes in their order. */
  states(): string[] {
    return this.events.flatMap((event) =>
      event.kind === 'lease-state' || event.kind === 'node-state' ? [event.to] : [],
    );
  }

  #lease(seconds: number, change: Change, lease: LeaseRecord): LeaseRecord {
    this.#current = lease;
    this.#revision = Math.max(this.#revision, Number(lease.resourceVersion));
    this.see({ kind: 'lease', source: 'leases', at: moment(seconds), change, lease });
    return lease;
  }
}

/** A lease of 15 s that was renewed before our eyes, last at 4 s. */
export function held(): Bench {
  const bench = new Bench();
  bench.list(0, [leaseRecord({ transitions: 3, acquireTime: moment(-3600).wall })]);
  bench.write(2);
  bench.write(4);
  return bench;
}

/** The round that was closed last. */
export function closed(bench: Bench): RoundEvent['round'] {
  const last = bench.events.findLast((event) => event.kind === 'round');
  if (last?.kind !== 'round' || last.step !== 'closed') throw new Error('no round was closed');
  return last.round;
}
