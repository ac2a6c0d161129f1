import { Candidates } from './candidates.ts';
import { nodeLeaseNamespace } from './classify.ts';
import { type ConnectionObservation, Connections } from './connections.ts';
import { Deadlines } from './deadlines.ts';
import type { LeaseClass, Round } from './event.ts';
import { Evidence, failed, type Proof } from './evidence.ts';
import {
  forgetNode,
  nextNodeWake,
  nodeGone,
  proveNode,
  seeNode,
  seeNodeLease,
  wakeNode,
} from './heartbeat.ts';
import { HolderDesk, holderSource } from './holders.ts';
import { firstSight, seeDeleted } from './lease.ts';
import { leaseKeyOf } from './lease-key.ts';
import { LeaseRow } from './lease-row.ts';
import { dismissLease, nextWake, proveLease, reviewLease, wakeLease } from './lease-verdict.ts';
import { MassSilence } from './mass-silence.ts';
import type { ModelOptions } from './model-options.ts';
import { type NodeRow as Node, NodeRow } from './node-row.ts';
import type {
  AnswerObservation,
  HolderObservation,
  LeaseObservation,
  ListObservation,
  NodeObservation,
  Observation,
  SightObservation,
} from './observation.ts';
import { Policies } from './policies.ts';
import { populationOf, silencedSince } from './population.ts';
import { Recollection } from './recollection.ts';
import { blindRow, rowsOf, sightedRow } from './rows.ts';
import { seeKnown } from './set-back.ts';
import { type SourceRow, SourceRows, sweepNode } from './sight.ts';
import type { Now, Sink } from './sink.ts';
import type { ModelView } from './view.ts';
import { WatchDebt } from './watch-debt.ts';
import { WatchLag } from './watch-lag.ts';

/**
 * The judge. Deterministic: time comes with the observations, and the only way to make it look at the
 * time is to show it the time. Whoever drives it calls `see` at `nextDeadline()` at the latest.
 */
