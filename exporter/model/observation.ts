import type { Moment } from '../clock.ts';
import type { FindHolder, HolderObservation } from './holder-observation.ts';

export type { CountsFailure, CountsObservation } from './counts-observation.ts';
export type {
  EndedContainer,
  FindHolder,
  HolderObservation,
  HolderResult,
  PodRecord,
  Workload,
} from './holder-observation.ts';
export type {
  ProbeCertificates,
  ProbeFailure,
  ProbeHandshake,
  ProbePhase,
  ProbeTold,
} from './probe-observation.ts';

import type { CountsObservation } from './counts-observation.ts';
import type { Memory } from './memory.ts';
import type { ProbeObservation } from './probe-observation.ts';

/**
 * What sources tell the model. An observation says what was seen and when it reached us; it never
 * says what it means. Wall-clock times inside records are Unix microseconds.
 */
export type Observation =
  | ListObservation
  | LeaseObservation
  | NodeObservation
  | CandidateObservation
  | ProgressObservation
  | SightObservation
  | ClusterObservation
  | SocketsObservation
  | ProbeObservation
  | CountsObservation
  | Answer
  | RememberedObservation
  | ReplicaObservation
  | TimeObservation;

/** The name of a configured source, such as `leases`, `leases/kube-system`, `nodes` or `sockets`. */
export type SourceName = string;

/** Brackets around a complete list: what the source knew before and did not name again is deleted. */
export interface ListObservation {
  readonly kind: 'list';
  readonly source: SourceName;
  readonly at: Moment;
  readonly phase: 'begin' | 'end';
  /** When the request for the (first page of the) list was sent. */
  readonly sentAt: Moment;
}

export type Change = 'listed' | 'added' | 'modified' | 'deleted';

export interface LeaseObservation {
  readonly kind: 'lease';
  readonly source: SourceName;
  readonly at: Moment;
  readonly change: Change;
  readonly lease: LeaseRecord;
}

export interface NodeObservation {
  readonly kind: 'node';
  readonly source: SourceName;
  readonly at: Moment;
  readonly change: Change;
  readonly node: NodeRecord;
}

export interface CandidateObservation {
  readonly kind: 'candidate';
  readonly source: SourceName;
  readonly at: Moment;
  readonly change: Change;
  readonly candidate: CandidateRecord;
}

/** A bookmark: everything up to this revision has been told. */
export interface ProgressObservation {
  readonly kind: 'progress';
  readonly source: SourceName;
  readonly at: Moment;
  readonly resourceVersion: string;
}

/** `blind`: we may be missing events from here on. `sighted`: a watch resumed where it had stopped. */
export interface SightObservation {
  readonly kind: 'sight';
  readonly source: SourceName;
  readonly at: Moment;
  readonly sight: 'blind' | 'sighted' | 'forbidden';
  readonly why: string;
  /** Set when a watch had to be started anew; counted by `watch_restarts_total`. */
  readonly restart?: string;
}

/** The identity of the cluster: the UID of the namespace `kube-system`. */
export interface ClusterObservation {
  readonly kind: 'cluster';
  readonly at: Moment;
  readonly uid: string;
}

/** One census of the socket table: a row a declared port. */
export interface SocketsObservation {
  readonly kind: 'sockets';
  readonly source: SourceName;
  readonly at: Moment;
  readonly ports: readonly PortCensus[];
}

export interface PortCensus {
  readonly port: number;
  readonly established: number;
  readonly unaccepted: number;
  readonly closing: number;
  readonly listening: boolean;
}

/** Answers to what the model asked. A read counts as evidence from the moment when it was sent. */
export type Answer = AnswerObservation | RevisionObservation | LeasesObservation | HolderObservation;

interface Answered<K extends string, A extends Ask, R> {
  readonly kind: K;
  readonly ask: A;
  readonly sentAt: Moment;
  readonly at: Moment;
  readonly result: R | { readonly failed: string };
}

export type AnswerObservation = Answered<
  'answer',
  ReadLease,
  { readonly found: LeaseRecord } | { readonly absent: true }
