import type { Moment } from '../clock.ts';
import { nodeLeaseNamespace } from './classify.ts';
import { nodeGone } from './heartbeat.ts';
import { News } from './news.ts';
import type { NodeRow } from './node-row.ts';
import type { SightObservation } from './observation.ts';
import type { Now } from './sink.ts';
import type { SourceView } from './view.ts';

/** The number of no list: a row that is known from an earlier process was named by none yet. */
export const neverListed = -1;

/** What is known of one source: whether it sees, and what it delivered. */
export class SourceRow implements SourceView {
  readonly name: string;
  up = false;
  forbidden = false;
  why = 'not yet synced';
  synced = false;
  /** Since when it cannot see what it is meant to see (monotonic ms). */
  #blindSince: number | undefined;
  #blindMs = 0;
  lastEvent = 0;
  /** The same in monotonic milliseconds; `undefined` before the first. */
  lastDelivery: number | undefined;
  /** Number of the list under way or completed last; rows that it did not name are deleted at its end. */
  generation = 0;
  /** A complete list is under way. */
  listing = false;
  readonly restarts = new Map<string, number>();
  readonly events = new Map<string, number>();

  readonly #news: News;
  #foundBy = '';

  constructor(name: string) {
    this.name = name;
    this.#news = new News(isReadAgain(name) ? undefined : Number.POSITIVE_INFINITY);
  }

  delivered(at: Moment): void {
    this.lastEvent = at.wall;
    this.lastDelivery = at.mono;
  }

  count(type: string, at: Moment): void {
    this.delivered(at);
    this.events.set(type, (this.events.get(type) ?? 0) + 1);
  }

  listBegins(at: Moment): void {
    this.delivered(at);
    this.generation += 1;
    this.listing = true;
  }

  listEnds(at: Moment): void {
    this.sees(at);
    this.delivered(at);
    this.listing = false;
    this.synced = true;
  }

  /** It sees, by what it told last. Says whether it did not before. */
  found(why: string): boolean {
    this.synced = true;
    if (this.up) return false;
    this.up = true;
    this.forbidden = false;
    this.why = '';
    this.#foundBy = why;
    return true;
  }

  /** It cannot see. */
  lost(forbidden: boolean, why: string): void {
    this.up = false;
    this.listing = false;
    this.forbidden = forbidden;
    this.why = why;
  }

  /** Tells whether it sees, where that is news. */
  tell(now: Now): void {
    const down = this.forbidden ? 'forbidden' : 'down';
    const to = this.up ? 'up' : down;
    const untold = this.#news.heard(to, now.at.mono);
    if (untold === undefined) return;
    const why = this.up ? this.#foundBy : this.why;
    now.sink.event({ kind: 'source', at: now.at, source: this.name, to, why, untold });
  }

  /** It looked, and could see or not; it may have had to begin anew before. */
  looked({ sight, restart }: SightObservation, at: Moment): void {
    if (restart !== undefined) this.restarts.set(restart, (this.restarts.get(restart) ?? 0) + 1);
    if (sight === 'sighted') this.sees(at);
    else this.#blindSince ??= at.mono;
  }

  /** Blindness lasts from the first look in vain to the next that sees. */
  sees(at: Moment): void {
    this.#blindMs += at.mono - (this.#blindSince ?? at.mono);
    this.#blindSince = undefined;
  }

  blindSeconds(now: number): number {
    return (this.#blindMs + now - (this.#blindSince ?? now)) / 1000;
  }
}

/** All sources that were ever heard of, by their names. */
export class SourceRows {
  readonly #rows = new Map<string, SourceRow>();

  values(): Iterable<SourceRow> {
    return this.#rows.values();
  }

  get(name: string): SourceRow | undefined {
    return this.#rows.get(name);
  }

  /** Whether all Nodes of the cluster are in sight. */
  get allNodes(): boolean {
    return this.#rows.get('nodes')?.up === true;
  }

  /** The source of this name, new if it is not known yet. */
  of(name: string): SourceRow {
    const known = this.#rows.get(name);
    if (known !== undefined) return known;
    const row = new SourceRow(name);
    this.#rows.set(name, row);
    return row;
  }
}

/** It tells at every interval whether it sees, and may succeed every other time: a line each would be a flood. */
function isReadAgain(source: string): boolean {
  return source.startsWith('probes/') || source.startsWith('endpoints/');
}

export function isNodeSource(source: string): boolean {
  return source === 'nodes' || source.startsWith('nodes/');
}

/** `leases` covers all namespaces, `leases/NAMESPACE[/NAME]` one. */
export function seesNodeLeases(source: string): boolean {
  const [kind, where] = source.split('/');
  return kind === 'leases' && (where === undefined || where === nodeLeaseNamespace);
}

/** A list is complete. Says whether a node has lost what the list did not name. */
export function sweepNode(row: NodeRow, source: SourceRow, now: Now): boolean {
  if (isNodeSource(source.name)) {
    if (row.nodeGeneration === source.generation) return false;
    nodeGone(row, now);
  } else if (row.leaseUid !== undefined && seesNodeLeases(source.name)) {
    if (row.leaseGeneration === source.generation) return false;
    row.lease = undefined;
  }
  return true;
}