export class Model implements ModelView {
  readonly #leases = new Map<string, LeaseRow>();
  readonly #nodes = new Map<string, Node>();
  readonly #rows = { leases: this.#leases, nodes: this.#nodes };
  readonly #sources = new SourceRows();
  readonly #deadlines = new Deadlines<LeaseRow | Node>();
  readonly #lags = new WatchLag();
  readonly #debts = new WatchDebt();
  readonly #silence = new MassSilence(populationOf(this.#leases, this.#nodes));
  readonly #candidates = new Candidates(this.#leases);
  /** What must survive a restart. */
  readonly recollection = new Recollection(this.#rows, this.#silence, () => this.#policies.expected);
  readonly #evidence = new Evidence<LeaseRow | Node>((row, proof, now) => this.#prove(row, proof, now));
  readonly #policies: Policies;
  readonly #connections = new Connections();
  readonly #holders: HolderDesk;
  readonly #timed: readonly { next(): number }[];
  #pushes: boolean | undefined;

  constructor(options: ModelOptions) {
    this.#policies = new Policies(options.policies ?? [], options.nodes);
    this.#holders = new HolderDesk(options.holders ?? false);
    const judges = [this.#evidence, this.#silence, this.#policies, this.#candidates, this.#debts];
    this.#timed = [this.#deadlines, ...judges];
    for (const name of options.sources) this.#sources.of(name);
  }

  leases(): Iterable<LeaseRow> {
    return this.#leases.values();
  }
  nodes(): Iterable<Node> {
    return this.#nodes.values();
  }
  sources(): Iterable<SourceRow> {
    return this.#sources.values();
  }
  connections(): Connections {
    return this.#connections;
  }
  policies(): Policies {
    return this.#policies;
  }
  *openRounds(): Iterable<Round> {
    for (const row of this.#leases.values()) if (row.round !== undefined) yield row.round;
  }
  massSilence(): Iterable<{ readonly class: LeaseClass; readonly active: boolean }> {
    return this.#silence.states();
  }
  pushes(): boolean | undefined {
    return this.#pushes;
  }

  /** Monotonic milliseconds at which the model wants to be shown the time; Infinity when it does not. */
  nextDeadline(): number {
    return this.#timed.reduce((next, part) => Math.min(next, part.next()), Number.POSITIVE_INFINITY);
  }

  /** Judges a batch of observations in their order. Never throws on what they contain. */
  see(batch: readonly Observation[], sink: Sink): void {
    const heard = this.#connections.overhearing(sink);
    for (const observation of batch) {
      const now = this.#now(observation.at, heard);
      this.#wakeUntil(now);
      this.#take(observation, now);
      this.#evidence.ask(now);
    }
  }

  #now(at: Now['at'], sink: Sink): Now {
    const { clusterUid } = this.recollection;
    const { allNodes } = this.#sources;
    return { at, sink, clusterUid, nodes: this.#nodes, allNodes, lags: this.#lags, debts: this.#debts };
  }

  #take(observation: Observation, now: Now): void {
    if ('source' in observation) this.#debts.spoke(observation.source);
    switch (observation.kind) {
      case 'lease':
        return this.#lease(observation, now);
      case 'node':
        return this.#node(observation, now);
      case 'candidate':
        return this.#candidates.see(observation, this.#sources.of(observation.source), now);
      case 'list':
        return this.#list(observation, now);
      case 'sight':
        return this.#sight(observation, now);
      case 'sockets':
      case 'probe':
      case 'counts':
        return this.#connection(observation, now);
      case 'answer':
        return this.#answer(observation, now);
      case 'revision':
        return this.#evidence.readRevision(observation, now);
      case 'leases':
        return this.#evidence.readAll(observation, now);
      case 'progress':
        this.#sources.of(observation.source).delivered(now.at);
        return this.#evidence.reached(observation.source, observation.resourceVersion, now);
      case 'remembered':
        return this.recollection.recall(observation, now, this.#policies);
      case 'holder':
        return this.#holder(observation, now);
      case 'replica':
        this.#pushes = observation.pushes;
        return now.sink.event(observation);
      case 'cluster':
        this.recollection.identify(observation.uid, now);
        return this.#policies.identified(this.#leases, this.#sources.values(), now);
      case 'time':
        return;
    }
  }

  #wakeUntil(now: Now): void {
    this.#lags.woken(now.at.mono, this.#deadlines.next());
    if (now.at.mono < this.nextDeadline()) return;
    const due = () => this.#deadlines.due(now.at.mono);
    for (let row = due(); row !== undefined; row = due()) {
      const woken = row instanceof NodeRow ? wakeNode(row, now) : wakeLease(row, now);
      if (woken === 'suspect') this.#evidence.suspect(row);
      if (woken === 'forget' && row instanceof LeaseRow) this.#forget(row, now);
      else this.#settle(row, now);
    }
    for (const part of [this.#evidence, this.#silence, this.#candidates, this.#debts]) part.wake(now);
    this.#policies.wake(now, this.#leases, this.#nodes);
  }

  #forget(row: LeaseRow, now: Now): void {
    this.#leases.delete(leaseKeyOf(row));
    this.#policies.forgotten(row, this.#sources.of(row.source), now);
  }

  #settle(row: LeaseRow | Node, now: Now): void {
    if (row instanceof LeaseRow) this.#holders.follow(row, now);
    this.#file(row);
  }

  #file(row: LeaseRow | Node): void {
    row.wake = row instanceof NodeRow ? nextNodeWake(row) : nextWake(row);
    this.#deadlines.file(row);
  }

  #lease(seen: LeaseObservation, now: Now): void {
    const source = this.#sources.of(seen.source);
    source.count(seen.change, now.at);
    if (seen.lease.namespace === nodeLeaseNamespace) this.#nodeLease(seen, source, now);
    else this.#otherLease(seen, source, now);
    // The objects of a list come in the order of their names, so that none of them says how far it is.
    if (seen.change !== 'listed') this.#evidence.reached(source.name, seen.lease.resourceVersion, now);
  }

  #otherLease(seen: LeaseObservation, source: SourceRow, now: Now): void {
    const id = leaseKeyOf(seen.lease);
    let row = this.#leases.get(id);
    if (this.#policies.ignores(seen, row, source, now)) return this.#dismiss(row, now);
    if (seen.change === 'deleted') {
      if (row === undefined || row.uid !== seen.lease.uid) return;
      seeDeleted(row, now);
    } else if (row === undefined) {
      row = new LeaseRow(seen.lease, seen.source, source.generation, now);
      row.standing = this.#candidates.count(id);
      this.#leases.set(id, row);
      this.#policies.adopt(row, now);
      firstSight(row, now, seen.change);
    } else {
      row.generation = source.generation;
      if (this.#policies.review(row, seen.lease, now)) reviewLease(row, now);
      seeKnown(row, seen, source, now);
    }
    this.#settle(row, now);
  }

  /** A policy ignores a lease from here on: what was judged so far ends, and is told no more. */
  #dismiss(row: LeaseRow | undefined, now: Now): void {
    if (row === undefined) return;
    dismissLease(row, now);
    this.#leases.delete(leaseKeyOf(row));
  }

