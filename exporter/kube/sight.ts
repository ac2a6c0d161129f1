import type { Clock } from '../clock.ts';
import type { Observation, SightObservation } from '../model/observation.ts';
import type { Failure } from './failure.ts';

/** Keeps whether a source sees, and tells every change of it once. */
export class Sight {
  readonly #source: string;
  readonly #clock: Clock;
  readonly #emit: (observation: Observation) => void;
  #sees = false;
  /** The last bad news, so that an outage of an hour is one line and not a hundred. */
  #told = '';

  constructor(source: string, clock: Clock, emit: (observation: Observation) => void) {
    this.#source = source;
    this.#clock = clock;
    this.#emit = emit;
  }

  /** A list or a watch failed. A restart is counted when there was a watch to lose, or its window expired. */
  lost(failure: Failure): void {
    const forbidden = failure.reason === 'forbidden' || failure.reason === 'unauthorized';
    const sight = forbidden ? 'forbidden' : 'blind';
    const news = `${sight} ${failure.why}`;
    const restart = this.#sees || failure.reason === 'expired' ? { restart: failure.reason } : {};
    if (news !== this.#told || this.#sees) this.#tell(sight, failure.why, restart);
    this.#sees = false;
    this.#told = news;
  }

  /** A complete list was handed over: it says everything itself. */
  listed(): void {
    this.#sees = true;
    this.#told = '';
  }

  /** We see again without a list: a watch goes on where it had stopped. */
  resumed(why = 'the watch goes on where it had stopped'): void {
    if (this.#sees) return;
    this.#tell('sighted', why, {});
    this.listed();
  }

  #tell(sight: SightObservation['sight'], why: string, restart: { readonly restart?: string }): void {
    this.#emit({ kind: 'sight', source: this.#source, at: this.#clock.now(), sight, why, ...restart });
  }
}
