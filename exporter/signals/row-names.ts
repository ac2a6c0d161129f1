/** The texts that name the rows of a block, one after the other as bytes: as texts they would take twice the memory. */
export class RowNames {
  #bytes = Buffer.alloc(0);
  readonly #ends: number[] = [0];

  get count(): number {
    return this.#ends.length - 1;
  }
  get bytes(): Uint8Array {
    return this.#bytes;
  }

  /** Where the name of this slot begins; that of the slot after the last is the end. */
  begin(slot: number): number {
    return this.#ends[slot] ?? 0;
  }

  add(name: string): void {
    const from = this.begin(this.count);
    const end = from + Buffer.byteLength(name);
    if (end > this.#bytes.length) this.#grow(end * 2);
    this.#bytes.write(name, from);
    this.#ends.push(end);
  }

  /** No further name will come. */
  close(): void {
    this.#grow(this.begin(this.count));
  }

  #grow(length: number): void {
    const bytes = Buffer.allocUnsafeSlow(length);
    this.#bytes.copy(bytes);
    this.#bytes = bytes;
  }
}
