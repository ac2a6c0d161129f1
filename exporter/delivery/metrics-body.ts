import { Readable } from 'node:stream';
import { createZstdCompress } from 'node:zlib';
import { slices } from '../slices.ts';
import type { Body, Encoded } from './body.ts';
import { type Deflated, deflate, gzipMember, inflate } from './gzip-member.ts';
import type { Encoding } from './negotiate.ts';

/** What a scrape answers: texts, and pages that are the same objects as long as their texts are the same. */
export type Exposition = readonly (string | Page)[];

export interface Page {
  /** To be called before the next scrape begins. The bytes are valid until another page is asked for its own. */
  text(): Buffer;
}

/** Pages with less text (bytes) are not worth being compressed by themselves. */
const usualSmallest = 8192;
/** So much text is made from compressed pages at a time: to begin takes longer than a page, and a slice is short. */
const inflatedBytes = 256 * 1024;
/** So many pages wait for the threads that compress: each of them holds its text. */
const mostWaiting = 8;

type Piece = Buffer | Deflated;

/**
 * Answers scrapes. A page is compressed when it is first seen, and its compressed bytes are used until another
 * page takes its place. Scrapes are rendered one after the other; who asks while one is being rendered shares
 * the next one with all others that do.
 */
export function createMetricsBodies(
  scrape: (openMetrics: boolean) => Promise<Exposition>,
  smallestPage = usualSmallest,
): (openMetrics: boolean) => Promise<MetricsBody> {
  const compress = pageCompressor(smallestPage);
  const waiting = new Map<boolean, Promise<MetricsBody>>();
  let last: Promise<unknown> = Promise.resolve();
  return (openMetrics) => {
    const shared = waiting.get(openMetrics);
    if (shared !== undefined) return shared;
    const next = last.then(async () => {
      waiting.delete(openMetrics);
      return new MetricsBody(await render(await scrape(openMetrics), compress));
    });
    waiting.set(openMetrics, next);
    last = next.catch(() => undefined);
    return next;
  };
}

/** Texts that stand side by side become one piece. */
async function render(exposition: Exposition, compress: PageCompressor): Promise<Piece[]> {
  const pieces: (Piece | Promise<Piece>)[] = [];
  const turn = slices();
  let text = '';
  for (const part of exposition) {
    const told = typeof part === 'string' ? part : compress(part);
    if (typeof told === 'string') {
      text += told;
      continue;
    }
    if (text !== '') pieces.push(Buffer.from(text));
    pieces.push(told);
    text = '';
    await pieces.at(-mostWaiting);
    const pause = turn();
    if (pause !== undefined) await pause;
  }
  if (text !== '') pieces.push(Buffer.from(text));
  return Promise.all(pieces);
}

type PageCompressor = (page: Page) => string | Deflated | Promise<Deflated>;

/** Compresses a page once, in a thread of its own; of a small one it returns the text. */
function pageCompressor(smallestPage: number): PageCompressor {
  const known = new WeakMap<Page, Deflated>();
  return (page) => {
    const compressed = known.get(page);
    if (compressed !== undefined) return compressed;
    const text = page.text();
    if (text.length < smallestPage) return text.toString();
    return deflate(Buffer.from(text)).then((deflated) => {
      known.set(page, deflated);
      return deflated;
    });
  };
}

/** The answer to one scrape or more. It holds no plain text of pages: who wants it as identity has it inflated. */
export class MetricsBody implements Body {
  readonly length: number;
  readonly #pieces: readonly Piece[];
  readonly #encoded = new Map<Encoding, Promise<readonly Buffer[]>>();

  constructor(pieces: readonly Piece[]) {
    this.#pieces = pieces;
    this.length = lengthOf(pieces);
  }

  async encode(encoding: Encoding): Promise<Encoded> {
    if (encoding === 'identity') return { length: this.length, chunks: inflated(this.#pieces) };
    const make = encoding === 'gzip' ? gzipped : zstandard;
    const known = this.#encoded.get(encoding) ?? make(this.#pieces);
    this.#encoded.set(encoding, known);
    const chunks = await known;
    return { length: lengthOf(chunks), chunks };
  }
}

function lengthOf(pieces: readonly { readonly length: number }[]): number {
  return pieces.reduce((sum, { length }) => sum + length, 0);
}

async function* inflated(pieces: readonly Piece[]): AsyncIterable<Buffer> {
  const turn = slices();
  for (let next = 0; next < pieces.length; ) {
    const run = runFrom(pieces, next);
    const piece = pieces[next];
    next += Math.max(1, run.length);
    yield Buffer.isBuffer(piece) ? piece : inflate(run);
    const pause = turn();
    if (pause !== undefined) await pause;
  }
}

/** Compressed pieces that follow one another, about as many as are inflated at a time. */
function runFrom(pieces: readonly Piece[], first: number): Deflated[] {
  const run: Deflated[] = [];
  for (let index = first, bytes = 0; bytes < inflatedBytes; index++) {
    const piece = pieces[index];
    if (piece === undefined || Buffer.isBuffer(piece)) break;
    run.push(piece);
    bytes += piece.length;
  }
  return run;
}

async function gzipped(pieces: readonly Piece[]): Promise<readonly Buffer[]> {
  return gzipMember(
    await Promise.all(pieces.map((piece) => (Buffer.isBuffer(piece) ? deflate(piece) : piece))),
  );
}

async function zstandard(pieces: readonly Piece[]): Promise<readonly Buffer[]> {
  const chunks: Buffer[] = [];
  for await (const chunk of Readable.from(inflated(pieces)).pipe(createZstdCompress())) chunks.push(chunk);
  return chunks;
}
