import { numberText } from './exposition.ts';

/**
 * Writes lines as bytes, into memory that is used again for every page. What many lines have in common stands on a
 * shelf before them: to copy within one piece of memory takes a fraction of the time of any other copy.
 */
export class LineWriter {
  #bytes = Buffer.allocUnsafeSlow(128 * 1024);
  #shelf = 0;
  #length = 0;

  /** Where the next byte comes to stand. */
  get at(): number {
    return this.#length;
  }

  /** The shelf begins at 0, one after the other. */
  begin(shelf: readonly Uint8Array[]): void {
    this.#length = 0;
    for (const bytes of shelf) {
      this.#makeRoom(bytes.length);
      this.#bytes.set(bytes, this.#length);
      this.#length += bytes.length;
    }
    this.#shelf = this.#length;
  }

  /** What was written since `begin`: valid until the next one. */
  end(): Buffer {
    return this.#bytes.subarray(this.#shelf, this.#length);
  }

  /** What stands there already, on the shelf or behind it. */
  again(from: number, to: number): void {
    this.#makeRoom(to - from);
    this.#bytes.copyWithin(this.#length, from, to);
    this.#length += to - from;
  }

  text(text: string): void {
    this.#makeRoom(text.length * 3);
    this.#length += this.#bytes.write(text, this.#length);
  }

  byte(byte: number): void {
    this.#makeRoom(1);
    this.#bytes[this.#length++] = byte;
  }

  /** As `numberText` tells it. */
  number(value: number): void {
    const millionths = Math.round(value * 1e6);
    if (Math.abs(millionths) > mostMillionths || millionths / 1e6 !== value)
      return this.text(numberText(value));
    this.#makeRoom(32);
    if (millionths < 0) this.#bytes[this.#length++] = minus;
    this.#decimal(Math.abs(millionths));
  }

  #decimal(millionths: number): void {
    const whole = Math.floor(millionths / 1e6);
    const part = millionths - whole * 1e6;
    const high = Math.floor(whole / 1e6);
    const low = whole - high * 1e6;
    if (high > 0) this.#digits(high, digitsOf(high));
    this.#digits(low, high > 0 ? 6 : digitsOf(low));
    if (part === 0) return;
    this.#bytes[this.#length++] = point;
    this.#digits(part, 6);
    while (this.#bytes[this.#length - 1] === zero) this.#length -= 1;
  }

  #digits(value: number, count: number): void {
    let rest = value | 0;
    for (let at = this.#length + count - 1; at >= this.#length; at--) {
      this.#bytes[at] = zero + (rest % 10);
      rest = (rest / 10) | 0;
    }
    this.#length += count;
  }

  #makeRoom(count: number): void {
    const needed = this.#length + count;
    if (needed <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafeSlow(needed * 2);
    this.#bytes.copy(larger, 0, 0, this.#length);
    this.#bytes = larger;
  }
}

/** Above it, two millionths may be the same number. */
const mostMillionths = 2 ** 52;
const zero = 0x30;
const [minus, point] = [0x2d, 0x2e];

/** Of a whole number below a million. */
function digitsOf(value: number): number {
  if (value < 1000) return value < 10 ? 1 : value < 100 ? 2 : 3;
  return value < 10_000 ? 4 : value < 100_000 ? 5 : 6;
}
