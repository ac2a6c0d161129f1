import type { Socket } from 'node:net';

export interface ConnectionsOptions {
  /** Open at the same time. */
  readonly most: number;
  readonly onCut: () => void;
}

/** The other end of a connection: the same for its socket and for what TLS makes of it. */
export interface Peer {
  readonly remoteAddress?: string | undefined;
  readonly remotePort?: number | undefined;
}

/** What those who made themselves known may take of the places while others come. */
const knownShare = 3 / 4;

/**
 * The open connections, of which there is never more than a number: a new one takes the place of the least deserving
 * one. Strangers go before those who made themselves known, and of them the oldest of the address with the most. So
 * however many connections are held open, the next scrape gets one, and a scraper keeps the one that it has.
 */
export class Connections {
  readonly #options: ConnectionsOptions;
  readonly #strangers = new Group();
  readonly #known = new Group();

  constructor(options: ConnectionsOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#strangers.size + this.#known.size;
  }

  add(socket: Socket): void {
    const key = keyOf(socket);
    if (this.size >= this.#options.most) this.#cutOne();
    this.#strangers.add(key, socket);
    socket.once('close', () => {
      this.#strangers.remove(key, socket);
      this.#known.remove(key, socket);
    });
  }

  /** A request on it was admitted to what is not open to everybody. */
  know(peer: Peer): void {
    const key = keyOf(peer);
    const socket = this.#strangers.get(key);
    if (socket === undefined) return;
    this.#strangers.remove(key, socket);
    this.#known.add(key, socket);
  }

  knows(peer: Peer): boolean {
    return this.#known.get(keyOf(peer)) !== undefined;
  }

  closeAll(): void {
    for (const socket of [...this.#strangers.all(), ...this.#known.all()]) socket.destroy();
  }

  #cutOne(): void {
    // Where there is no password anybody can make himself known: a part is for those who come anew.
    const crowded = this.#known.size > this.#options.most * knownShare;
    const group = this.#strangers.size > 0 && !crowded ? this.#strangers : this.#known;
    const [key, victim] = group.leastDeserving() ?? [];
    if (key === undefined || victim === undefined) return;
    group.remove(key, victim);
    victim.destroy();
    this.#options.onCut();
  }
}

function keyOf({ remoteAddress = '', remotePort = 0 }: Peer): string {
  return `${remoteAddress} ${remotePort}`;
}

/** Sockets by address and port, the oldest first, and how many each address has: a flood must be cheap to cut. */
class Group {
  readonly #sockets = new Map<string, Socket>();
  readonly #counts = new Map<string, number>();

  get size(): number {
    return this.#sockets.size;
  }

  get(key: string): Socket | undefined {
    return this.#sockets.get(key);
  }

  all(): Iterable<Socket> {
    return this.#sockets.values();
  }

  add(key: string, socket: Socket): void {
    this.#sockets.set(key, socket);
    this.#count(key, 1);
  }

  /** Another socket may have the key by now: a port is used again. */
  remove(key: string, socket: Socket): void {
    if (this.#sockets.get(key) !== socket) return;
    this.#sockets.delete(key);
    this.#count(key, -1);
  }

  leastDeserving(): readonly [string, Socket] | undefined {
    const most = Math.max(0, ...this.#counts.values());
    for (const entry of this.#sockets) if (this.#counts.get(addressIn(entry[0])) === most) return entry;
    return undefined;
  }

  #count(key: string, difference: 1 | -1): void {
    const address = addressIn(key);
    const count = (this.#counts.get(address) ?? 0) + difference;
    if (count > 0) this.#counts.set(address, count);
    else this.#counts.delete(address);
  }
}

function addressIn(key: string): string {
  return key.slice(0, key.indexOf(' '));
}
