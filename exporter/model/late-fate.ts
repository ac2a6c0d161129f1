import type { Moment } from '../clock.ts';
import { ElectionRound } from './election.ts';
import type { Round } from './event.ts';
import type { HolderObservation } from './holder-observation.ts';
import { ageAt, type LateFateMemory, type Place } from './memory.ts';
import type { Now } from './sink.ts';
import type { Trail } from './trail.ts';

/**
 * When a closed round is looked into again (ms after its end). A rollout deletes a Pod before it creates the next, and
 * a StatefulSet waits until the old one has ended, which is half a minute where nobody chose otherwise.
 */
const looksAfter: readonly number[] = [5000, 45_000];

/** The round was over before anybody could ask: it opened and closed within the list that showed it. */
export function isUnasked({ fate, questions }: Trail): boolean {
  return fate === 'unknown' && questions === 0;
}

/**
 * A Pod that was deleted, nobody said why. In a rolling upgrade the election is often over before any Pod of the next
 * version is to be seen, and then "deleted" is not the whole story.
 */
export class LateFate {
  /** When the next look is due (monotonic ms). */
  due: number;
  /** The holder that was asked about last: its workload is that of the predecessor. */
  asked = '';
  readonly #round: ElectionRound;
  readonly #closed: number;
  #looks: number;

  constructor(round: ElectionRound, closed: number, looks = 0) {
    this.#round = round;
    this.#closed = closed;
    this.#looks = looks;
    this.due = this.#next();
  }

  /** What must survive a restart; nothing when no look is left to be taken. */
  remember(at: Moment): LateFateMemory | undefined {
    if (this.due === Number.POSITIVE_INFINITY) return undefined;
    return { round: this.#round.remember(at), closedAge: ageAt(at, this.#closed), looks: this.#looks };
  }

  /** Looks that were due while we were away are taken at once. */
  static recall(
    of: Pick<Round, 'namespace' | 'lease' | 'class'>,
    memory: LateFateMemory,
    place: Place,
  ): LateFate {
    const round = ElectionRound.recall(of, memory.round, place);
    round.trail.fate = round.trail.questions === 0 ? 'unknown' : 'deleted';
    return new LateFate(round, place(memory.closedAge), memory.looks);
  }

  /**
   * A look is taken: at the predecessor itself if nobody has asked about it yet, else by way of `holder`, who leads
   * now; nobody leads when it is empty. Answers who is to be asked about.
   */
  look(holder: string): string {
    const { trail } = this.#round;
    const isFirst = isUnasked(trail);
    if (isFirst) trail.questions += 1;
    else this.#looks += 1;
    this.asked = isFirst ? trail.left.identity : holder;
    this.due = isFirst ? Number.POSITIVE_INFINITY : this.#next();
    return this.asked;
  }

  /** What the look showed: a fate that is another one now is told. */
  learn(seen: HolderObservation, now: Now): void {
    const { trail } = this.#round;
    const before = trail.fate;
    const workload = 'found' in seen.result ? seen.result.workload : undefined;
    if (before === 'unknown') trail.learn(seen, now);
    else if (workload !== undefined) trail.hear(workload.revisions, now);
    if (trail.fate !== before) this.#tell(trail, now);
  }

  #tell({ fate = 'unknown', outageTraceId, predecessorAt }: Trail, now: Now): void {
    this.due = fate === 'deleted' ? this.#next() : Number.POSITIVE_INFINITY;
    const { traceId, namespace, lease, predecessor } = this.#round;
    now.sink.event({
      ...{ kind: 'round-fate', at: now.at, traceId, namespace, lease, predecessor, predecessorAt },
      ...{ fate, outageTraceId },
    });
  }

  #next(): number {
    if (isUnasked(this.#round.trail)) return this.#closed;
    return this.#closed + (looksAfter[this.#looks] ?? Number.POSITIVE_INFINITY);
  }
}
