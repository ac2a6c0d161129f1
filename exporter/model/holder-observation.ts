import type { Moment } from '../clock.ts';

/**
 * "Who is this holder?": the Pod of one of these names, in the namespace of the lease or, where that may be
 * asked, in any other.
 */
export interface FindHolder {
  readonly kind: 'find-holder';
  readonly namespace: string;
  readonly lease: string;
  /** The identity as written: what the answer is about. */
  readonly holder: string;
  /** Names that its Pod may have, the likeliest first. */
  readonly candidates: readonly string[];
  /** Asked of a round that runs: read now, past the cache and before what can wait. */
  readonly urgent: boolean;
  /** Whether a Pod that is not there is to be told apart from a whole workload that is not there. */
  readonly verify: boolean;
}

/** What was found out about a holder. */
export interface HolderObservation {
  readonly kind: 'holder';
  readonly ask: FindHolder;
  readonly at: Moment;
  readonly result: HolderResult;
}

export type HolderResult =
  /** `unlisted`: why the Pods of its workload may not be listed. */
  | { readonly found: PodRecord; readonly workload?: Workload; readonly unlisted?: string }
  /** No Pod has such a name. `workload` says whether other Pods of its workload are left; set when verified. */
  | { readonly absent: true; readonly workload?: 'gone' | 'alive' | 'unknown' }
  | { readonly forbidden: string }
  | { readonly failed: string };

/** A Pod with the fields that are judged. */
export interface PodRecord {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly node: string | undefined;
  /** Its controller, such as a ReplicaSet. */
  readonly owner: string | undefined;
  /** Which version of its template it was made from: a hash that the controller keeps as a label. */
  readonly revision: string | undefined;
  readonly deleting: boolean;
  /** `status.reason`, such as `Evicted`. */
  readonly reason: string | undefined;
  /** Reason of the condition DisruptionTarget, when it is True. */
  readonly disruption: string | undefined;
  /** Over all containers. */
  readonly restarts: number;
  /** The container that ended last, of those that ended at all. */
  readonly ended: EndedContainer | undefined;
}

export interface EndedContainer {
  readonly reason: string;
  readonly exitCode: number;
  /** Unix microseconds in whole seconds, on the clock of the node. */
  readonly at: number | undefined;
}

/** The Pods that may lead in the place of a holder, itself included; those being deleted are not counted. */
export interface Workload {
  readonly candidates: number;
  /** Versions of the template among them: more than one means that a rollout is under way. */
  readonly revisions: readonly string[];
}
