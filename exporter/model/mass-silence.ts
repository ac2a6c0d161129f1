import type { Moment } from '../clock.ts';
import type { LeaseClass, Suspect } from './event.ts';
import { ageAt, type Place, type SilenceMemory } from './memory.ts';
import type { Now } from './sink.ts';

/** A lease or a node that was heard before, and has fallen silent. Times are monotonic ms. */
export interface Silenced {
  readonly class: LeaseClass;
  /** The last time it was heard. */
  readonly lastHeard: number;
  readonly durationMs: number;
  /** Where its holder is: the node if it is known, or else the holder itself. */
  readonly place: string;
}

/** What the model knows of the others at this moment. */
export interface Population {
  /** Members of the class that are heard, or were until just now; leftovers are none of them. */
  living(kind: LeaseClass): number;
  /** The nodes that were lost within `durationMs` (ms) fell silent at once: their outages tell. Says what that speaks of. */
  together(durationMs: number, now: number): Suspect;
  /** Heartbeats of nodes since `since` (ms), as a share of those to be expected; `undefined` when none are. */
  heartbeatShare(since: number, now: number): number | undefined;
}

const fewest = 3;
const fewestPlaces = 2;
const share = 1 / 2;
/** A look at the whole population takes time: with a thousand falling silent, this often is enough (ms). */
const lookAgain = 250;

interface Incident {
  readonly durationMs: number;
  readonly lastHeard: number;
  /** When the pages are let through again, unless the trouble goes on. */
  until: number;
}

interface ClassRow {
  recent: { readonly at: number; readonly silenced: Silenced }[];
  nextLook: number;
  /** When those who fell silent since the beginning are told that they are among many. */
  markAt: number;
  incident: Incident | undefined;
}

/**
 * The silence of many. When half of a class falls silent within one duration, and the nodes too, it is not
 * that they all died: the API server, etcd or the network is the suspect. That is one incident, and for
 * one duration after it the single leases are not worth a page each.
 */
export class MassSilence {
  readonly #population: Population;
  readonly #classes = new Map<LeaseClass, ClassRow>();
  #readFailed = Number.NEGATIVE_INFINITY;

  constructor(population: Population) {
    this.#population = population;
  }

