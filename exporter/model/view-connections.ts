import type { PortCensus } from './observation.ts';
import type { ProbeHandshake } from './probe-observation.ts';

/** What is known of WebSocket connections, from every side that looks at them. The sides are never added up. */
export interface ConnectionsView {
  ports(): Iterable<PortCensus>;
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
}
