import type { Moment } from '../clock.ts';

/**
 * What went wrong with a handshake; a bounded set, since it becomes a label. `closed`: after the upgrade and
 * before the first pong; `flood`: more bytes before the first pong than anybody has to send.
 */
export type ProbeFailure =
  | 'dns'
  | 'denied'
  | 'refused'
  | 'unreachable'
  | 'reset'
  | 'timeout'
  | 'tls'
  | 'certificate'
  | 'status'
  | 'subprotocol'
  | 'protocol'
  | 'closed'
  | 'flood'
  | 'no_pong';

export type ProbePhase = 'dns' | 'tcp' | 'tls' | 'upgrade' | 'pong';

/** What a probe of one target saw. */
export type ProbeObservation = ProbeTold & {
  readonly kind: 'probe';
  readonly source: string;
  readonly at: Moment;
  readonly target: string;
};

export type ProbeTold = ProbeHandshake | ProbePong | ProbeClosed;

export interface ProbeHandshake {
  readonly step: 'handshake';
  /** `undefined`: all went as expected. */
  readonly failure: ProbeFailure | undefined;
  /** For people; empty when nothing failed. It may hold text from the server. */
  readonly why: string;
  /** Of the answer, if there was one. */
  readonly status: number | undefined;
  /** Seconds of the phases that were completed. */
  readonly phases: Readonly<Partial<Record<ProbePhase, number>>>;
  readonly certificates: ProbeCertificates | undefined;
}

/** Ends of validity, Unix microseconds. */
export interface ProbeCertificates {
  readonly leaf: number;
  /** The earliest of those above the leaf, as far as the server showed them. */
  readonly issuer: number | undefined;
}

export interface ProbePong {
  readonly step: 'pong';
  readonly rttSeconds: number;
}

/** The held connection ended although nobody had planned to. */
export interface ProbeClosed {
  readonly step: 'closed';
  readonly code: number;
  readonly initiator: 'server' | 'probe';
  readonly why: string;
  readonly heldSeconds: number;
}
