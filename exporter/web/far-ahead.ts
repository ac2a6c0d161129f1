import type { Socket } from 'node:net';

/** Requests that one connection may send ahead of their answers: each costs memory until it was read. */
export const mostAhead = 8;

/**
 * Node reads a chunk of bytes to its end, whatever becomes of the connection meanwhile, and makes a request of every
 * head in it: sixteen hundred of them fit into 64 KiB, and weigh 3 MB. A few hundred such connections would be the end
 * of us, so that a chunk with too many heads must not reach the parser.
 */
export class FarAhead {
  readonly #listener: (this: Socket, chunk: Buffer) => void;

  constructor(onCut: () => void) {
    this.#listener = function cutIfFarAhead(chunk) {
      if (headsIn(chunk) <= mostAhead) return;
      this.destroy();
      chunk.fill(0);
      onCut();
    };
  }

  guard(socket: Socket): void {
    // Before the listener of the HTTP server. To stop that one there is no way but to leave it nothing to read.
    socket.prependListener('data', this.#listener);
  }

  /** For connections that are no longer HTTP. */
  unguard(socket: Socket): void {
    socket.off('data', this.#listener);
  }
}

/** At least as many as Node would find, and not more than one over the most. Every head ends in an empty line. */
function headsIn(chunk: Buffer): number {
  let heads = 0;
  for (
    let at = chunk.indexOf(emptyLine);
    at >= 0 && heads <= mostAhead;
    at = chunk.indexOf(emptyLine, at + 4)
  )
    heads++;
  return heads;
}

const emptyLine = '\r\n\r\n';
