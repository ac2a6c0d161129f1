import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gunzipSync, zstdDecompressSync } from 'node:zlib';
import { createMetricsBodies, type Exposition, type MetricsBody, type Page } from './metrics-body.ts';
import type { Encoding } from './negotiate.ts';

/** A page that counts how often its text was made. */
function page(text: string): Page & { made: number } {
  return {
    made: 0,
    text() {
      this.made += 1;
      return Buffer.from(text);
    },
  };
}

const linesOf = (name: string, lines: number) => `${name}{node="n"} 1\n`.repeat(lines);
const decode: Record<Encoding, (bytes: Buffer) => Buffer> = {
  identity: (bytes) => bytes,
  gzip: gunzipSync,
  zstd: zstdDecompressSync,
};

async function textIn(body: MetricsBody, encoding: Encoding): Promise<string> {
  const { chunks, length } = await body.encode(encoding);
  const bytes: Buffer[] = [];
  for await (const chunk of chunks) bytes.push(chunk);
  const whole = Buffer.concat(bytes);
  assert.equal(whole.length, length);
  return decode[encoding](whole).toString();
}

test('metrics: each encoding has every byte, in the order of texts and pages', async () => {
  const [large, larger] = [page(linesOf('large', 1000)), page(linesOf('larger', 20_000))];
  const parts = [
    '# head é\n',
    large,
    page('small 1\n'),
    '',
    page(linesOf('second', 700)),
    larger,
    large,
    '# EOF\n',
  ];
  const body = await createMetricsBodies(async () => parts)(true);
  const plain = parts.map((part) => (typeof part === 'string' ? part : part.text().toString())).join('');
  assert.equal(body.length, Buffer.byteLength(plain));
  for (const encoding of ['identity', 'gzip', 'zstd', 'gzip'] as const) {
    assert.equal(await textIn(body, encoding), plain, encoding);
  }
});

test('metrics: nothing to tell is an empty answer', async () => {
  const body = await createMetricsBodies(async () => [])(false);
  for (const encoding of ['identity', 'gzip'] as const) assert.equal(await textIn(body, encoding), '');
});

test('metrics: a page that stays is compressed once, for both formats', async () => {
  const [stays, goes, comes] = [1, 2, 3].map((n) => page(linesOf(`page${n}`, 1000)));
  const scrapes: Exposition[] = [
    ['# a\n', stays ?? '', goes ?? ''],
    ['# b\n', stays ?? '', comes ?? ''],
  ];
  const bodies = createMetricsBodies(async () => scrapes.shift() ?? []);
  const first = await bodies(false);
  const second = await bodies(true);
  assert.deepEqual([stays?.made, goes?.made, comes?.made], [1, 1, 1]);
  assert.equal(await textIn(first, 'gzip'), `# a\n${linesOf('page1', 1000)}${linesOf('page2', 1000)}`);
  assert.equal(await textIn(second, 'gzip'), `# b\n${linesOf('page1', 1000)}${linesOf('page3', 1000)}`);
});

test('metrics: whoever asks while a scrape is rendered shares the next one', async () => {
  const scraped: boolean[] = [];
  const bodies = createMetricsBodies(async (openMetrics) => {
    scraped.push(openMetrics);
    await new Promise(setImmediate);
    return [`scrape ${scraped.length}\n`];
  });
  const first = bodies(true);
  await Promise.resolve();
  const asked = [...Array.from({ length: 100 }, () => bodies(true)), bodies(false)];
  const [mine, ...others] = await Promise.all([first, ...asked]);
  assert.deepEqual(scraped, [true, true, false]);
  assert.equal(await textIn(mine, 'identity'), 'scrape 1\n');
  assert.equal(new Set(others.slice(0, 100)).size, 1);
});

test('metrics: a scrape that failed is told to those who shared it, and the next one is rendered', async () => {
  let calls = 0;
  const bodies = createMetricsBodies(async () => {
    calls += 1;
    if (calls === 1) throw new Error('metrics: duplicate series');
    return ['well\n'];
  });
  const failed = await Promise.allSettled([bodies(false), bodies(false)]);
  assert.deepEqual(
    failed.map(({ status }) => status),
    ['rejected', 'rejected'],
  );
  assert.equal(await textIn(await bodies(false), 'identity'), 'well\n');
});
