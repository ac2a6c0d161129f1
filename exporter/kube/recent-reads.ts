import type { Clock } from '../clock.ts';

interface Entry<T> {
  /** Monotonic ms; Infinity until it is sent. */
  sentAt: number;
  readonly urgent: boolean;
  readonly answer: Promise<T>;
}

/** Reads under way and their recent answers, so that many questions about one thing are one request. */
export class RecentReads<T> {
  readonly #clock: Clock;
  readonly #most: number;
  /** The least recently used first. */
  readonly #entries = new Map<string, Entry<T>>();

  constructor(clock: Clock, most = 2000) {
    this.#clock = clock;
    this.#most = most;
  }

  get size(): number {
    return this.#entries.size;
  }

  /**
   * The answer of a read that was sent at most `ageMs` ago or is still to be sent, else of a new one.
   * `read` calls `sent` when it sends, never at once, and does not reject. An urgent question does not wait for a patient one's turn.
   */
  get(key: string, ageMs: number, urgent: boolean, read: (sent: () => void) => Promise<T>): Promise<T> {
    const known = this.#entries.get(key);
    this.#entries.delete(key);
    const entry =
      known !== undefined && this.#serves(known, ageMs, urgent) ? known : this.#begin(urgent, read);
    this.#entries.set(key, entry);
    for (const oldest of this.#entries.keys()) {
      if (this.#entries.size <= this.#most) break;
      this.#entries.delete(oldest);
    }
    return entry.answer;
  }

  #serves(entry: Entry<T>, ageMs: number, urgent: boolean): boolean {
    if (entry.sentAt === Number.POSITIVE_INFINITY) return entry.urgent || !urgent;
    return this.#clock.now().mono - entry.sentAt <= ageMs;
  }

  #begin(urgent: boolean, read: (sent: () => void) => Promise<T>): Entry<T> {
    const entry: Entry<T> = {
      sentAt: Number.POSITIVE_INFINITY,
      urgent,
      answer: read(() => {
        entry.sentAt = this.#clock.now().mono;
      }),
    };
    // What was answered without being sent is no answer to the next question.
    void entry.answer.then(() => {
      if (entry.sentAt === Number.POSITIVE_INFINITY) entry.sentAt = Number.NEGATIVE_INFINITY;
    });
    return entry;
  }
}
