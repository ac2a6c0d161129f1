import type { ServerResponse } from 'node:http';

const chunkBytes = 64 * 1024;

/** Everybody who watches one kind of objects. Lines are sent in chunks; the slowest reader is waited for. */
export class Watchers {
  readonly #responses = new Set<ServerResponse>();

  add(response: ServerResponse): void {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.flushHeaders();
    this.#responses.add(response);
    response.once('close', () => this.#responses.delete(response));
  }

  get size(): number {
    return this.#responses.size;
  }

  async send(lines: Iterable<string>): Promise<void> {
    let chunk = '';
    for (const line of lines) {
      chunk += line;
      if (chunk.length < chunkBytes) continue;
      await this.#write(chunk);
      chunk = '';
    }
    if (chunk !== '') await this.#write(chunk);
  }

  async #write(chunk: string): Promise<void> {
    const bytes = Buffer.from(chunk);
    await Promise.all(Array.from(this.#responses, (response) => written(response, bytes)));
  }
}

/** Resolves when the response takes more, or is closed. */
function written(response: ServerResponse, bytes: Buffer): Promise<void> {
  return new Promise((resolve) => response.write(bytes, () => resolve()));
}
