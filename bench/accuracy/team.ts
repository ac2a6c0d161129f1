import type { Clock } from '../../exporter/clock.ts';
import { type Channel, exchange } from '../../exporter/kube/exchange.ts';
import {
  type LeaseClient,
  type LeaseObject,
  leaseClient,
  leasePath,
} from '../../exporter/kube/lease-client.ts';
import type { Ledger, LedgerKind } from '../../simulator/ledger.ts';
import type { Member } from './member.ts';
import type { Setting } from './settings.ts';

/** The replicas that compete for one lease, and a hand that may touch the lease from outside. */
export interface Team {
  readonly namespace: string;
  readonly lease: string;
  readonly setting: Setting;
  readonly members: readonly Member[];
  readonly hand: Hand;
  /** Of a coordinated election. */
  readonly coordination?: Coordination;
}

/** What else may happen to a coordinated election. */
export interface Coordination {
  /** Somebody deletes every LeaseCandidate of the lease. */
  removeCandidates(): Promise<void>;
  /** The version that the process of a member emulates is `1.MINOR.0`. */
  emulated(member: Member): number;
  /** What the next process of a member shall emulate; those after it do as all others. */
  emulateNext(member: Member, minor: number): void;
  /** Who run the controller, one of them at a time. */
  readonly controllers: Team;
}

export function keyOf({ namespace, lease }: Team): string {
  return `${namespace}/${lease}`;
}

/** Who leads by its own belief, runs, and is connected. */
export function leaderOf({ members }: Team): Member | undefined {
  return members.find((member) => member.well);
}

export function othersOf({ members }: Team, leader: Member | undefined): readonly Member[] {
  return members.filter((member) => member !== leader);
}

/** What somebody with kubectl may do. */
export interface Hand {
  read(): Promise<LeaseObject | undefined>;
  edit(change: (lease: LeaseObject) => LeaseObject, what: LedgerKind): Promise<void>;
  create(spec: LeaseObject['spec']): Promise<void>;
  remove(): Promise<void>;
}

export const handWriter = 'kubectl-edit';
/** Who names the holders of coordinated elections. */
export const controllerWriter = 'kube-apiserver';

export function hand(channel: Channel, namespace: string, name: string, ledger: Ledger): Hand {
  const client: LeaseClient = leaseClient(channel);
  const signal = new AbortController().signal;
  const key = `${namespace}/${name}`;
  async function read(): Promise<LeaseObject | undefined> {
    const got = await client.get(namespace, name, signal);
    return got.kind === 'found' ? got.lease : undefined;
  }
  return {
    read,
    async edit(change, what) {
      const lease = await read();
      if (lease === undefined) return;
      const done = await client.update(change(lease), signal);
      if (done.kind === 'found') ledger.record(what, handWriter, key);
    },
    async create(spec) {
      await client.create({ metadata: { namespace, name }, spec }, signal);
    },
    async remove() {
      const answer = await exchange(channel, 'DELETE', leasePath(namespace, name), signal);
      if (answer.kind === 'answered' && answer.status < 300) ledger.record('deleted', handWriter, key);
    },
  };
}

export function now(clock: Clock): number {
  return clock.now().mono;
}
