import type { Deadlines, Sleeper } from './deadlines.ts';
import type { LeaseState } from './event.ts';
import type { LeasePolicy } from './policy.ts';
import type { Now } from './sink.ts';
import type { ExpectationView } from './view.ts';
import { awakeMs } from './watch-lag.ts';

/** States in which nobody is even supposed to hold a lease. An expired one has a holder, and pages by itself. */
const unheld: ReadonlySet<string> = new Set(['missing', 'released', 'vacant', 'orphaned', 'deleted']);

/**
 * What becomes of the policy "this lease is held": absent, once nobody held it for longer than the grace.
 * Blindness neither begins an absence nor ends one, and the grace is counted anew after it.
 */
export class Expectation implements ExpectationView, Sleeper {
  readonly namespace: string;
  readonly name: string;
  policy: LeasePolicy;
  state: LeaseState | 'missing' = 'missing';
  absent = false;
  since: number | undefined;
  filed = Number.POSITIVE_INFINITY;
  #recalled = false;
  #heldBackUntil = Number.NEGATIVE_INFINITY;
  readonly #deadlines: Deadlines<Expectation>;

  constructor(
    { namespace, name }: { readonly namespace: string; readonly name: string },
    policy: LeasePolicy,
    deadlines: Deadlines<Expectation>,
  ) {
    this.namespace = namespace;
    this.name = name;
    this.policy = policy;
    this.#deadlines = deadlines;
  }

  get wake(): number {
    if (this.absent || this.since === undefined) return Number.POSITIVE_INFINITY;
    return Math.max(this.since + this.policy.graceMs, this.#heldBackUntil);
  }

  /** The verdict on its lease. `missing`: there is no such lease, and we would see it. */
  turned(state: LeaseState | 'missing', now: Now): void {
    this.state = state;
    if (state === 'unknown') this.blind();
    else if (unheld.has(state)) this.#begin(now);
    else this.#end(now, 'present', state);
  }

  blind(): void {
    if (!this.absent) this.since = undefined;
  }

  /** We see again, and no write tells anything of a lease that is not there. */
  sighted(now: Now): void {
    this.#recalled = false;
    if (this.state === 'missing' || this.state === 'deleted') this.#begin(now);
  }

  due(now: Now): void {
    // That somebody holds it since may be among what was told while our own process slept.
    if (now.lags.hadSlept(now.at.mono)) return this.#holdBack(now);
    this.absent = true;
    this.#tell(now, 'absent', this.state);
  }

  /** An earlier process has told that it is absent, and nobody has held it since (monotonic ms). */
  recall(since: number): void {
    this.absent = true;
    this.since = since;
    this.#recalled = true;
  }

  /** What was recalled is of another cluster, unless it was seen here since. */
  forgetRecalled(now: Now): void {
    if (this.#recalled) this.#end(now, 'forgotten', 'it is of another cluster');
  }

  /** Nothing is expected of this lease any more. */
  forget(now: Now, why: string): void {
    this.#end(now, 'forgotten', why);
  }

  #holdBack(now: Now): void {
    this.#heldBackUntil = now.at.mono + awakeMs;
    this.#deadlines.file(this);
  }

  #begin(now: Now): void {
    this.since ??= now.at.mono;
    this.#deadlines.file(this);
  }

  #end(now: Now, to: 'present' | 'forgotten', why: string): void {
    if (this.absent) this.#tell(now, to, why);
    this.#recalled = false;
    this.absent = false;
    this.since = undefined;
  }

  #tell(now: Now, to: 'absent' | 'present' | 'forgotten', why: string): void {
    now.sink.event({
      kind: 'expectation',
      at: now.at,
      namespace: this.namespace,
      lease: this.name,
      to,
      why,
      absentSeconds: (now.at.mono - (this.since ?? now.at.mono)) / 1000,
      policy: this.policy.path,
    });
  }
}
