import type { ElectionRound } from './election.ts';
import type { Fate, Place } from './event.ts';
import { fateOf } from './fate.ts';
import type { HolderObservation, PodRecord } from './holder-observation.ts';
import type { Holding } from './holding.ts';
import { nowhere } from './holding.ts';
import { isUnasked, LateFate } from './late-fate.ts';
import type { LeaseRow } from './lease-row.ts';
import type { Place as Placing, RoundMemory, TrailMemory } from './memory.ts';
import { factsOf, type NodeFacts } from './node-facts.ts';
import { rememberRound } from './node-rounds.ts';
import type { Now } from './sink.ts';

/** The predecessor as the round finds it. */
export interface Left {
  readonly identity: string;
  /** Its last renewal: monotonic milliseconds, and as it wrote it (µs). */
  readonly lastRenewal: number;
  readonly renewTime: number | undefined;
  readonly durationMs: number;
}

/** The trail of a predecessor; an empty one where there is none or holders are not looked up. */
export function trailOf(row: LeaseRow, identity: string, lastRenewal: number): Trail {
  const known = identity !== '' && row.who.identity === identity ? row.who : undefined;
  return new Trail({ identity, lastRenewal, renewTime: row.renewTime, durationMs: row.durationMs }, known);
}

/** A round closes: what became of its predecessor is said with it, and kept with the node that carried it. */
export function endTrail(row: LeaseRow, round: ElectionRound, now: Now): void {
  const { trail } = round;
  trail.end(now, row.who.identity === round.successor ? row.who : undefined);
  const { fate, left, predecessorAt } = trail;
  row.late = fate === 'deleted' || isUnasked(trail) ? new LateFate(round, now.at.mono) : undefined;
  const node = now.nodes.get(predecessorAt.node);
  if (fate === undefined || node === undefined) return;
  const { traceId, namespace, lease, predecessor } = round;
  rememberRound(node, { ...left, traceId, namespace, lease, predecessor, predecessorAt, fate });
}

/** Versions of one workload: more of them are no rolling upgrade. */
const mostRevisions = 16;

/** What becomes of the predecessor of a round, and who comes after it. Final once `end` was called. */
export class Trail {
  readonly left: Left;
  predecessorAt: Place;
  successorAt: Place = nowhere;
  fate: Fate | undefined;
  outageTraceId: string | undefined;
  /** Questions asked so far. */
  questions = 0;
  readonly #before: PodRecord | undefined;
  #after: PodRecord | 'absent' | undefined;
  #revisions: readonly string[] = [];
  #leaving = false;

  /** `known`: what was found out about the predecessor while it led; nothing where holders are not looked up. */
  constructor(left: Left, known: Holding | undefined, before = known?.pod) {
    this.left = left;
    this.#before = before;
    this.predecessorAt = known?.place ?? nowhere;
    this.fate = known === undefined ? undefined : 'unknown';
  }

  /** What a restart must not forget: some of it could only be seen then. */
  remember(): TrailMemory | undefined {
    if (this.fate === undefined) return undefined;
    return {
      questions: this.#after === undefined ? 0 : this.questions,
      ...{ before: this.#before, after: this.#after, leaving: this.#leaving },
      revisions: this.#revisions.slice(0, mostRevisions),
    };
  }

  /** Of a round that another process opened: what it did not find out is asked again. */
  static recall(memory: RoundMemory, place: Placing): Trail {
    const { predecessor: identity, predecessorRenewTime: renewTime, predecessorAt, durationSeconds } = memory;
    const durationMs = durationSeconds * 1000;
    const lastRenewal = place(memory.lastRenewalAge);
    const trail = new Trail(
      { identity, lastRenewal, renewTime, durationMs },
      undefined,
      memory.trail?.before,
    );
    trail.predecessorAt = predecessorAt;
    if (memory.trail === undefined) return trail;
    trail.fate = 'unknown';
    trail.questions = memory.trail.questions;
    trail.#after = memory.trail.after;
    trail.#revisions = memory.trail.revisions;
    trail.#leaving = memory.trail.leaving;
    return trail;
  }

  /** Looks are taken after the predecessor from here on, where there is one. */
  begin(): boolean {
    if (this.left.identity === '') return false;
    this.fate ??= 'unknown';
    return true;
  }

  /** Whether another look might tell more than the last one did. */
  get open(): boolean {
    return this.fate === 'unknown' || this.fate === 'running' || this.fate === 'deleted';
  }

  learn({ result }: HolderObservation, now: Now): void {
    if ('found' in result) {
      const { name, node } = result.found;
      if (this.predecessorAt.pod === '')
        this.predecessorAt = { pod: name, node: node ?? this.predecessorAt.node };
      this.#after = result.found;
      this.#revisions = result.workload?.revisions ?? [];
    }
    if ('absent' in result) this.#after = 'absent';
    this.judge(now);
  }

  /** Versions of its workload that were seen after the round. */
  hear(revisions: readonly string[], now: Now): void {
    this.#revisions = [...this.#revisions, ...revisions];
    this.judge(now);
  }

  judge(now: Now, successor?: PodRecord): void {
    if (this.fate === undefined) return;
    const node = factsOf(now, this.predecessorAt.node, this.left);
    this.#leaving ||= node.leaving;
    this.outageTraceId = node.outageTraceId;
    const revision = successor?.revision;
    this.fate = fateOf({
      ...{ before: this.#before, after: this.#after, renewTime: this.left.renewTime },
      node: this.#evidence(node),
      // Versions count only within one workload.
      revisions: revision === undefined ? this.#revisions : [...this.#revisions, revision],
    });
  }

  /** The round closes: the last judgement, with all that is known of the successor by now. */
  end(now: Now, successor: Holding | undefined): void {
    this.successorAt = successor?.place ?? nowhere;
    this.judge(now, successor?.pod);
  }

  #evidence(node: NodeFacts) {
    const lost = node.outageTraceId !== undefined || (node.gone && !this.#leaving);
    return { lost, leaving: this.#leaving, heardSince: node.heardSince };
  }
}
