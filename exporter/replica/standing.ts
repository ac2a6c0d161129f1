import type { Clock } from '../clock.ts';
import type { Attempt } from '../kube/candidate.ts';
import type { Observation, SightObservation } from '../model/observation.ts';

/** The name under which the election is told of among the sources. */
export const electionSource = 'election';

/** Tells where this replica stands: whether it can take part in the election, and whether it pushes. Once each. */
export class Standing {
  readonly #clock: Clock;
  readonly #lease: string;
  readonly #identity: string;
  readonly #emit: (observation: Observation) => void;
  #denied: string | undefined;
  #toldSight = '';
  #toldStanding = '';

  constructor(clock: Clock, lease: string, identity: string, emit: (observation: Observation) => void) {
    this.#clock = clock;
    this.#lease = lease;
    this.#identity = identity;
    this.#emit = emit;
  }

  tried(attempt: Attempt): void {
    this.#denied = isDenied(attempt) ? `the lease ${this.#lease} cannot be written` : undefined;
    if (attempt.kind !== 'failed') return this.#see('sighted', `the lease ${this.#lease} can be read`);
    this.#see(attempt.status === 403 ? 'forbidden' : 'blind', attempt.reason);
  }

  /** `holder` is whom the lease named last. */
  tell(pushes: boolean, holder: string): void {
    const why = this.#denied ?? this.#whoHolds(pushes, holder);
    const told = `${pushes} ${why}`;
    if (told === this.#toldStanding) return;
    this.#toldStanding = told;
    this.#emit({ kind: 'replica', at: this.#clock.now(), pushes, why });
  }

  #whoHolds(pushes: boolean, holder: string): string {
    if (pushes) return `it holds the lease ${this.#lease}`;
    if (holder === this.#identity) return `it could not renew the lease ${this.#lease} in time`;
    return holder === ''
      ? `nobody is known to hold the lease ${this.#lease}`
      : `${holder} holds the lease ${this.#lease}`;
  }

  #see(sight: SightObservation['sight'], why: string): void {
    const told = `${sight} ${why}`;
    if (told === this.#toldSight) return;
    this.#toldSight = told;
    this.#emit({ kind: 'sight', source: electionSource, at: this.#clock.now(), sight, why });
  }
}

/** Not for want of an answer: this replica may not write the lease, or there is no such namespace. */
export function isDenied(attempt: Attempt): boolean {
  return attempt.kind === 'failed' && (attempt.status === 403 || attempt.status === 404);
}
