import type { ServerResponse } from 'node:http';
import type { Body } from './body.ts';

/** So many large answers are kept for those who have not read them yet. */
const mostBodies = 8;
/** Less than this fits into the buffers of a socket. */
const largeBytes = 64 * 1024;

/**
 * Who reads which answer. Slow readers of many different ones would make us hold them all: beyond `mostBodies`
 * those who read the oldest are cut off. Any number may read the same one.
 */
export class Readers {
  readonly #of = new Map<Body, Set<ServerResponse>>();

  add(body: Body, response: ServerResponse): void {
    if (body.length < largeBytes) return;
    const readers = this.#of.get(body) ?? new Set();
    this.#of.set(body, readers.add(response));
    response.once('close', () => {
      readers.delete(response);
      if (readers.size === 0) this.#of.delete(body);
    });
    const [oldest] = this.#of.values();
    if (this.#of.size > mostBodies) for (const reader of oldest ?? []) reader.destroy();
  }
}
