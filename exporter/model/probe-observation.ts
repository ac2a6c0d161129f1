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

export type ProbeTold = ProbeHandshake | ProbePong | ProbeClosed | ProbeSession | ProbeSpread;

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

/** `session_lost`: begun at one backend, and gone on with at another one, which does not know it. */
export type SessionFailure = ProbeFailure | 'session_lost';

/** What came of a session of Socket.IO that began by polling. */
export interface ProbeSession {
  readonly step: 'session';
  /** `undefined`: it has become a WebSocket. */
  readonly failure: SessionFailure | undefined;
  /** For people; it may hold text from the server. */
  readonly why: string;
}

/** `no_backend`: the connection stood, and did not tell which backend answered it. */
export type SpreadFailure = ProbeFailure | 'no_backend';

/** Which backends answered connections that were opened at once. */
export interface ProbeSpread {
  readonly step: 'spread';
  /** Their names, as the servers say them, and how many connections each has answered; the busiest first. */
  readonly backends: readonly (readonly [name: string, connections: number])[];
  readonly failures: readonly (readonly [failure: SpreadFailure, connections: number])[];
  /** For people: what went wrong with the first that failed; empty when none did. */
  readonly why: string;
}
