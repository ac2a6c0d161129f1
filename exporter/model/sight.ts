import type { Moment } from '../clock.ts';
import { nodeLeaseNamespace } from './classify.ts';
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
  lastEvent = 0;
  /** Number of the list under way or completed last; rows that it did not name are deleted at its end. */
  generation = 0;
  listing = false;
  readonly restarts = new Map<string, number>();
  readonly events = new Map<string, number>();

  constructor(name: string) {
    this.name = name;
  }

  count(type: string, at: Moment): void {
    this.lastEvent = at.wall;
    this.events.set(type, (this.events.get(type) ?? 0) + 1);
  }

  restarted(reason: string): void {
    this.restarts.set(reason, (this.restarts.get(reason) ?? 0) + 1);
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

  /** The source of this name, new if it is not known yet. */
  of(name: string): SourceRow {
    const row = this.#rows.get(name) ?? new SourceRow(name);
    this.#rows.set(name, row);
    return row;
  }
}

export function isNodeSource(source: string): boolean {
  return source === 'nodes' || source.startsWith('nodes/');
}

/** `leases` covers all namespaces, `leases/NAMESPACE[/NAME]` one. */
export function seesNodeLeases(source: string): boolean {
  const [kind, where] = source.split('/');
  return kind === 'leases' && (where === undefined || where === nodeLeaseNamespace);
}
