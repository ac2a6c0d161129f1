import type { Moment } from '../clock.ts';
import type { ProbeFailure, ProbePhase, SessionFailure, SpreadFailure } from './probe-observation.ts';

interface ProbeStep<S extends string> {
  readonly kind: 'probe';
  readonly step: S;
  readonly at: Moment;
  readonly target: string;
}

/** What came of the probes. `handshake` and `pong` are for metrics; the others are told, and seldom enough. */
export type ProbeEvent =
  | (ProbeStep<'handshake'> & { readonly phases: Readonly<Partial<Record<ProbePhase, number>>> })
  | (ProbeStep<'pong'> & { readonly rttSeconds: number })
  | ProbeStateEvent
  | ProbeClosedEvent
  | ProbeSessionEvent
  | ProbeSpreadEvent;

/** The verdict on a target changed, or the reason of its failure. */
export type ProbeStateEvent = ProbeStep<'state'> & {
  readonly failure: ProbeFailure | undefined;
  readonly why: string;
  /** Handshakes since the last of these events that went otherwise than it had told. */
  readonly untold: number;
};

export type ProbeClosedEvent = ProbeStep<'closed'> & {
  readonly code: number;
  readonly initiator: 'server' | 'probe';
  readonly why: string;
  readonly heldSeconds: number;
  /** Such endings since the last of these events that were not told one by one. */
  readonly untold: number;
};

/** Whether sessions go on after their first poll changed, or why they do not. */
export type ProbeSessionEvent = ProbeStep<'session'> & {
  readonly failure: SessionFailure | undefined;
  readonly why: string;
  /** Sessions since the last of these events that went otherwise than it had told. */
  readonly untold: number;
};

/** From one backend to several, the other way round, or to a failure. */
export type ProbeSpreadEvent = ProbeStep<'spread'> & {
  readonly backends: readonly (readonly [name: string, connections: number])[];
  readonly failures: readonly (readonly [failure: SpreadFailure, connections: number])[];
  readonly why: string;
  /** Checks since the last of these events that went otherwise than it had told. */
  readonly untold: number;
};
