import type { IncomingMessage, ServerResponse } from 'node:http';

const mostUrl = 2_048;
/** A client has this long to read an answer: what it does not read, we keep in memory. */
const readingMs = 60_000;
/** Requests that one connection may send ahead of their answers: each costs memory until it was read. */
const mostAhead = 8;

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

/** What it returns is given things to do when an answer is out or given up: at once, where that is already so. */
export function endOf(response: ServerResponse): (leave: () => void) => void {
  const all: (() => void)[] = [];
  let over = response.destroyed;
  response.once('close', () => {
    over = true;
    for (const leave of all) leave();
  });
  return (leave) => {
    if (over) leave();
    else all.push(leave);
  };
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
