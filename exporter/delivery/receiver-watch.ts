import type { Clock } from '../clock.ts';
import type { Route } from './outbox.ts';
import type { Posted } from './posting.ts';
import type { ReceiverStats, UnsentReason } from './receiver-stats.ts';

const quietMs = 60_000;

/**
 * Counts what a receiver does, and tells what an operator should know: when something begins and ends, and of
 * what happens again and again one line a minute, since each line may itself be for this receiver.
 */
export class ReceiverWatch {
  readonly #route: Route;
  readonly #warn: (message: string) => void;
  readonly #requests = { accepted: 0, retry: 0, rejected: 0 };
  readonly #unsent = { too_old: 0, in_future: 0 };
  readonly #clock: Clock;
  readonly #told = new Map<string, number>();
  #refusesCredentials = false;
  #sentBytes = 0;

  constructor(route: Route, clock: Clock, warn: (message: string) => void) {
    this.#route = route;
    this.#clock = clock;
    this.#warn = warn;
  }

  get stats(): ReceiverStats {
    return {
      route: this.#route,
      requests: { ...this.#requests },
      refusesCredentials: this.#refusesCredentials,
      sentBytes: this.#sentBytes,
      unsent: { ...this.#unsent },
    };
  }

  sent(bytes: number): void {
    this.#sentBytes += bytes;
  }

  posted(outcome: Posted): void {
    this.#requests[outcome.kind] += 1;
    if (outcome.kind === 'rejected')
      this.#seldom('rejected', `the receiver of ${this.#route} refused a request for good: ${outcome.why}`);
    const refused = outcome.kind === 'retry' && outcome.cause === 'credentials';
    if (refused && !this.#refusesCredentials)
      this.#warn(
        `the receiver of ${this.#route} refuses our credentials, and nothing is lost while it does; it is tried again when they change, or after a while: ${outcome.why}`,
      );
    // A request that came to nothing says nothing of our credentials.
    if (outcome.kind === 'retry' && !refused) return;
    if (!refused && this.#refusesCredentials)
      this.#warn(`the receiver of ${this.#route} takes our credentials again`);
    this.#refusesCredentials = refused;
  }

  unsent({ reason, words }: { reason: UnsentReason; words: string }, records: number): void {
    this.#unsent[reason] += records;
    this.#seldom(reason, `records of ${this.#route} are set aside without being sent: ${words}`);
  }

  #seldom(what: string, message: string): void {
    const now = this.#clock.now().mono;
    const last = this.#told.get(what);
    if (last !== undefined && now - last < quietMs) return;
    this.#told.set(what, now);
    this.#warn(message);
  }
}
