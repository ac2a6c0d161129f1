import { ConnectionSlots } from './connection-slots.ts';

/**
 * Knows accepted connections again from one census to the next: so it knows how long each has been there,
 * and how long those that ended lived. Times are monotonic milliseconds.
 *
 * The kernel writes its table piece by piece, and a row may be skipped or written twice while others come
 * and go. So a row counts once, and a connection has ended only when two censuses in a row did not show it.
 */
export class ConnectionTable {
  #before = new ConnectionSlots();
  #now = new ConnectionSlots();
  #at = 0;
  #last: number | undefined;

  begin(mono: number): void {
    this.#at = mono;
  }

  /** For how long a connection has been seen, in milliseconds; `undefined` when this census told its row before. */
  see(inode: number, localPort: number, remotePort: number): number | undefined {
    const ports = localPort * 65_536 + remotePort;
    const slot = this.#before.find(inode, ports);
    const opened = slot === -1 ? this.#at : this.#before.opened(slot);
    // What the first census shows was there before it: nobody knows since when.
    const whenNew = this.#last === undefined ? ofUnknownAge : 0;
    const flags = slot === -1 ? whenNew : this.#before.flags(slot) & ofUnknownAge;
    if (slot !== -1) this.#before.mark(slot, seenAgain);
    return this.#now.add(inode, ports, opened, flags) ? this.#at - opened : undefined;
  }

  /** Ends a census that showed everything; `ended` hears of those that are gone, without a lifetime where it is unknown. */
  end(ended: (localPort: number, lifetimeMs: number | undefined) => void): void {
    const [before, now] = [this.#before, this.#now];
    for (const slot of before.used()) {
      const flags = before.flags(slot);
      const ports = before.ports(slot);
      if ((flags & seenAgain) !== 0) continue;
      if ((flags & missedOnce) === 0) {
        now.add(before.inode(slot), ports, before.opened(slot), flags | missedOnce);
        continue;
      }
      const lifetime = (this.#last ?? this.#at) - before.opened(slot);
      ended(Math.floor(ports / 65_536), (flags & ofUnknownAge) === 0 ? lifetime : undefined);
    }
    before.clear();
    this.#before = now;
    this.#now = before;
    this.#last = this.#at;
  }

  /** Ends a census that failed half way: it says nothing about anybody. */
  abandon(): void {
    for (const slot of this.#before.used()) this.#before.unmark(slot, seenAgain);
    this.#now.clear();
  }
}

const ofUnknownAge = 1;
const missedOnce = 2;
const seenAgain = 4;
