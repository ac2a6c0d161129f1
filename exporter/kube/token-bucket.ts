import type { Clock } from '../clock.ts';

export interface Rate {
  readonly perSecond: number;
  /** How many may go at once after a rest. */
  readonly burst: number;
}

interface Waiter {
  readonly urgent: boolean;
  readonly go: () => void;
}

/** Lets requests go at a steady rate, urgent ones first, otherwise in the order in which they came. */
export class TokenBucket {
  readonly #clock: Clock;
  readonly #rate: Rate;
  readonly #urgent: Waiter[] = [];
  readonly #patient: Waiter[] = [];
  #tokens: number;
  #filledAt: number;
  #cancel: (() => void) | undefined;

  constructor(clock: Clock, rate: Rate) {
    this.#clock = clock;
    this.#rate = rate;
    this.#tokens = rate.burst;
    this.#filledAt = clock.now().mono;
  }

  /** Resolves when its turn has come, or at once with `false` when `stop` is aborted. */
  take(urgent: boolean, stop: AbortSignal): Promise<boolean> {
    return new Promise((resolve) => {
      const abort = () => resolve(false);
      const waiter = { urgent, go: () => done() };
      const done = () => {
        stop.removeEventListener('abort', abort);
        resolve(!stop.aborted);
      };
      if (stop.aborted) return abort();
      stop.addEventListener('abort', abort, { once: true });
      (urgent ? this.#urgent : this.#patient).push(waiter);
      this.#serve();
    });
  }

  #serve(): void {
    this.#fill();
    while (this.#tokens >= 1) {
      const next = this.#urgent.shift() ?? this.#patient.shift();
      if (next === undefined) break;
      this.#tokens -= 1;
      next.go();
    }
    this.#arm();
  }

  #fill(): void {
    const now = this.#clock.now().mono;
    const grown = ((now - this.#filledAt) / 1000) * this.#rate.perSecond;
    this.#tokens = Math.min(this.#rate.burst, this.#tokens + grown);
    this.#filledAt = now;
  }

  #arm(): void {
    if (this.#cancel !== undefined || this.#urgent.length + this.#patient.length === 0) return;
    const waitMs = ((1 - this.#tokens) / this.#rate.perSecond) * 1000;
    this.#cancel = this.#clock.after(Math.max(1, waitMs), () => {
      this.#cancel = undefined;
      this.#serve();
    });
  }
}
