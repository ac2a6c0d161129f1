import { promisify } from 'node:util';
import { gzip, zstdCompress } from 'node:zlib';
import type { Encoding } from './negotiate.ts';

/** What an answer says, in any encoding. */
export interface Body {
  /** Bytes that it has as identity. */
  readonly length: number;
  encode(encoding: Encoding): Promise<Encoded>;
}

export interface Encoded {
  readonly length: number;
  readonly chunks: Iterable<Buffer> | AsyncIterable<Buffer>;
}

const compress: Record<Encoding, (raw: Buffer) => Promise<Buffer>> = {
  identity: async (raw) => raw,
  gzip: promisify(gzip),
  zstd: promisify(zstdCompress),
};

export function textBody(text: string): Body {
  const raw = Buffer.from(text);
  return {
    length: raw.length,
    async encode(encoding) {
      const bytes = await compress[encoding](raw);
      return { length: bytes.length, chunks: [bytes] };
    },
  };
}
