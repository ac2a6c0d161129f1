import type { Happenings } from './happenings.ts';
import { IdleTimeoutWatch } from './idle-timeout.ts';
import { IncidentWatch } from './incidents.ts';
import { Lifetimes } from './lifetimes.ts';
import type {
  DescriptorsTold,
  NetCounters,
  PlaceCensus,
  PortCensus,
  SocketsObservation,
  UnreadPlace,
} from './observation.ts';
import type { Now } from './sink.ts';
import { StormWatch } from './storms.ts';
import type { PlaceView, PortView } from './view-connections.ts';

/** The connections of one port, as the newest census tells them. */
class PortRow implements PortView {
  census: PortCensus;
  /** A port that was found is told once a connection to it has lasted: other servers have short ones. */
  told = false;
  readonly lifetimes = new Lifetimes();
  readonly idle = new IdleTimeoutWatch();
  readonly incidents = new IncidentWatch();

  constructor(census: PortCensus) {
    this.census = census;
  }
  get idleTimeout() {
    return this.idle.found;
  }
  get incident() {
    return this.incidents.open;
  }
}

class PlaceRow implements PlaceView {
  readonly namespace: string;
  readonly pod: string;
  workload = '';
  counters: NetCounters | undefined;
  descriptors: readonly DescriptorsTold[] = [];
  /** Monotonic milliseconds of the newest census. */
  readAt: number | undefined;
  readonly rows = new Map<number, PortRow>();
  readonly storms = new StormWatch();

  constructor({ namespace, pod }: PlaceCensus) {
    this.namespace = namespace;
    this.pod = pod;
  }
  get storm() {
    return this.storms.open;
  }
  /** A Pod without any is no server of long-lived connections: what else is known of it is not told. */
  hasPorts(): boolean {
    return [...this.rows.values()].some(({ told }) => told);
  }
  *ports(): Iterable<PortView> {
    for (const row of this.rows.values()) if (row.told) yield row;
  }
}

/** Who is on the line: the newest census of every network namespace, and what the censuses before it add up to. */
export class Census {
  readonly #places = new Map<string, PlaceRow>();
  readonly #happenings: Happenings;
  #node: string | undefined;
  #unread: readonly UnreadPlace[] = [];
  /** A source that failed has no count: what it told last is no longer true. */
  #blind = false;

  constructor(happenings: Happenings) {
    this.#happenings = happenings;
  }

  node(): string | undefined {
    return this.#blind ? undefined : this.#node;
  }
  *places(): Iterable<PlaceView> {
    if (this.#blind) return;
    for (const place of this.#places.values()) if (place.hasPorts()) yield place;
  }

  *unread(): Iterable<UnreadPlace> {
    if (!this.#blind) yield* this.#unread;
  }

  blind(): void {
    this.#blind = true;
  }

  see(seen: SocketsObservation, now: Now): void {
    this.#blind = false;
    this.#node = seen.node;
    const named = new Set<string>();
    for (const place of seen.places) {
      const key = `${place.namespace}/${place.pod}`;
      named.add(key);
      const row = this.#places.get(key) ?? new PlaceRow(place);
      this.#places.set(key, row);
      seePlace(row, place, this.#happenings, now);
    }
    for (const key of this.#places.keys()) if (!named.has(key)) this.#places.delete(key);
    this.#tellUnread(seen.unread, now);
  }

  #tellUnread(unread: readonly UnreadPlace[], now: Now): void {
    const before = new Set(this.#unread.map(wordsOf));
    this.#unread = unread;
    for (const each of unread) {
      if (!before.has(wordsOf(each))) now.sink.event({ kind: 'pod-unread', at: now.at, ...each });
    }
  }
}

function wordsOf({ namespace, pod, reason }: UnreadPlace): string {
  return `${namespace}/${pod} ${reason}`;
}

const lastingSeconds = 120;

/** Connections of a proxy in the same Pod stand on the port of that proxy, too. */
function hasLasting({ ages, established, near }: PortCensus): boolean {
  return established > near && ages !== undefined && ages.max >= lastingSeconds;
}

function seePlace(row: PlaceRow, place: PlaceCensus, happenings: Happenings, now: Now): void {
  const stepMs = row.readAt === undefined ? 0 : now.at.mono - row.readAt;
  row.readAt = now.at.mono;
  row.workload = place.workload ?? '';
  row.counters = place.counters;
  row.descriptors = place.descriptors ?? [];
  const told = new Set<number>();
  for (const census of place.ports) {
    told.add(census.port);
    const port = row.rows.get(census.port) ?? new PortRow(census);
    row.rows.set(census.port, port);
    seePort(row, port, census, stepMs / 1000, now);
    if (port.told) {
      const name = { namespace: row.namespace, pod: row.pod, port: census.port };
      port.incidents.see(name, census.established, happenings, now);
      giveExample(port, now);
    }
  }
  for (const port of row.rows.keys()) if (!told.has(port)) row.rows.delete(port);
  seeTraffic(row, happenings, now);
}

function seeTraffic(row: PlaceRow, happenings: Happenings, now: Now): void {
  if (row.counters === undefined || !row.hasPorts()) return;
  const ports = [...row.rows.values()].filter((port) => port.told);
  const traffic = {
    accepts: row.counters.accepts,
    standing: ports.reduce((sum, { census }) => sum + census.established, 0),
    explained: ports.some(({ incident }) => incident !== undefined),
  };
  row.storms.see(row, traffic, happenings, now);
}

function seePort(place: PlaceRow, row: PortRow, census: PortCensus, stepSeconds: number, now: Now): void {
  row.census = census;
  row.told ||= census.origin !== 'found' || hasLasting(census);
  for (const [seconds, count] of census.ended) row.lifetimes.add(seconds, count);
  if (!row.idle.see(census, now.at.mono, stepSeconds) || !row.told) return;
  const { namespace, pod } = place;
  now.sink.event({
    ...{ kind: 'idle-timeout', at: now.at, namespace, pod, port: census.port },
    ...{ to: row.idle.found === undefined ? 'gone' : 'found', timeout: row.idle.found },
  });
}

/** An end is told one census after it happened: by then the incident of which it is a part has begun. */
function giveExample({ census, lifetimes, incidents }: PortRow, now: Now): void {
  const longest = census.ended.at(-1)?.[0];
  const traceId = incidents.open?.beside?.traceId;
  if (longest === undefined || traceId === undefined) return;
  lifetimes.example = { seconds: longest, traceId, at: now.at.wall };
}
