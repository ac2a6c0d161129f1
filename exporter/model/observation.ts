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
  ProbeSession,
  ProbeSpread,
  ProbeTold,
  SessionFailure,
  SpreadFailure,
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

/** One census of socket tables: of the own network namespace, or of every Pod of a node. */
export interface SocketsObservation {
  readonly kind: 'sockets';
  readonly source: SourceName;
  readonly at: Moment;
  /** The node of which every Pod is counted. */
  readonly node?: string;
  readonly places: readonly PlaceCensus[];
  /** Pods that ought to be among them and could not be counted. */
  readonly unread: readonly UnreadPlace[];
}

/** The census of one network namespace. */
export interface PlaceCensus {
  /** Of the Pod, and its name: empty where they are not known. */
  readonly namespace: string;
  readonly pod: string;
  /** The name of what made the Pod, such as that of its Deployment; absent where nobody knows. */
  readonly workload?: string;
  readonly ports: readonly PortCensus[];
  /** Absent while they cannot be read: an unknown count is no zero. */
  readonly counters?: NetCounters;
  /** Of its containers, as far as they are told apart. */
  readonly descriptors?: readonly DescriptorsTold[];
}

export interface UnreadPlace {
  readonly namespace: string;
  readonly pod: string;
  readonly reason: 'bad_annotation' | 'gone' | 'denied' | 'unreadable';
  readonly why: string;
}

/** Descriptors of the process of a container that has the least room for more, or why nobody knows. */
export type DescriptorsTold = Descriptors | UnreadDescriptors;

export interface Descriptors {
  /** Its name, its ID where nobody tells the name, or empty where nobody tells anything. */
  readonly container: string;
  readonly open: number;
  readonly most: number;
}

export interface UnreadDescriptors {
  readonly container: string;
  /**
   * `not_visible`: no process of a server can be seen from here; `not_told`: the kernel does not say, as before
   * 6.2; `no_limit`: there may be any number; `denied`: the process may not be looked at.
   */
  readonly unread: 'not_visible' | 'not_told' | 'no_limit' | 'denied';
}

/** What the kernel has counted for the whole network namespace since it exists; nothing between two censuses is missed. */
export interface NetCounters {
  /** Connections that came in, on any port. */
  readonly accepts: number;
  /** Established connections that a reset ended. */
  readonly resets: number;
  /** Connections that the kernel gave up because nobody answered. Some are resets, too. */
  readonly timeouts: number;
  /** Connections that were complete and found the accept queue full. */
  readonly listenOverflows: number;
}

/** Every connection is counted at one end: the one that has the port as its local port. */
export interface PortCensus {
  readonly port: number;
  /** Declared in the configuration or by an annotation of the Pod; `found`: somebody listens there. */
  readonly origin: PortOrigin;
  readonly listening: boolean;
  /** Accepted and established: everything below `near` up to `deadStalled` is a part of these. */
  readonly established: number;
  /** Of a peer in the same network namespace, such as a proxy in front: of one that stands elsewhere, too. */
  readonly near: number;
  /** The peer does not answer: retransmissions or keep-alive probes in vain. */
  readonly ghosts: number;
  /** The peer answers, but does not read. */
  readonly stalled: number;
  /** The peer had stopped reading, and does not answer any more either. */
  readonly deadStalled: number;
  readonly unaccepted: number;
  readonly closing: number;
  /** All sockets of the port as the kernel has them, the listening ones and those that are over among them. */
  readonly states: Readonly<Record<TcpStateName, number>>;
  /** Connections in the queues of the listening sockets. */
  readonly acceptQueue: number;
  readonly sendQueueBytes: number;
  readonly longestSendQueueBytes: number;
  /** Seconds since each was first seen; `undefined` without connections. */
  readonly ages: Spread | undefined;
  /** Those that are gone since the census before. */
  readonly closed: number;
  /** Whole seconds of life and how many lived so long, of those whose beginning and end were seen. */
  readonly ended: readonly (readonly [seconds: number, count: number])[];
}

/** As the kernel and its tools name them. */
export type TcpStateName =
  | ('established' | 'syn_sent' | 'syn_recv' | 'fin_wait1' | 'fin_wait2' | 'time_wait')
  | ('close' | 'close_wait' | 'last_ack' | 'listen' | 'closing');

export type PortOrigin = 'configured' | 'annotated' | 'found';

export interface Spread {
  readonly min: number;
  readonly p50: number;
  readonly p90: number;
  readonly max: number;
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
