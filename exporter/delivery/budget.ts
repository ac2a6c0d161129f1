import type { Clock } from '../clock.ts';

/** Says when bytes may be sent. */
export interface Budget {
  /** No single taking may be larger. */
  readonly most: number;
  /**
   * Resolves when so many bytes may go, with what is to be called once they have gone; with nothing at
   * `stop`. Of those who wait, the highest rank goes first.
   */
  take(bytes: number, rank: number, stop: AbortSignal): Promise<(() => void) | undefined>;
}

/** For a receiver without a budget. */
export const unlimited: Budget = { most: Number.POSITIVE_INFINITY, take: async () => () => {} };

export interface Rate {
  readonly bytesPerSecond: number;
  /** Over every span of this length the rate holds. */
  readonly windowMs: number;
}

interface Spent {
  readonly bytes: number;
  /** When they stop to count; infinite while they are under way. */
  until: number;
}

interface Waiter {
  readonly bytes: number;
  readonly rank: number;
  readonly grant: (spent: Spent) => void;
}

/**
 * Holds the bytes within every window of time, not only on average: whatever was under way at any moment of
 * the last window counts. So it counts from the end of a sending, which may take long on a thin line.
 */
export class WindowBudget implements Budget {
  readonly most: number;
  readonly #clock: Clock;
  readonly #allowance: number;
  readonly #windowMs: number;
  #spent: Spent[] = [];
  #waiting: Waiter[] = [];
  #disarm = () => {};

  constructor({ bytesPerSecond, windowMs }: Rate, clock: Clock) {
    this.#clock = clock;
    this.#windowMs = windowMs;
    this.#allowance = Math.floor((bytesPerSecond * windowMs) / 1000);
    // A whole window at once would leave nothing for anybody until it is over.
    this.most = Math.max(1, Math.floor(this.#allowance / 2));
  }

  take(bytes: number, rank: number, stop: AbortSignal): Promise<(() => void) | undefined> {
    if (bytes > this.most) throw new RangeError(`budget: ${bytes} bytes at once, of at most ${this.most}`);
    if (stop.aborted) return Promise.resolve(undefined);
    return new Promise((resolve) => {
      const leave = () => {
        this.#waiting = this.#waiting.filter((each) => each !== waiter);
        resolve(undefined);
      };
      const waiter: Waiter = {
        bytes,
        rank,
        grant: (spent) => {
          stop.removeEventListener('abort', leave);
          resolve(() => this.#gone(spent));
        },
      };
      stop.addEventListener('abort', leave, { once: true });
      this.#queue(waiter);
      this.#serve();
    });
  }

  #queue(waiter: Waiter): void {
    const before = this.#waiting.findIndex(({ rank }) => rank < waiter.rank);
    this.#waiting.splice(before === -1 ? this.#waiting.length : before, 0, waiter);
  }

  #gone(spent: Spent): void {
    if (spent.until !== Number.POSITIVE_INFINITY) return;
    // One more, so that both ends of a window belong to it.
    spent.until = this.#clock.now().mono + this.#windowMs + 1;
    this.#serve();
  }

  #serve(): void {
    this.#disarm();
    const now = this.#clock.now().mono;
    this.#spent = this.#spent.filter(({ until }) => until > now);
    for (;;) {
      const next = this.#waiting[0];
      if (next === undefined) return;
      const at = this.#roomAt(next.bytes);
      if (at > now) {
        if (at < Number.POSITIVE_INFINITY) this.#disarm = this.#clock.after(at - now, () => this.#serve());
        return;
      }
      this.#waiting.shift();
      const spent = { bytes: next.bytes, until: Number.POSITIVE_INFINITY };
      this.#spent.push(spent);
      next.grant(spent);
    }
  }

  /** When there is room for so many bytes more; infinite while that depends on what is under way. */
  #roomAt(bytes: number): number {
    let excess = this.#spent.reduce((sum, spent) => sum + spent.bytes, bytes) - this.#allowance;
    if (excess <= 0) return Number.NEGATIVE_INFINITY;
    for (const spent of this.#spent.toSorted((a, b) => a.until - b.until)) {
      excess -= spent.bytes;
      if (excess <= 0) return spent.until;
    }
    return Number.POSITIVE_INFINITY;
  }
}

/** What goes needs the permission of both, of the first one first. */
export function bothOf(first: Budget, second: Budget): Budget {
  return {
    most: Math.min(first.most, second.most),
    async take(bytes, rank, stop) {
      const one = await first.take(bytes, rank, stop);
      if (one === undefined) return undefined;
      const other = await second.take(bytes, rank, stop);
      if (other === undefined) {
        one();
        return undefined;
      }
      return () => {
        one();
        other();
      };
    },
  };
}
