import assert from 'node:assert/strict';
import { test } from 'node:test';
import { jsonDecoder } from './decode-json.ts';
import type { WatchItem } from './decoder.ts';
import { member, textOf } from './json.ts';

const decoder = jsonDecoder((value) => textOf(member(value, 'metadata', 'name')));

function event(type: string, name: string, resourceVersion: string): string {
  return `${JSON.stringify({ type, object: { metadata: { name, resourceVersion } } })}\n`;
}

const stream = Buffer.from(
  event('ADDED', 'äß€😀', '1') +
    event('MODIFIED', 'b', '2') +
    '\n\r\n' +
    event('BOOKMARK', '', '5') +
    event('DELETED', 'b', '6'),
);

const expected: readonly WatchItem<string>[] = [
  { kind: 'added', resourceVersion: '1', object: 'äß€😀' },
  { kind: 'modified', resourceVersion: '2', object: 'b' },
  { kind: 'bookmark', resourceVersion: '5' },
  { kind: 'deleted', resourceVersion: '6', object: 'b' },
];

test('reads the same items wherever a chunk ends', () => {
  for (let at = 0; at <= stream.length; at++) {
    const watch = decoder.watch();
    const items = [...watch.push(stream.subarray(0, at)), ...watch.push(stream.subarray(at)), ...watch.end()];
    assert.deepEqual(items, expected, `cut at byte ${at}`);
  }
});

test('reads the same items byte by byte', () => {
  const watch = decoder.watch();
  const items = [...stream].flatMap((byte) => watch.push(Uint8Array.of(byte)));
  assert.deepEqual([...items, ...watch.end()], expected);
});

const lines: readonly (readonly [string, string, Partial<WatchItem<string>>])[] = [
  ['no JSON', '<html>\n', { kind: 'error', code: 0, reason: 'Unreadable' }],
  [
    'JSON that is no event',
    '[1]\n',
    { kind: 'error', code: 0, message: 'an event of unknown type undefined' },
  ],
  ['an unknown type', '{"type":"X"}\n', { kind: 'error', code: 0, message: 'an event of unknown type "X"' }],
  ['an object without a name', '{"type":"ADDED","object":{}}\n', { kind: 'error', code: 0 }],
  [
    'an expired window',
    '{"type":"ERROR","object":{"kind":"Status","code":410,"reason":"Expired","message":"too old"}}\n',
    { kind: 'error', code: 410, reason: 'Expired', message: 'too old' },
  ],
  ['an error that says nothing', '{"type":"ERROR"}\n', { kind: 'error', code: 0, reason: '' }],
];

for (const [what, line, item] of lines) {
  test(`never swallows ${what}`, () => {
    const items = decoder.watch().push(Buffer.from(line));
    assert.equal(items.length, 1);
    assert.deepEqual({ ...items[0], ...item }, items[0]);
  });
}

test('a stream that ends within an event says so', () => {
  const watch = decoder.watch();
  watch.push(Buffer.from('{"type":"ADD'));
  assert.equal(watch.end()[0]?.kind, 'error');
});

test('takes labels that are not UTF-8', () => {
  const bytes = Buffer.from(event('ADDED', 'x?', '1'));
  bytes[bytes.indexOf('?')] = 0xff;
  assert.deepEqual(decoder.watch().push(bytes), [{ kind: 'added', resourceVersion: '1', object: 'x\ufffd' }]);
});

test('a line without an end does not fill the memory', () => {
  const watch = jsonDecoder(textOf, { lineBytes: 100 }).watch();
  assert.deepEqual(watch.push(Buffer.alloc(100, 'x')), []);
  assert.equal(watch.push(Buffer.alloc(1, 'x'))[0]?.kind, 'error');
});

async function* body(text: string): AsyncGenerator<Uint8Array> {
  for (const byte of Buffer.from(text)) yield Uint8Array.of(byte);
}

const pages: readonly (readonly [string, string, unknown])[] = [
  [
    'a page',
    '{"metadata":{"resourceVersion":"9","continue":"t"},"items":[{"metadata":{"name":"ä"}}]}',
    { kind: 'page', resourceVersion: '9', continue: 't', items: ['ä'] },
  ],
  [
    'an empty list',
    '{"metadata":{"resourceVersion":"9"},"items":null}',
    { kind: 'page', resourceVersion: '9', continue: '', items: [] },
  ],
  [
    'a list without a version',
    '{"items":[]}',
    { kind: 'undecodable', why: 'the answer is not a list: it has no resourceVersion' },
  ],
  [
    'an object without a name',
    '{"metadata":{"resourceVersion":"9"},"items":[{}]}',
    { kind: 'undecodable', why: 'the list holds an object without a name' },
  ],
];

for (const [what, text, page] of pages) {
  test(`reads ${what}`, async () => assert.deepEqual(await decoder.list(body(text)), page));
}

test('half a list is no list', async () => {
  assert.equal((await decoder.list(body('{"metadata":{"resour'))).kind, 'undecodable');
});

test('a list beyond all measure is refused', async () => {
  const small = jsonDecoder(textOf, { pageBytes: 10 });
  assert.deepEqual(await small.list(body('x'.repeat(11))), {
    kind: 'undecodable',
    why: 'a page of the list is longer than 10 bytes',
  });
});
