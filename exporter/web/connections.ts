import type { Socket } from 'node:net';

export interface ConnectionsOptions {
  /** Open at the same time. */
  readonly most: number;
  readonly onCut: () => void;
}

/** The two ends of a connection: the same for its socket and for what TLS makes of it. */
export interface Peer {
  readonly remoteAddress?: string | undefined;
  readonly remotePort?: number | undefined;
}

interface Connection {
  readonly socket: Socket;
  readonly address: string;
  known: boolean;
}

/**
 * The open connections, of which there is never more than a number: a new one takes the place of the least deserving
 * one. Strangers go before those who made themselves known, and of them the oldest of the address with the most. So
 * however many connections are held open, the next scrape gets one, and a scraper keeps the one that it has.
 */
export class Connections {
  readonly #options: ConnectionsOptions;
  /** The oldest first. */
  readonly #open = new Map<string, Connection>();

  constructor(options: ConnectionsOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#open.size;
  }

  add(socket: Socket): void {
    const key = keyOf(socket);
    const connection = { socket, address: socket.remoteAddress ?? '', known: false };
    this.#open.set(key, connection);
    socket.once('close', () => {
      if (this.#open.get(key) === connection) this.#open.delete(key);
    });
    if (this.#open.size > this.#options.most) this.#cutOne(connection);
  }

  /** A request on it was admitted to what is not open to everybody. */
  know(peer: Peer): void {
    const connection = this.#open.get(keyOf(peer));
    if (connection !== undefined) connection.known = true;
  }

  knows(peer: Peer): boolean {
    return this.#open.get(keyOf(peer))?.known === true;
  }

  closeAll(): void {
    for (const { socket } of this.#open.values()) socket.destroy();
  }

  #cutOne(newest: Connection): void {
    const others = [...this.#open].filter(([, each]) => each !== newest);
    const strangers = others.filter(([, { known }]) => !known);
    const [key, victim] = oldestOfTheMost(strangers.length > 0 ? strangers : others) ?? [];
    if (key === undefined || victim === undefined) return;
    this.#open.delete(key);
    victim.socket.destroy();
    this.#options.onCut();
  }
}

function keyOf({ remoteAddress = '', remotePort = 0 }: Peer): string {
  return `${remoteAddress} ${remotePort}`;
}

type Entry = readonly [string, Connection];

function oldestOfTheMost(connections: readonly Entry[]): Entry | undefined {
  const counts = new Map<string, number>();
  for (const [, { address }] of connections) counts.set(address, (counts.get(address) ?? 0) + 1);
  const most = Math.max(...counts.values());
  return connections.find(([, { address }]) => counts.get(address) === most);
}