  /** Every class of which somebody ever fell silent, and whether it is many at the moment. */
  *states(): Iterable<{ readonly class: LeaseClass; readonly active: boolean }> {
    for (const [kind, row] of this.#classes) yield { class: kind, active: row.incident !== undefined };
  }

  fellSilent(silenced: Silenced, now: Now): void {
    const row = this.#row(silenced.class);
    const { mono } = now.at;
    if (row.incident !== undefined) {
      row.markAt = Math.min(row.markAt, mono + lookAgain);
      return;
    }
    row.recent.push({ at: mono, silenced });
    if (mono < row.nextLook) return;
    row.recent = row.recent.filter(({ at, silenced: { durationMs } }) => at + durationMs > mono);
    if (row.recent.length < fewest) return;
    row.nextLook = mono + lookAgain;
    if (this.#isMany(silenced.class, row, mono)) this.#begin(silenced.class, row, now);
  }

  /** A read that was to prove a silence failed. */
  readFailed(now: Now): void {
    this.#readFailed = now.at.mono;
  }

  /** Monotonic milliseconds at which `wake` is to be called. */
  next(): number {
    let next = Number.POSITIVE_INFINITY;
    for (const { incident, markAt } of this.#classes.values())
      if (incident !== undefined) next = Math.min(next, incident.until, markAt);
    return next;
  }

  wake(now: Now): void {
    for (const [kind, row] of this.#classes) {
      const { incident } = row;
      if (incident !== undefined && now.at.mono >= row.markAt) {
        row.markAt = Number.POSITIVE_INFINITY;
        this.#mark(kind, incident, now);
      }
      if (incident === undefined || now.at.mono < incident.until) continue;
      if (this.#goesOn(kind, incident, now.at.mono)) incident.until = now.at.mono + incident.durationMs;
      else this.#end(kind, row, now);
    }
  }

  /** An incident that has not ended, for a restart; `undefined` when there is none. */
  remember(kind: LeaseClass, at: Moment): SilenceMemory | undefined {
    const incident = this.#classes.get(kind)?.incident;
    if (incident === undefined) return undefined;
    const { durationMs, lastHeard, until } = incident;
    const ages = { lastHeardAge: ageAt(at, lastHeard), untilAge: ageAt(at, until) };
    return { of: 'silence', at, class: kind, durationMs, ...ages };
  }

  /** The incident of an earlier process goes on; it is not told again. */
  recall({ class: kind, durationMs, lastHeardAge, untilAge }: SilenceMemory, place: Place): void {
    this.#row(kind).incident ??= { durationMs, lastHeard: place(lastHeardAge), until: place(untilAge) };
  }

  /** What was recalled is of another cluster. */
  forget(): void {
    this.#classes.clear();
  }

  /** Each outage tells with how many others it began. Leases have rounds of their own. */
  #mark(kind: LeaseClass, { durationMs }: Incident, now: Now): Suspect | undefined {
    return kind === 'node' ? this.#population.together(durationMs, now.at.mono) : undefined;
  }

  #isMany(kind: LeaseClass, { recent }: ClassRow, mono: number): boolean {
    const places = new Set(recent.map(({ silenced }) => silenced.place));
    if (places.size < fewestPlaces || recent.length < this.#population.living(kind) * share) return false;
    return this.#nodesAreSilent(kind, lastHeardOf(recent), mono);
  }

  /** Where leaders die alone, the nodes go on. Without nodes to look at, nothing speaks against it. */
  #nodesAreSilent(kind: LeaseClass, since: number, mono: number): boolean {
    if (kind === 'node') return true;
    const heard = this.#population.heartbeatShare(since, mono);
    return heard === undefined || heard < share;
  }

  #goesOn(kind: LeaseClass, { durationMs, lastHeard }: Incident, mono: number): boolean {
    if (this.#readFailed > mono - durationMs) return true;
    const since = kind === 'node' ? lastHeard : Math.max(lastHeard, mono - durationMs);
    const heard = this.#population.heartbeatShare(since, mono);
    return heard !== undefined && heard < share;
  }

  #begin(kind: LeaseClass, row: ClassRow, now: Now): void {
    const durationMs = row.recent.reduce((most, { silenced }) => Math.max(most, silenced.durationMs), 0);
    row.incident = { durationMs, lastHeard: lastHeardOf(row.recent), until: now.at.mono + durationMs };
    const silent = row.recent.length;
    const of = Math.max(silent, this.#population.living(kind));
    const since = row.incident.lastHeard;
    const nodes = this.#population.heartbeatShare(since, now.at.mono) !== undefined;
    const suspect = this.#mark(kind, row.incident, now);
    now.sink.event({
      kind: 'mass-silence',
      at: now.at,
      class: kind,
      to: 'began',
      silent,
      of,
      nodes,
      suspect,
    });
  }

  #end(kind: LeaseClass, row: ClassRow, now: Now): void {
    row.incident = undefined;
    row.markAt = Number.POSITIVE_INFINITY;
    row.recent = [];
    now.sink.event({
      kind: 'mass-silence',
      at: now.at,
      class: kind,
      to: 'ended',
      silent: 0,
      of: 0,
      nodes: false,
      suspect: undefined,
    });
  }

  #row(kind: LeaseClass): ClassRow {
    const known = this.#classes.get(kind);
    if (known !== undefined) return known;
    const row: ClassRow = {
      recent: [],
      nextLook: Number.NEGATIVE_INFINITY,
      markAt: Number.POSITIVE_INFINITY,
      incident: undefined,
    };
    this.#classes.set(kind, row);
    return row;
  }
}

function lastHeardOf(recent: ClassRow['recent']): number {
  return recent.reduce(
    (latest, { silenced }) => Math.max(latest, silenced.lastHeard),
    Number.NEGATIVE_INFINITY,
  );
}
