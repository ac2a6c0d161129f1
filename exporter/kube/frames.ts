/** Each frame of a protobuf stream has its length in front, in four bytes. */
const lengthBytes = 4;

/** Takes a stream of bytes apart into frames: a chunk may end anywhere, also within the length. */
export class Frames {
  readonly #limit: number;
  /** The beginning of a frame that is not whole yet. */
  #rest: Uint8Array[] = [];
  #restLength = 0;

  /** `limit`: no frame is longer, in bytes. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Whether bytes were left over that are no whole frame. */
  get torn(): boolean {
    return this.#restLength > 0;
  }

  /**
   * Calls `see` with every frame that became whole with this chunk, until it answers false. Returns false where a
   * frame is longer than the limit: nothing of it is kept, and what comes after it cannot be found.
   */
  push(chunk: Uint8Array, see: (bytes: Buffer, from: number, to: number) => boolean): boolean {
    const bytes = this.#withRest(chunk);
    let at = 0;
    while (bytes.length - at >= lengthBytes) {
      const length = bytes.readUInt32BE(at);
      if (length > this.#limit) return false;
      const end = at + lengthBytes + length;
      if (end > bytes.length) break;
      if (!see(bytes, at + lengthBytes, end)) return true;
      at = end;
    }
    if (at < bytes.length) this.#keep(bytes.subarray(at));
    return true;
  }

  /** A long frame that comes in many chunks is put together once, when its end is there. */
  #withRest(chunk: Uint8Array): Buffer {
    if (this.#restLength === 0) return asBuffer(chunk);
    this.#keep(chunk);
    if (this.#restLength < this.#wanted()) return nothing;
    const bytes = Buffer.concat(this.#rest);
    this.#rest = [];
    this.#restLength = 0;
    return bytes;
  }

  /** How many bytes the first frame has, as far as its length is known; 0 where it is out of bounds. */
  #wanted(): number {
    if (this.#restLength < lengthBytes) return lengthBytes;
    const [first] = this.#rest;
    if (first === undefined || first.length < lengthBytes) return 0;
    const length = asBuffer(first).readUInt32BE(0);
    return length > this.#limit ? 0 : lengthBytes + length;
  }

  #keep(part: Uint8Array): void {
    this.#rest.push(part);
    this.#restLength += part.length;
  }
}

const nothing = Buffer.alloc(0);

function asBuffer(bytes: Uint8Array): Buffer {
  return bytes instanceof Buffer ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
