import { Readable } from 'node:stream';
import { createZstdCompress } from 'node:zlib';
import { slices } from '../slices.ts';
import type { Body, Encoded } from './body.ts';
import { type Deflated, deflate, gzipMember, inflate } from './gzip-member.ts';
import type { Encoding } from './negotiate.ts';

/** What a scrape answers: texts, and pages that are the same objects as long as their texts are the same. */
export type Exposition = readonly (string | Page)[];

export interface Page {
  /** To be called before the next scrape begins. */
  text(): string;
}

/** Pages with less text are not worth being compressed by themselves. */
const smallestPage = 8192;
/** So many pages wait for the threads that compress: more than there are, so that these never wait for us. */
const compressors = 16;

type Piece = Buffer | Deflated;

/**
 * Answers scrapes. A page is compressed when it is first seen, and its compressed bytes are used until another
 * page takes its place. Scrapes are rendered one after the other; who asks while one is being rendered shares
 * the next one with all others that do.
 */
export function createMetricsBodies(
  scrape: (openMetrics: boolean) => Promise<Exposition>,
): (openMetrics: boolean) => Promise<MetricsBody> {
  const known = new WeakMap<Page, Deflated>();
  const waiting = new Map<boolean, Promise<MetricsBody>>();
  let last: Promise<unknown> = Promise.resolve();
  return (openMetrics) => {
    const shared = waiting.get(openMetrics);
    if (shared !== undefined) return shared;
    const next = last.then(async () => {
      waiting.delete(openMetrics);
      return new MetricsBody(await render(await scrape(openMetrics), known));
    });
    waiting.set(openMetrics, next);
    last = next.catch(() => undefined);
    return next;
  };
}

/** Texts that stand side by side become one piece. */
async function render(exposition: Exposition, known: WeakMap<Page, Deflated>): Promise<Piece[]> {
  const parts = await compressPages(exposition, known);
  const pieces: Piece[] = [];
  let text = '';
  for (const part of parts) {
    if (typeof part === 'string') {
      text += part;
      continue;
    }
    if (text !== '') pieces.push(Buffer.from(text));
    pieces.push(part);
    text = '';
  }
  return text === '' ? pieces : [...pieces, Buffer.from(text)];
}

async function compressPages(
  exposition: Exposition,
  known: WeakMap<Page, Deflated>,
): Promise<(string | Deflated)[]> {
  const parts: (string | Deflated)[] = [];
  let next = 0;
  async function compressor(): Promise<void> {
    const turn = slices();
    while (next < exposition.length) {
      const index = next++;
      const part = exposition[index] ?? '';
      parts[index] = typeof part === 'string' ? part : (known.get(part) ?? (await compressed(part, known)));
      const pause = turn();
      if (pause !== undefined) await pause;
    }
  }
  await Promise.all(Array.from({ length: compressors }, compressor));
  return parts;
}

async function compressed(page: Page, known: WeakMap<Page, Deflated>): Promise<string | Deflated> {
  const text = page.text();
  if (text.length < smallestPage) return text;
  const deflated = await deflate(Buffer.from(text));
  known.set(page, deflated);
  return deflated;
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
  for (const piece of pieces) {
    yield Buffer.isBuffer(piece) ? piece : inflate(piece);
    const pause = turn();
    if (pause !== undefined) await pause;
  }
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
