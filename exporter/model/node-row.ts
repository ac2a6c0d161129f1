import type { Moment } from '../clock.ts';
import { nodeLeaseNamespace } from './classify.ts';
import type { Sleeper } from './deadlines.ts';
import type { NodeState } from './event.ts';
import { NodeNumbers } from './node-numbers.ts';
import type { Outage, Unseen } from './node-outage.ts';
import type { PastRound } from './node-rounds.ts';
import type { LeaseRecord, NodeRecord, SourceName } from './observation.ts';
import type { Now } from './sink.ts';
import type { NodeView } from './view.ts';

/** Rhythm of the kubelet: a quarter of the duration of its lease. */
const beatsPerDuration = 4;
/** What it writes unless told otherwise. */
const usualDurationMs = 40_000;

/** What the model is told about nodes once, at its start. */
export interface NodeRules {
  /** After this silence the node controller calls a node NotReady (ms): 50 s since 1.32, 40 s before. */
  readonly graceMs: number;
}

/** What is kept of one node: its lease, its Node, and when it was last heard (monotonic milliseconds). */
export class NodeRow extends NodeNumbers implements NodeView, Sleeper {
  readonly name: string;
  /** Of its Lease; `undefined` where there is none. */
  leaseUid: string | undefined;
  node: NodeRecord | undefined;
  /** The source that watches its Lease. */
  source: SourceName = '';
  state: NodeState = 'unknown';
  /** Heard since the first sight or the last gap: the rhythm may be judged. */
  heard = false;
  blind = false;
  asked = false;
  /** Since when something may have been missed (monotonic ms): until it is heard, or a list shows that nothing was. */
  gap: number | undefined;
  /** Since when all Nodes are known and this is none of them (monotonic ms). */
  nodeless: number | undefined;
  /** When the last heartbeat was made, if that was not seen. */
  unseenWord: Unseen | undefined;
  outage: Outage | undefined;
  readonly rules: NodeRules;
  leaseGeneration = 0;
  nodeGeneration = 0;
  missed = 0;
  /** How often the store was set back under it. */
  setBacks = 0;
  /** The renewTime after which it was proven lost; another one, also of a store that was set back, proves nothing. */
  lostAfter: number | undefined;
  lastOutage: Outage | undefined;
  /** Rounds that closed lately and whose predecessor ran here. */
  pastRounds: readonly PastRound[] = none;

  constructor(name: string, rules: NodeRules, { at: { mono, wall } }: Now) {
    super(mono, wall);
    this.name = name;
    this.rules = rules;
    this.durationMs = usualDurationMs;
  }

  /** Of its Lease. */
  get namespace(): string {
    return nodeLeaseNamespace;
  }
  /** Its Lease, of which is kept what is judged: not who holds it, since that is the node itself. */
  get lease(): LeaseRecord | undefined {
    if (this.leaseUid === undefined) return undefined;
    return {
      ...{ namespace: nodeLeaseNamespace, name: this.name, uid: this.leaseUid, holder: undefined },
      ...{ resourceVersion: this.resourceVersion, renewTime: this.renewTime },
      durationSeconds: this.durationMs / 1000,
      ...{ acquireTime: undefined, transitions: undefined, strategy: undefined, preferredHolder: undefined },
      ...{ identityLabel: undefined, writer: undefined },
    };
  }
  set lease(lease: LeaseRecord | undefined) {
    this.leaseUid = lease?.uid;
    this.renewTime = lease?.renewTime;
    this.durationMs = lease?.durationSeconds === undefined ? usualDurationMs : lease.durationSeconds * 1000;
    this.resourceVersion = lease?.resourceVersion ?? '';
  }
  /** How often its kubelet renews its lease (ms). */
  get rhythmMs(): number {
    return this.durationMs / beatsPerDuration;
  }
  get disagreement(): string | undefined {
    if (this.node === undefined || this.leaseUid === undefined) return undefined;
    if (this.state === 'lost' && this.node.ready === 'True') return 'stale_lease_ready';
    if (this.state === 'alive' && this.node.ready !== 'True') return 'fresh_lease_not_ready';
    return undefined;
  }
  clockSkewSeconds(now: Moment): number | undefined {
    const ahead = this.clock.ahead(now);
    return ahead === undefined ? undefined : ahead / 1e6;
  }

  lostSeconds(now: number): number {
    return (this.lostMs + (this.state === 'lost' ? now - this.since : 0)) / 1000;
  }
  unknownSeconds(now: number): number {
    return (this.unknownMs + (this.state === 'unknown' ? now - this.since : 0)) / 1000;
  }

  turn(now: Now, to: NodeState, why: string): void {
    if (this.state === to) return;
    const from = this.state;
    const spent = now.at.mono - this.since;
    if (from === 'lost') this.lostMs += spent;
    if (from === 'unknown') this.unknownMs += spent;
    this.state = to;
    this.since = now.at.mono;
    now.sink.event({ kind: 'node-state', at: now.at, node: this.name, from, to, why });
  }
}

const none: readonly PastRound[] = [];
