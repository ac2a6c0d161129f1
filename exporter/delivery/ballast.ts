import { closeSync, openSync, rmSync, statSync, writeSync } from 'node:fs';

const mostBytes = 8 * 1024 * 1024;
const chunk = Buffer.alloc(256 * 1024, 'ballast ');

/**
 * Room on the disk that is thrown away when it is full. SQLite needs room to take records out, too: without
 * this, an outbox that filled its disk could never empty itself. As much as the log of the database can be.
 */
export class Ballast {
  readonly #path: string;
  readonly #bytes: number;
  #held = false;

  /** `path` of the database. */
  constructor(path: string, maxBytes: number) {
    this.#path = `${path}-ballast`;
    this.#bytes = path === ':memory:' ? 0 : Math.min(mostBytes, Math.floor(maxBytes / 16));
  }

  get held(): boolean {
    return this.#held || this.#bytes === 0;
  }

  /** Takes the room if there is as much; otherwise nothing is taken. Never throws. */
  hold(): void {
    if (this.held) return;
    try {
      if (!this.#isThere()) this.#write();
      this.#held = true;
    } catch {
      this.release();
    }
  }

  release(): void {
    this.#held = false;
    rmSync(this.#path, { force: true });
  }

  #isThere(): boolean {
    return statSync(this.#path, { throwIfNoEntry: false })?.size === this.#bytes;
  }

  /** A file that is only made long takes no room: it has to be written. */
  #write(): void {
    const file = openSync(this.#path, 'w');
    try {
      for (let written = 0; written < this.#bytes; ) {
        written += writeSync(file, chunk, 0, Math.min(chunk.length, this.#bytes - written));
      }
    } finally {
      closeSync(file);
    }
  }
}
