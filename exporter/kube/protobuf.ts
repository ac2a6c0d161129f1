/** Wire types of protobuf. Groups are not among them: Kubernetes never writes any. */
const wireVarint = 0;
const wireFixed64 = 1;
const wireBytes = 2;
const wireFixed32 = 5;

/**
 * Walks the fields of one protobuf message without copying it. Whatever the bytes are, it neither throws nor reads
 * beyond the end: `bad` is true when they were no message.
 */
export class Fields {
  bytes: Buffer = Buffer.alloc(0);
  /** The number of the field that `next` found. */
  field = 0;
  /** Where its bytes are, for a field that has bytes. */
  start = 0;
  stop = 0;
  /** The value of a number, as a signed integer; beyond 2^53 it is not exact. */
  value = 0;
  bad = false;
  #at = 0;
  #end = 0;
  #wire = 0;

  /** Begins with the message that lies between `from` and `to`. */
  open(bytes: Buffer, from: number, to: number): this {
    this.bytes = bytes;
    this.#at = from;
    this.#end = to;
    this.bad = false;
    return this;
  }

  /** Goes to the next field; false at the end, and where the bytes are bad. */
  next(): boolean {
    if (this.#at >= this.#end || this.bad) return false;
    const tag = this.#varint();
    this.field = Math.floor(tag / 8);
    this.#wire = tag & 7;
    if (this.field < 1 || this.field > 0x1fffffff) this.bad = true;
    else if (this.#wire === wireBytes) this.#span(this.#varint());
    else if (this.#wire === wireVarint) this.value = this.#varint();
    else if (this.#wire === wireFixed64) this.#span(8);
    else if (this.#wire === wireFixed32) this.#span(4);
    else this.bad = true;
    return !this.bad;
  }

  /** Whether the field has bytes, as it must where text or a message is expected: else the message is bad. */
  get isBytes(): boolean {
    if (this.#wire !== wireBytes) this.bad = true;
    return !this.bad;
  }

  /** The same for a number. */
  get isNumber(): boolean {
    if (this.#wire !== wireVarint) this.bad = true;
    return !this.bad;
  }

  #span(length: number): void {
    this.start = this.#at;
    this.stop = this.#at + length;
    if (length < 0 || this.stop > this.#end) this.bad = true;
    this.#at = this.stop;
  }

  #varint(): number {
    const { bytes } = this;
    const end = this.#end;
    let at = this.#at;
    let low = 0;
    // Four bytes have 28 bits, which is all that most numbers need, and no more than integers are fast for.
    for (let shift = 0; shift < 28; shift += 7) {
      const byte = at < end ? (bytes[at] ?? 0) : beyond;
      at += 1;
      low |= (byte & 0x7f) << shift;
      if (byte < 0x80) {
        this.#at = at;
        return low;
      }
    }
    return this.#longVarint(at, low);
  }

  #longVarint(from: number, low: number): number {
    let high = 0;
    let at = from;
    for (let shift = 0; shift <= 35; shift += 7) {
      const byte = at < this.#end ? (this.bytes[at] ?? 0) : beyond;
      if (byte === beyond) break;
      at += 1;
      high += (byte & 0x7f) * 2 ** shift;
      if (byte >= 0x80) continue;
      this.#at = at;
      // 36 bits are left of 64, of which the first is the sign.
      const signed = high >= 2 ** 35 ? (high % 2 ** 36) - 2 ** 36 : high;
      return signed * 2 ** 28 + low;
    }
    this.bad = true;
    return 0;
  }
}

/** No byte: the message has ended. */
const beyond = 0x100;
