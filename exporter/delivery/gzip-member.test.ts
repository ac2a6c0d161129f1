import assert from 'node:assert/strict';
import { test } from 'node:test';
import { crc32, gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { crcOfBoth, deflate, gzipMember, inflate } from './gzip-member.ts';

const bytes = fc.uint8Array({ maxLength: 2000 });

test('gzip: the checksum of two texts comes from those of each', () => {
  fc.assert(
    fc.property(bytes, bytes, (a, b) => {
      assert.equal(crcOfBoth(crc32(a), crc32(b), b.length), crc32(Buffer.concat([a, b])));
    }),
  );
});

test('gzip: the checksum of a text of many megabytes behind another one', () => {
  const large = Buffer.alloc(40_000_001, 'leasewatch');
  const small = Buffer.from('x');
  assert.equal(crcOfBoth(crc32(small), crc32(large), large.length), crc32(large, crc32(small)));
});

test('gzip: parts that were compressed by themselves are one member, and each can be had back', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.string({ maxLength: 3000 }), { maxLength: 8 }), async (texts) => {
      const parts = await Promise.all(texts.map((text) => deflate(Buffer.from(text))));
      const member = Buffer.concat(gzipMember(parts));
      assert.equal(gunzipSync(member).toString(), Buffer.from(texts.join('')).toString());
      assert.equal(member.subarray(10).indexOf(Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0])), -1);
      assert.deepEqual(inflate(parts), Buffer.from(texts.join('')));
      for (const [index, part] of parts.entries()) {
        assert.deepEqual(inflate([part]), Buffer.from(texts[index] ?? ''));
      }
    }),
    { numRuns: 50 },
  );
});
