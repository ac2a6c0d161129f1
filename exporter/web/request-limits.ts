import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { mostAhead } from './far-ahead.ts';

const mostUrl = 2_048;
/** A client has this long to read an answer: what it does not read, we keep in memory. */
const readingMs = 60_000;

export interface TooLarge {
  readonly status: 413 | 414;
  readonly body: string;
}

/** Nothing here takes a body or a long address. */
export function tooLarge({ url = '', headers }: IncomingMessage): TooLarge | undefined {
  if (url.length > mostUrl) return { status: 414, body: 'The address is too long.\n' };
  const length = headers['content-length'];
  const body = headers['transfer-encoding'] !== undefined || (length !== undefined && length !== '0');
  return body ? { status: 413, body: 'No request here has a body.\n' } : undefined;
}

/** Ends the connection of a reader who takes too long, unless what is returned is called before. */
export function cutSlowReader(response: ServerResponse): () => void {
  const limit = setTimeout(() => response.destroy(), readingMs).unref();
  return () => clearTimeout(limit);
}

/**
 * Does things when an answer is out or given up. An answer that waits behind another one on a connection that ends
 * never says so itself: the connection has to be asked, with one listener for all of its answers.
 */
export class Endings {
  readonly #of = new WeakMap<Socket, Set<() => void>>();

  /** What it returns is given the things to do; they are done at once where it is over already. */
  of(socket: Socket, response: ServerResponse): (leave: () => void) => void {
    const all: (() => void)[] = [];
    let over = socket.destroyed;
    const endings = this.#endingsOf(socket);
    const end = () => {
      over = true;
      endings.delete(end);
      for (const leave of all.splice(0)) leave();
    };
    endings.add(end);
    response.once('close', end);
    return (leave) => {
      if (over) leave();
      else all.push(leave);
    };
  }

  #endingsOf(socket: Socket): Set<() => void> {
    const known = this.#of.get(socket);
    if (known !== undefined) return known;
    const endings = new Set<() => void>();
    this.#of.set(socket, endings);
    socket.once('close', () => {
      for (const end of endings) end();
    });
    return endings;
  }
}

/** Counts requests ahead of their answers, by connection. */
export class Ahead {
  readonly #of = new WeakMap<object, number>();

  /** Returns what is to be called when the answer is out. */
  arrive(connection: object): () => void {
    this.#add(connection, 1);
    return () => this.#add(connection, -1);
  }

  isTooFar(connection: object): boolean {
    return (this.#of.get(connection) ?? 0) > mostAhead;
  }

  #add(connection: object, difference: 1 | -1): void {
    this.#of.set(connection, (this.#of.get(connection) ?? 0) + difference);
  }
}
