import { promisify } from 'node:util';
import { constants, crc32, deflateRaw, inflateRawSync } from 'node:zlib';

/** A part of a gzip answer that was compressed by itself, so that it can be used again. */
export interface Deflated {
  readonly bytes: Buffer;
  /** Of the text: its CRC-32, and how many bytes it has. */
  readonly crc: number;
  readonly length: number;
}

const compress = promisify(deflateRaw);
/** Ends on a whole byte and without the mark of the last block, so that another part can follow. */
const open = { level: 1, finishFlush: constants.Z_SYNC_FLUSH } as const;

/** In a thread of its own. What changes from scrape to scrape is not worth a higher level. */
export async function deflate(text: Buffer): Promise<Deflated> {
  const compressed = await compress(text, open);
  // In memory of its own: zlib returns the beginning of a larger buffer, and those of the pool keep others alive.
  const bytes = Buffer.allocUnsafeSlow(compressed.length);
  compressed.copy(bytes);
  return { bytes, crc: crc32(text), length: text.length };
}

/** Parts that follow one another, as one text. */
export function inflate(parts: readonly Deflated[]): Buffer {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const bytes = Buffer.concat(parts.map((part) => part.bytes));
  return inflateRawSync(bytes, {
    chunkSize: Math.max(64, length + 1),
    finishFlush: constants.Z_SYNC_FLUSH,
  });
}

const head = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff]);
const lastBlock = Buffer.from([3, 0]);

/** One gzip member (RFC 1952) of all parts: some clients read no further than the first. */
export function gzipMember(parts: readonly Deflated[]): Buffer[] {
  let crc = 0;
  let length = 0;
  for (const part of parts) {
    crc = crcOfBoth(crc, part.crc, part.length);
    length += part.length;
  }
  const tail = Buffer.alloc(8);
  tail.writeUInt32LE(crc, 0);
  tail.writeUInt32LE(length % 2 ** 32, 4);
  return [head, ...parts.map(({ bytes }) => bytes), lastBlock, tail];
}

/** The CRC-32 of two texts, one after the other, from those of each and the length of the second. */
export function crcOfBoth(first: number, second: number, secondLength: number): number {
  return (times(powerOfX(secondLength), first) ^ second) >>> 0;
}

/*
 * A CRC is a polynomial over GF(2) modulo that of CRC-32, the highest bit being the factor of x⁰; bytes that
 * follow multiply it by x⁸ each. As crc32_combine of zlib does it, which Node does not offer.
 */
const modulus = 0xedb88320;

function times(a: number, b: number): number {
  let product = 0;
  let shifted = b;
  for (let bit = 31; bit >= 0; bit--) {
    if ((a >>> bit) & 1) product ^= shifted;
    shifted = shifted & 1 ? (shifted >>> 1) ^ modulus : shifted >>> 1;
  }
  return product;
}

const one = 1 << 31;
/** x to the power of 8 · 2ⁿ, at n. */
const powers = [1 << 23];
while (powers.length < 32) powers.push(times(powers.at(-1) ?? one, powers.at(-1) ?? one));

/** x to the power of 8 · `bytes`. */
function powerOfX(bytes: number): number {
  let power = one;
  for (let n = 0; n < 32; n++) if ((bytes >>> n) & 1) power = times(powers[n] ?? one, power);
  return power;
}