  #nodeLease(seen: LeaseObservation, source: SourceRow, now: Now): void {
    const row = this.#nodeRow(seen.lease.name, now);
    row.leaseGeneration = source.generation;
    row.source = source.name;
    if (seen.change === 'deleted') row.lease = undefined;
    else seeNodeLease(row, seen.lease, now, source.listing);
    this.#keepOrForget(row, now);
  }

  #node(seen: NodeObservation, now: Now): void {
    const source = this.#sources.of(seen.source);
    source.count(seen.change, now.at);
    const row = this.#nodeRow(seen.node.name, now);
    row.nodeGeneration = source.generation;
    if (seen.change === 'deleted') nodeGone(row, now);
    else seeNode(row, seen.node, now);
    this.#keepOrForget(row, now);
  }

  #keepOrForget(row: Node, now: Now): void {
    if (row.leaseUid !== undefined || row.node !== undefined) return this.#file(row);
    this.#nodes.delete(row.name);
    forgetNode(row, now);
  }

  #list(seen: ListObservation, now: Now): void {
    const source = this.#sources.of(seen.source);
    if (seen.phase === 'begin') return source.listBegins(now.at);
    this.#sweep(source, now);
    source.listEnds(now.at);
    this.#lags.reached(source.name, seen.sentAt.mono);
    this.#see(source, now, 'listed');
  }

  /** A complete list is the truth: what it did not name was deleted while we could not see. */
  #sweep(source: SourceRow, now: Now): void {
    for (const row of this.#leases.values()) {
      if (row.source !== source.name || row.generation === source.generation) continue;
      seeDeleted(row, now, true);
      this.#settle(row, now);
    }
    for (const row of this.#nodes.values()) if (sweepNode(row, source, now)) this.#keepOrForget(row, now);
    this.#policies.sweep(source, now);
    this.#candidates.sweep(source, now);
  }

  #sight(seen: SightObservation, now: Now): void {
    const source = this.#sources.of(seen.source);
    source.looked(seen, now.at);
    if (seen.sight === 'sighted') {
      this.#lags.resumed(source, now.at.mono);
      return this.#see(source, now, seen.why);
    }
    source.lost(seen.sight === 'forbidden', seen.why);
    this.#candidates.look(source);
    this.#evidence.forget(source.name);
    for (const row of rowsOf(this.#rows, source.name)) blindRow(row, now, seen.why);
    this.#policies.blind(source);
    this.#connections.blind(source.name);
    source.tell(now);
  }

  #see(source: SourceRow, now: Now, why: string): void {
    if (!source.found(why)) return source.tell(now);
    this.#candidates.look(source);
    for (const row of rowsOf(this.#rows, source.name)) {
      sightedRow(row, now);
      this.#file(row);
    }
    this.#policies.sighted(source, this.#sources.values(), now);
    source.tell(now);
  }

  #connection(seen: ConnectionObservation, now: Now): void {
    const source = this.#sources.of(seen.source);
    const why = this.#connections.see(seen, source, now);
    if (why !== undefined) this.#see(source, now, why);
  }

  #answer(seen: AnswerObservation, now: Now): void {
    this.#evidence.readOne();
    const row = this.#rowOf(seen.ask);
    if (row !== undefined) this.#prove(row, seen, now);
  }

  #rowOf({ namespace, name }: { readonly namespace: string; readonly name: string }) {
    if (namespace === nodeLeaseNamespace) return this.#nodes.get(name);
    return this.#leases.get(leaseKeyOf({ namespace, name }));
  }

  #prove(row: LeaseRow | Node, proof: Proof, now: Now): void {
    if (this.#rowOf(row) !== row) return; // forgotten or ignored since the question
    if ('failed' in proof.result) this.#silence.readFailed(now);
    const told = this.#sources.of(row.source).up ? proof : failed(proof, 'the source is blind');
    const before = row.state;
    if (row instanceof NodeRow) proveNode(row, told, now);
    else proveLease(row, told, now);
    const silenced = silencedSince(before, row);
    if (silenced !== undefined) this.#silence.fellSilent(silenced, now);
    if (row instanceof NodeRow) this.#keepOrForget(row, now);
    else this.#settle(row, now);
  }

  #holder(seen: HolderObservation, now: Now): void {
    for (const sight of this.#holders.sights(seen, this.#sources.of(holderSource))) this.#sight(sight, now);
    const row = this.#leases.get(leaseKeyOf({ ...seen.ask, name: seen.ask.lease }));
    if (row === undefined) return;
    this.#holders.answered(row, seen, now);
    this.#file(row);
  }

  #nodeRow(name: string, now: Now): Node {
    const known = this.#nodes.get(name);
    if (known !== undefined) return known;
    const row = new NodeRow(name, this.#policies.rulesOf(name), now);
    // All Nodes are known, and this is none of them: a lease that outlived its Node.
    if (this.#sources.get('nodes')?.synced) row.nodeless = now.at.mono;
    this.#nodes.set(name, row);
    return row;
  }
}
