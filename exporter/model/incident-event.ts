import type { Moment } from '../clock.ts';

/**
 * Many connections of a port were lost, or came, within a minute; or many came and went (a storm), on any
 * port. Told when it begins and when it is over.
 */
export interface IncidentEvent {
  readonly kind: 'incident';
  readonly step: 'opened' | 'closed';
  readonly at: Moment;
  readonly traceId: string;
  /** Of the Pod, and its name: empty where they are not known. */
  readonly namespace: string;
  readonly pod: string;
  /** `undefined` for a storm: the counter of the kernel has no ports. */
  readonly port: number | undefined;
  readonly change: 'fall' | 'surge' | 'storm';
  /** Connections before it, and the furthest that it came; of a storm those that came and went, a minute. */
  readonly before: number;
  readonly extreme: number;
  /** Unix microseconds, on one time line: the census before the change, and the end. */
  readonly began: number;
  readonly closed: number | undefined;
  /** `recovered`: 95 % of the connections are there again; `lasting`: not within half an hour. */
  readonly outcome: 'recovered' | 'lasting' | 'settled' | undefined;
  /** What happened beside it: it may be the cause, nobody outside can prove that. */
  readonly beside: Happening | undefined;
}

/** An election round in the namespace of the connections, or the outage of their node. */
export interface Happening {
  readonly what: 'round' | 'outage';
  readonly traceId: string;
  /** `NAMESPACE/LEASE` or the name of the node, as they are: harmless only when they are told. */
  readonly name: string;
  /** The cause of the round; `node_outage`. */
  readonly cause: string;
}
