import type { IdleTimeout } from './idle-timeout.ts';
import type { Happening } from './incident-event.ts';
import type { DescriptorsTold, NetCounters, PortCensus, UnreadPlace } from './observation.ts';
import type { ProbeHandshake } from './probe-observation.ts';

/** What is known of WebSocket connections, from every side that looks at them. The sides are never added up. */
export interface ConnectionsView {
  /** Network namespaces of which there is a census; none while their source is blind. */
  places(): Iterable<PlaceView>;
  /** Pods that ought to be counted and cannot be. */
  unread(): Iterable<UnreadPlace>;
  /** The node of which every Pod is counted; `undefined` where that is not done, or not known now. */
  node(): string | undefined;
  probes(): Iterable<ProbeView>;
  counts(): Iterable<CountsView>;
}

/** What a proxy or an application counts itself; `undefined` while nobody knows. */
export interface CountsView {
  readonly target: string;
  readonly side: 'proxy' | 'app';
  readonly connections: number | undefined;
  readonly total: number | undefined;
  /** Readings without a count, by reason. */
  readonly failures: ReadonlyMap<string, number>;
}

export interface ProbeView {
  readonly target: string;
  /** `undefined`: not probed yet, or it cannot be probed at present. */
  readonly last: ProbeHandshake | undefined;
  readonly handshakes: ReadonlyMap<string, { status: string; failure: string; count: number }>;
  readonly closes: ReadonlyMap<string, { code: string; initiator: string; count: number }>;
  /** Sessions of Socket.IO that began by polling, by what went wrong; empty where none was tried. */
  readonly sessions: { readonly counts: ReadonlyMap<string, number> };
  readonly spread: SpreadView;
}

/** Which backends answer. */
export interface SpreadView {
  /** How many did at the last check; `undefined`: nobody knows. */
  readonly backends: number | undefined;
  /** Connections by the backend that answered them; those of too many names are one. */
  readonly connections: ReadonlyMap<string, number>;
  /** Connections that told no backend, by reason. */
  readonly failures: ReadonlyMap<string, number>;
}

export interface PlaceView {
  /** Of the Pod, and its name: empty where they are not known. */
  readonly namespace: string;
  readonly pod: string;
  /** What made the Pod; empty where that is not known. */
  readonly workload: string;
  readonly counters: NetCounters | undefined;
  readonly descriptors: readonly DescriptorsTold[];
  /** Clients that come and go more than usual; not over yet. */
  readonly storm: OpenIncident | undefined;
  ports(): Iterable<PortView>;
}

export interface PortView {
  readonly census: PortCensus;
  readonly lifetimes: LifetimesView;
  readonly idleTimeout: IdleTimeout | undefined;
  /** The fall or the surge that is not over yet. */
  readonly incident: OpenIncident | undefined;
}

export interface OpenIncident {
  readonly traceId: string;
  readonly change: 'fall' | 'surge' | 'storm';
  /** Connections before it, and the furthest that it came; of a storm those that came and went, a minute. */
  readonly before: number;
  readonly extreme: number;
  /** Unix microseconds: the census before the change. */
  readonly began: number;
  readonly beside: Happening | undefined;
}

/** Of connections whose beginning and end were seen. */
export interface LifetimesView {
  readonly count: number;
  readonly sumSeconds: number;
  /** One that ended beside an election round or a node outage, with that trace; the newest. */
  readonly example: LifetimeExample | undefined;
  /** How many lived at most so long. */
  upTo(seconds: number): number;
}

export interface LifetimeExample {
  readonly seconds: number;
  readonly traceId: string;
  /** Unix microseconds. */
  readonly at: number;
}
