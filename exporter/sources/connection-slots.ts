/**
 * A hash table of connections in typed arrays, by inode and ports: 17 bytes a slot, so that a hundred
 * thousand connections take a few megabytes and no garbage collector looks at them.
 */
export class ConnectionSlots {
  #count = 0;
  #inodes: Uint32Array;
  #ports: Uint32Array;
  #opened: Float64Array;
  #flags: Uint8Array;

  constructor(size = smallest) {
    this.#inodes = new Uint32Array(size);
    this.#ports = new Uint32Array(size);
    this.#opened = new Float64Array(size);
    this.#flags = new Uint8Array(size);
  }

  /** The slot of a connection, or -1. `ports` is `localPort * 65536 + remotePort`. */
  find(inode: number, ports: number): number {
    const slot = this.#slotOf(inode, ports);
    return this.#ports[slot] === 0 ? -1 : slot;
  }

  /** False when it is there already. */
  add(inode: number, ports: number, opened: number, flags: number): boolean {
    // Four fifths full: a search still looks at a few slots only.
    if (this.#count * 5 >= this.#ports.length * 4) this.#resize(this.#ports.length * 2);
    const slot = this.#slotOf(inode, ports);
    if (this.#ports[slot] !== 0) return false;
    this.#put(slot, inode, ports, opened, flags);
    this.#count++;
    return true;
  }

  opened(slot: number): number {
    return this.#opened[slot] ?? 0;
  }
  flags(slot: number): number {
    return this.#flags[slot] ?? 0;
  }
  inode(slot: number): number {
    return this.#inodes[slot] ?? 0;
  }
  ports(slot: number): number {
    return this.#ports[slot] ?? 0;
  }
  mark(slot: number, flag: number): void {
    this.#flags[slot] = this.flags(slot) | flag;
  }
  unmark(slot: number, flag: number): void {
    this.#flags[slot] = this.flags(slot) & ~flag;
  }

  *used(): Iterable<number> {
    for (let slot = 0; slot < this.#ports.length; slot++) if (this.#ports[slot] !== 0) yield slot;
  }

  /** Empties it, and gives back memory that it has not needed. */
  clear(): void {
    if (this.#ports.length > smallest && this.#count * 16 < this.#ports.length) {
      this.#count = 0;
      this.#allocate(this.#ports.length / 2);
    }
    this.#count = 0;
    this.#ports.fill(0);
  }

  #slotOf(inode: number, ports: number): number {
    const mask = this.#ports.length - 1;
    let slot = mix(inode, ports) & mask;
    while (this.#ports[slot] !== 0 && (this.#ports[slot] !== ports || this.#inodes[slot] !== inode)) {
      slot = (slot + 1) & mask;
    }
    return slot;
  }

  #put(slot: number, inode: number, ports: number, opened: number, flags: number): void {
    this.#inodes[slot] = inode;
    this.#ports[slot] = ports;
    this.#opened[slot] = opened;
    this.#flags[slot] = flags;
  }

  #resize(size: number): void {
    const [inodes, ports, opened, flags] = [this.#inodes, this.#ports, this.#opened, this.#flags];
    this.#allocate(size);
    ports.forEach((both, old) => {
      if (both === 0) return;
      const inode = inodes[old] ?? 0;
      this.#put(this.#slotOf(inode, both), inode, both, opened[old] ?? 0, flags[old] ?? 0);
    });
  }

  #allocate(size: number): void {
    this.#inodes = new Uint32Array(size);
    this.#ports = new Uint32Array(size);
    this.#opened = new Float64Array(size);
    this.#flags = new Uint8Array(size);
  }
}

/** A power of two, as every size. */
const smallest = 256;

/** Inodes of connections that were opened together follow each other: neighbours must not collide. */
function mix(inode: number, ports: number): number {
  const mixed = Math.imul(inode, 0x9e3779b1) ^ Math.imul(ports, 0x85ebca6b);
  return (mixed ^ (mixed >>> 15)) >>> 0;
}
