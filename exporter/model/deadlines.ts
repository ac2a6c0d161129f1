/** Something that wants to be looked at when the monotonic time `wake` (milliseconds) has come. */
export interface Sleeper {
  wake: number;
  /** The time under which it is filed; Infinity while it is not. Only `Deadlines` writes it. */
  filed: number;
}

/**
 * A heap of deadlines that renewals do not touch. A renewal moves a deadline later, so the entry is left
 * where it is and looked at again when its old time comes; only a deadline that moves *earlier* is filed
 * anew. 100,000 leases renewing cost no heap operation at all between two of their durations.
 */
export class Deadlines<T extends Sleeper> {
  // Side by side, not as objects: there is an entry for each of 100,000 leases.
  readonly #times: number[] = [];
  readonly #items: T[] = [];

  file(item: T): void {
    if (item.wake >= item.filed || item.wake === Number.POSITIVE_INFINITY) return;
    item.filed = item.wake;
    this.#push(item.wake, item);
  }

  next(): number {
    return this.#times[0] ?? Number.POSITIVE_INFINITY;
  }

  /** Removes and returns an item whose time has truly come, or `undefined` when there is none. */
  due(now: number): T | undefined {
    for (let at = this.next(); at <= now; at = this.next()) {
      const item = this.#pop();
      if (item === undefined) return undefined;
      if (at !== item.filed) continue; // filed anew at an earlier time since
      item.filed = Number.POSITIVE_INFINITY;
      if (item.wake <= now) return item;
      this.file(item);
    }
    return undefined;
  }

  #push(at: number, item: T): void {
    let index = this.#times.length;
    this.#times.push(at);
    this.#items.push(item);
    while (index > 0) {
      const up = (index - 1) >> 1;
      const time = this.#times[up];
      if (time === undefined || time <= at) break;
      this.#move(up, index);
      index = up;
    }
    this.#put(index, at, item);
  }

  #pop(): T | undefined {
    const top = this.#items[0];
    const at = this.#times.pop();
    const last = this.#items.pop();
    if (at === undefined || last === undefined || this.#times.length === 0) return top;
    let index = 0;
    for (;;) {
      const child = this.#smallerChild(index);
      const time = this.#times[child];
      if (time === undefined || time >= at) break;
      this.#move(child, index);
      index = child;
    }
    this.#put(index, at, last);
    return top;
  }

  #smallerChild(index: number): number {
    const left = 2 * index + 1;
    const right = left + 1;
    const a = this.#times[left];
    const b = this.#times[right];
    return b !== undefined && a !== undefined && b < a ? right : left;
  }

  #move(from: number, to: number): void {
    const item = this.#items[from];
    if (item !== undefined) this.#put(to, this.#times[from] ?? Number.NaN, item);
  }

  #put(index: number, at: number, item: T): void {
    this.#times[index] = at;
    this.#items[index] = item;
  }
}
