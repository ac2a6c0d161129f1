/** Where the bytes of a text are in a message; `from` is negative for one that is not there. */
export interface Span {
  from: number;
  to: number;
}

/** More are not kept. The largest clusters have half as many leases. */
const mostKept = 2 ** 18;
const pageBytes = 2 ** 16;
/** Longer ones are not kept: together they would take more than a page. */
const longestBytes = 2 ** 12;
const fewestPlaces = 2 ** 10;

/**
 * Finds what was made of the same bytes before. Nearly every event of a lease has the texts of the event before, but
 * among 100,000 leases none of them is in a cache any more: what is compared stands together, in pages of bytes and not
 * in as many texts, so that a look at it waits for memory a few times and not twenty.
 */
export class KnownTexts<T> {
  /** For each place the hash of what is there, and its number from 1 on; 0 is a place with nothing. */
  #places = new Int32Array(2 * fewestPlaces);
  /** Where the bytes of each are: the number of the page, and the place in it. */
  #begins = new Int32Array(fewestPlaces);
  #made: T[] = [];
  #pages: Buffer[] = [];
  #pageEnd = pageBytes;
  /** The place at which what was looked for last would be. */
  #place = 0;
  #hash = 0;

  /** What was kept for these spans, all of them; `by` is the one that tells most of them apart. */
  find(bytes: Uint8Array, spans: readonly Span[], by: Span): T | undefined {
    const hash = hashOf(bytes, by);
    this.#hash = hash;
    this.#place = this.#placeFor(hash);
    const index = (this.#places[2 * this.#place + 1] ?? 0) - 1;
    return index >= 0 && this.#isSame(index, bytes, spans) ? this.#made[index] : undefined;
  }

  /** Keeps what was made of the spans that were looked for last, in place of what was found by the same hash. */
  keep(bytes: Uint8Array, spans: readonly Span[], made: T): void {
    const length = spans.reduce((sum, span) => sum + lengthBytes + Math.max(0, span.to - span.from), 0);
    if (length > longestBytes) return;
    if (this.#made.length >= mostKept) this.#clear();
    else if (2 * this.#made.length >= this.#begins.length) this.#grow();
    this.#begins[this.#made.length] = this.#write(bytes, spans, length);
    this.#made.push(made);
    this.#places[2 * this.#place] = this.#hash;
    this.#places[2 * this.#place + 1] = this.#made.length;
  }

  #isSame(index: number, bytes: Uint8Array, spans: readonly Span[]): boolean {
    const begin = this.#begins[index] ?? 0;
    const page = this.#pages[begin >>> pageShift];
    if (page === undefined) return false;
    let at = begin & (pageBytes - 1);
    for (let i = 0; i < spans.length; i++) {
      const { from, to } = spans[i] ?? absent;
      const length = from < 0 ? noLength : to - from;
      if (page[at] !== (length & 0xff) || page[at + 1] !== length >> 8) return false;
      at += lengthBytes;
      if (from >= 0 && page.compare(bytes, from, to, at, at + length) !== 0) return false;
      at += Math.max(0, to - from);
    }
    return true;
  }

  #write(bytes: Uint8Array, spans: readonly Span[], length: number): number {
    if (this.#pageEnd + length > pageBytes) {
      this.#pages.push(Buffer.alloc(pageBytes));
      this.#pageEnd = 0;
    }
    const number = this.#pages.length - 1;
    const page = this.#pages[number] ?? Buffer.alloc(0);
    const begin = number * pageBytes + this.#pageEnd;
    for (const { from, to } of spans) {
      page.writeUInt16LE(from < 0 ? noLength : to - from, this.#pageEnd);
      this.#pageEnd += lengthBytes;
      if (from < 0) continue;
      page.set(bytes.subarray(from, to), this.#pageEnd);
      this.#pageEnd += to - from;
    }
    return begin;
  }

  #clear(): void {
    this.#places.fill(0);
    this.#made = [];
    this.#pages = [];
    this.#pageEnd = pageBytes;
    this.#place = this.#hash & (this.#places.length / 2 - 1);
  }

  /** Twice as many places; finds the one for what was looked for last anew. */
  #grow(): void {
    const before = this.#places;
    const begins = new Int32Array(2 * this.#begins.length);
    begins.set(this.#begins);
    this.#begins = begins;
    this.#places = new Int32Array(2 * before.length);
    for (let i = 0; i < before.length; i += 2) {
      const number = before[i + 1] ?? 0;
      if (number === 0) continue;
      const place = this.#placeFor(before[i] ?? 0);
      this.#places[2 * place] = before[i] ?? 0;
      this.#places[2 * place + 1] = number;
    }
    this.#place = this.#placeFor(this.#hash);
  }

  /** The place where this hash is, or the first one with nothing where it would be. */
  #placeFor(hash: number): number {
    const last = this.#places.length / 2 - 1;
    let place = hash & last;
    while (this.#places[2 * place + 1] !== 0 && this.#places[2 * place] !== hash) place = (place + 1) & last;
    return place;
  }
}

const pageShift = 16;
const lengthBytes = 2;
/** In place of the length of a text that is not there. */
const noLength = 0xffff;
const absent: Span = { from: -1, to: -1 };

/** The end of a UID or of a name, which tells most of them apart. */
const hashedBytes = 12;

/** FNV-1a. */
function hashOf(bytes: Uint8Array, { from, to }: Span): number {
  let hash = 0x811c9dc5;
  for (let at = Math.max(from, to - hashedBytes); at < to; at++)
    hash = Math.imul(hash ^ (bytes[at] ?? 0), 0x01000193);
  return hash ^ (hash >>> 15);
}
