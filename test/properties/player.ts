import type { Moment } from '../../exporter/clock.ts';
import type { Event } from '../../exporter/model/event.ts';
import type { LeaseRow } from '../../exporter/model/lease-row.ts';
import { Model } from '../../exporter/model/model.ts';
import type {
  Answer,
  Ask,
  Question as Asked,
  LeaseObservation,
  Observation,
} from '../../exporter/model/observation.ts';
import { Cluster, sourceOf, type Write } from './cluster.ts';
import type { Act, Command, Reads, Source, Twist } from './command.ts';
import { copyOf, type Step, type Witness } from './step.ts';

const epoch = Date.parse('2026-01-01T00:00:00Z') * 1000;
const monoStart = 5_000_000;
/** So often the model may want to see the time without any passing. */
const mostLooks = 20;

export const newModel = () => new Model({ sources: ['leases', 'nodes'], nodes: { graceMs: 50_000 } });

interface Question {
  readonly due: number;
  readonly answer: (at: Moment) => Answer;
}

/** Plays a story to a model: drives it as the program does, answers its questions, and calls the witnesses. */
export class Player {
  readonly steps: Omit<Step, 'model'>[] = [];
  readonly #model = newModel();
  readonly #cluster = new Cluster();
  readonly #witnesses: readonly Witness[];
  readonly #questions: Question[] = [];
  /** What a source has not delivered yet, since it lags or is blind. */
  readonly #held: Record<Source, Write[]> = { leases: [], nodes: [] };
  readonly #lagging = new Set<Source>();
  readonly #blind = new Set<Source>(['leases', 'nodes']);
  /** A watch tells nothing up to the revision that it has come to, even where the store was set back since. */
  readonly #told: Record<Source, number> = { leases: 0, nodes: 0 };
  /** What was seen before belongs to a past that is no more. */
  #restoredAt = 0;
  #reads: Reads = { delay: 10, early: false, outcome: 'found' };
  #ms = 0;
  #jump = 0;

  constructor(witnesses: readonly Witness[]) {
    this.#witnesses = witnesses;
  }

  play(story: readonly Command[]): void {
    for (const { after, paused, act } of story) {
      if (paused) this.#ms += after;
      this.#passUntil(paused ? this.#ms : this.#ms + after);
      this.#perform(act);
    }
  }

