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
  readonly #heap: { at: number; item: T }[] = [];

  file(item: T): void {
    if (item.wake >= item.filed || item.wake === Number.POSITIVE_INFINITY) return;
    item.filed = item.wake;
    this.#push({ at: item.wake, item });
  }

  next(): number {
    return this.#heap[0]?.at ?? Number.POSITIVE_INFINITY;
  }

  /** Removes and returns an item whose time has truly come, or `undefined` when there is none. */
  due(now: number): T | undefined {
    for (let top = this.#heap[0]; top !== undefined && top.at <= now; top = this.#heap[0]) {
      this.#pop();
      const { item } = top;
      if (top.at !== item.filed) continue; // filed anew at an earlier time since
      item.filed = Number.POSITIVE_INFINITY;
      if (item.wake <= now) return item;
      this.file(item);
    }
    return undefined;
  }

  #push(entry: { at: number; item: T }): void {
    const heap = this.#heap;
    let index = heap.length;
    heap.push(entry);
    while (index > 0) {
      const up = (index - 1) >> 1;
      const parent = heap[up];
      if (parent === undefined || parent.at <= entry.at) break;
      heap[index] = parent;
      index = up;
    }
    heap[index] = entry;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let index = 0;
    for (;;) {
      const child = this.#smallerChild(index);
      const entry = heap[child];
      if (entry === undefined || entry.at >= last.at) break;
      heap[index] = entry;
      index = child;
    }
    heap[index] = last;
  }

  #smallerChild(index: number): number {
    const left = 2 * index + 1;
    const right = left + 1;
    const a = this.#heap[left];
    const b = this.#heap[right];
    return b !== undefined && a !== undefined && b.at < a.at ? right : left;
  }
}
