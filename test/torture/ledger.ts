import { type Pushed, type QueueName, queueOf } from './records.ts';

/** Everything that a receiver took or refused, and whether it was right to send it so. */
export class Ledger {
  /** Number of a record and its bytes, once it was accepted. */
  readonly accepted = new Map<number, string>();
  readonly refused = new Set<number>();
  duplicates = 0;
  /** The most records of one request that had been accepted before. */
  largestDuplicateRun = 0;
  /** Records that came again with other bytes. */
  changed = 0;
  /** Records that came in a request of another queue, or of two: sites mixed. */
  mixed = 0;
  /** Records accepted for the first time after a younger one of their queue. */
  disordered = 0;
  readonly #youngest = new Map<QueueName, number>();

  accept(pushed: Pushed): void {
    this.#look(pushed);
    let again = 0;
    for (const [number, bytes] of pushed.records) {
      const before = this.accepted.get(number);
      if (before === undefined) this.#first(number);
      else again += 1;
      if (before !== undefined && before !== bytes) this.changed += 1;
      this.accepted.set(number, bytes);
    }
    this.duplicates += again;
    this.largestDuplicateRun = Math.max(this.largestDuplicateRun, again);
  }

  refuse(pushed: Pushed): void {
    this.#look(pushed);
    for (const [number] of pushed.records) this.refused.add(number);
  }

  #look({ queue, records }: Pushed): void {
    for (const [number] of records) if (queueOf(number) !== queue) this.mixed += 1;
  }

  #first(number: number): void {
    const queue = queueOf(number);
    const youngest = this.#youngest.get(queue) ?? -1;
    if (number < youngest) this.disordered += 1;
    else this.#youngest.set(queue, number);
  }
}