  /** Reads work again, every source is listed, and nobody writes for longer than any usual duration. */
  fallSilent(): LeaseRow[] {
    this.#reads = { delay: 10, early: false, outcome: 'found' };
    for (const source of ['leases', 'nodes'] as const) this.#list(source, 'plain');
    this.#passUntil(this.#ms + 2 * 3_700_000);
    return [...this.#model.leases()];
  }

  #passUntil(end: number): void {
    let looks = 0;
    for (;;) {
      this.#questions.sort((a, b) => a.due - b.due);
      const due = Math.max(this.#questions[0]?.due ?? Number.POSITIVE_INFINITY, this.#ms);
      const wanted = Math.max(this.#model.nextDeadline() - monoStart, this.#ms);
      const next = Math.min(due, wanted);
      if (next > end) break;
      looks = next > this.#ms ? 0 : looks + 1;
      if (looks > mostLooks) throw new Error('the model wants to see the time for ever');
      this.#ms = next;
      const question = due <= wanted ? this.#questions.shift() : undefined;
      this.#show(question?.answer(this.#now()) ?? { kind: 'time', at: this.#now() });
    }
    this.#ms = end;
  }

  #perform(act: Act): void {
    switch (act.do) {
      case 'list':
        return this.#list(act.source, act.twist);
      case 'sight':
        return this.#sight(act.source, act.sight);
      case 'bookmark': {
        const resourceVersion = act.opaque ? 'opaque' : this.#cluster.revision;
        if (!this.#isHeld(act.source))
          this.#show({ kind: 'progress', source: act.source, at: this.#now(), resourceVersion });
        return;
      }
      case 'lag':
        if (act.lagging) this.#lagging.add(act.source);
        else this.#lagging.delete(act.source);
        return this.#deliver(act.source);
      case 'reads':
        this.#reads = act.reads;
        return;
      case 'replay':
        return this.#replay(act.back);
      case 'restore':
        return this.#restore(act.writes);
      case 'ourClock':
        this.#jump += act.seconds * 1e6;
        return;
      case 'holderClock':
        return this.#cluster.setClock(act.who, act.seconds);
      default:
        for (const write of this.#cluster.write(act, epoch + this.#ms * 1000)) this.#wrote(write);
    }
  }

  #wrote(write: Write): void {
    const source = sourceOf(write);
    this.#held[source].push(write);
    this.#deliver(source);
  }

  #isHeld(source: Source): boolean {
    return this.#lagging.has(source) || this.#blind.has(source);
  }

  #deliver(source: Source): void {
    if (this.#isHeld(source)) return;
    for (const write of this.#held[source].splice(0)) {
      const revision = Number((write.kind === 'lease' ? write.lease : write.node).resourceVersion);
      if (revision <= this.#told[source]) continue;
      this.#told[source] = revision;
      this.#show({ ...write, source, at: this.#now() });
    }
  }

  #list(source: Source, twist: Twist): void {
    const common = { source, at: this.#now() };
    const all: Observation[] =
      source === 'nodes'
        ? [...this.#cluster.nodes.values()].map((node) => ({
            kind: 'node',
            change: 'listed',
            node,
            ...common,
          }))
        : [...this.#cluster.leases.values()].map((lease) => ({
            kind: 'lease',
            change: 'listed',
            lease,
            ...common,
          }));
    this.#show({ kind: 'list', phase: 'begin', sentAt: common.at, ...common });
    if (twist === 'backwards') all.reverse();
    for (const seen of all) this.#show(seen);
    if (twist === 'twice') for (const seen of all) this.#show(seen);
    if (twist === 'unended') return;
    this.#blind.delete(source);
    this.#lagging.delete(source);
    this.#held[source] = [];
    this.#told[source] = Number(this.#cluster.revision);
    this.#show({ kind: 'list', phase: 'end', sentAt: common.at, ...common });
  }

  #sight(source: Source, sight: 'blind' | 'sighted' | 'forbidden'): void {
    if (sight === 'sighted') this.#blind.delete(source);
    else this.#blind.add(source);
    this.#show({ kind: 'sight', source, at: this.#now(), sight, why: 'test' });
    this.#deliver(source);
  }

  #restore(writes: number): void {
    this.#cluster.restore(writes);
    this.#restoredAt = this.steps.length;
    for (const source of ['leases', 'nodes'] as const) this.#held[source] = [];
  }

  /** Something of before reaches us once more. */
  #replay(back: number): void {
    const index = this.steps.length - 1 - back;
    const old = index < this.#restoredAt ? undefined : this.steps[index]?.observation;
    if (old === undefined || (old.kind === 'lease' && !this.#isThere(old))) return;
    this.#show({ ...old, at: this.#now() });
  }

  /** No source tells of an object that is gone as if it were there, or the other way round. */
  #isThere({ change, lease }: LeaseObservation): boolean {
    const known = this.#cluster.leases.get(`${lease.namespace}/${lease.name}`);
    return change !== 'deleted' && known?.uid === lease.uid;
  }

  #show(observation: Observation): void {
    const events: Event[] = [];
    const asks: Ask[] = [];
    const step = { observation, events, asks };
    this.steps.push(step);
    this.#model.see([observation], {
      event: (event) => events.push(copyOf(event)),
      ask: (ask) => asks.push(ask),
    });
    for (const witness of this.#witnesses) witness({ ...step, model: this.#model });
    for (const ask of asks) {
      if (ask.kind !== 'restart-watch') this.#questions.push(this.#question(ask));
      else if (ask.relist) this.#relist(ask.source);
    }
  }

  /** A source that was asked to list all anew is blind until it has. */
  #relist(source: string): void {
    if (source !== 'leases') return;
    this.#sight(source, 'blind');
    this.#list(source, 'plain');
  }

  #question(ask: Asked): Question {
    const { delay, early, outcome } = this.#reads;
    const sentAt = this.#now();
    const truth = () => this.#truth(ask, outcome);
    const told = early ? truth() : undefined;
    return { due: this.#ms + delay, answer: (at) => ({ ...(told ?? truth())(sentAt, at) }) };
  }

  #truth(ask: Asked, outcome: Reads['outcome']): (sentAt: Moment, at: Moment) => Answer {
    const failed = outcome === 'failed' ? { failed: 'test' } : undefined;
    switch (ask.kind) {
      case 'read-lease': {
        const lease = this.#cluster.leases.get(`${ask.namespace}/${ask.name}`);
        const result = failed ?? (lease === undefined ? { absent: true as const } : { found: lease });
        return (sentAt, at) => ({ kind: 'answer', ask, sentAt, at, result });
      }
      case 'read-revision': {
        const result = failed ?? { revision: outcome === 'opaque' ? 'opaque' : this.#cluster.revision };
        return (sentAt, at) => ({ kind: 'revision', ask, sentAt, at, result });
      }
      case 'find-holder':
        throw new Error('properties: holders are not looked up here');
      case 'list-leases': {
        const result = failed ?? { listed: [...this.#cluster.leases.values()] };
        return (sentAt, at) => ({ kind: 'leases', ask, sentAt, at, result });
      }
    }
  }

  #now(): Moment {
    return { mono: monoStart + this.#ms, wall: epoch + this.#jump + Math.round(this.#ms * 1000) };
  }
}