>;
export type RevisionObservation = Answered<'revision', ReadRevision, { readonly revision: string }>;
export type LeasesObservation = Answered<'leases', ListLeases, { readonly listed: readonly LeaseRecord[] }>;
/** What an earlier process knew. It comes before anything else is seen; the time between the two is a gap. */
export interface RememberedObservation {
  readonly kind: 'remembered';
  readonly at: Moment;
  /** From the moment of the memory to `at`, in milliseconds, by the best clock that both processes had. */
  readonly awayMs: number;
  /** Whether that was the monotonic clock: the wall clock may have jumped meanwhile. */
  readonly sameClock: boolean;
  readonly memory: Memory;
}

/** Of several replicas one sends to the receivers; whether we are the one, and by what right. */
export interface ReplicaObservation {
  readonly kind: 'replica';
  readonly at: Moment;
  readonly pushes: boolean;
  readonly why: string;
}

export interface TimeObservation {
  readonly kind: 'time';
  readonly at: Moment;
}

/** What a pure model wants to know: `main` has it read and hands the answer back as an observation. */
export type Ask = Question | RestartWatch;
export type Question = ReadLease | ReadRevision | ListLeases | FindHolder;

/** One Lease, past every cache. */
export interface ReadLease {
  readonly kind: 'read-lease';
  readonly namespace: string;
  readonly name: string;
}

/** The revision at which the server is, past every cache: what it costs is one object. */
export interface ReadRevision {
  readonly kind: 'read-revision';
  readonly source: SourceName;
}

/** A watch that does not tell what reads show shall begin anew. It has no answer: what it tells then is one. */
export interface RestartWatch {
  readonly kind: 'restart-watch';
  readonly source: SourceName;
  /** With a list, where going on from its place did not help. */
  readonly relist: boolean;
}

/** All Leases of a source, past every cache. */
export interface ListLeases {
  readonly kind: 'list-leases';
  readonly source: SourceName;
}

/** A Lease with the fields that are judged. An absent field is `undefined`; an empty holder is `''`. */
export interface LeaseRecord {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly resourceVersion: string;
  readonly holder: string | undefined;
  readonly durationSeconds: number | undefined;
  /** Unix microseconds. */
  readonly acquireTime: number | undefined;
  /** Unix microseconds. */
  readonly renewTime: number | undefined;
  readonly transitions: number | undefined;
  readonly strategy: string | undefined;
  /** Whom the controller of a coordinated election asks the holder to step down for. */
  readonly preferredHolder: string | undefined;
  /** The label `apiserver.kubernetes.io/identity`. */
  readonly identityLabel: string | undefined;
  /** The client that changed the holder last, such as `kube-scheduler` or `kubectl-edit`. */
  readonly writer: string | undefined;
  /** The labels that policies match, where it has any of them; an answer to a question has none. */
  readonly labels?: Readonly<Record<string, string>>;
}

/** A LeaseCandidate: who stands for a coordinated election. */
export interface CandidateRecord {
  readonly namespace: string;
  readonly name: string;
  readonly resourceVersion: string;
  /** Name of the Lease, in the namespace of the candidate. */
  readonly lease: string | undefined;
  /** Unix microseconds. */
  readonly renewTime: number | undefined;
}

/** A Node with the fields that are judged. */
export interface NodeRecord {
  readonly name: string;
  readonly uid: string;
  readonly resourceVersion: string;
  readonly bootId: string | undefined;
  /** Status of the condition Ready: `True`, `False`, `Unknown`, or absent. */
  readonly ready: string | undefined;
  /** Unix microseconds of the Ready condition's last heartbeat and last transition. */
  readonly readyHeartbeat: number | undefined;
  readonly readyTransition: number | undefined;
  /** A deletionTimestamp, or a taint of a shutdown, an autoscaler or a drain. */
  readonly terminating: boolean;
  /** Marked unschedulable: what a drain does first. */
  readonly cordoned: boolean | undefined;
}
