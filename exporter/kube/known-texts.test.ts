import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KnownTexts, type Span } from './known-texts.ts';

/** The bytes of these texts one after the other, and where each is; one that is not there is `undefined`. */
function message(...texts: readonly (string | undefined)[]) {
  const bytes = Buffer.from(texts.join(''));
  let at = 0;
  const spans = texts.map((text): Span => {
    const from = at;
    at += text?.length ?? 0;
    return text === undefined ? { from: -1, to: -1 } : { from, to: at };
  });
  return { bytes, spans, by: spans[0] ?? { from: 0, to: 0 } };
}

function keep(known: KnownTexts<string>, made: string, ...texts: readonly (string | undefined)[]): void {
  const { bytes, spans, by } = message(...texts);
  assert.equal(known.find(bytes, spans, by), undefined);
  known.keep(bytes, spans, made);
}

function found(known: KnownTexts<string>, ...texts: readonly (string | undefined)[]): string | undefined {
  const { bytes, spans, by } = message(...texts);
  return known.find(bytes, spans, by);
}

test('known texts: the same bytes in the same spans are found, and no others', () => {
  const known = new KnownTexts<string>();
  keep(known, 'made', 'uid-1', 'node-1', '');
  assert.equal(found(known, 'uid-1', 'node-1', ''), 'made');
  assert.equal(found(known, 'uid-1', 'node-2', ''), undefined, 'another byte');
  assert.equal(found(known, 'uid-1', 'node-1', undefined), undefined, 'an empty text is no absent one');
  assert.equal(found(known, 'uid-1', 'node-', '1'), undefined, 'another border');
});

test('known texts: what is kept under the same hash takes the place of what was there', () => {
  const known = new KnownTexts<string>();
  keep(known, 'held by a', 'uid-1', 'a');
  keep(known, 'held by b', 'uid-1', 'b');
  assert.deepEqual([found(known, 'uid-1', 'a'), found(known, 'uid-1', 'b')], [undefined, 'held by b']);
});

test('known texts: thousands are found, over many pages', () => {
  const known = new KnownTexts<string>();
  const names = Array.from({ length: 5000 }, (_, i) => `long-name-${i}`.padStart(60, '-'));
  for (const name of names) keep(known, name, name.slice(-25), name);
  for (const name of names) assert.equal(found(known, name.slice(-25), name), name);
});

test('known texts: very long ones are not kept, and disturb nothing', () => {
  const known = new KnownTexts<string>();
  keep(known, 'made', 'uid-1', 'node-1');
  keep(known, 'never', 'uid-2', 'x'.repeat(70_000));
  assert.equal(found(known, 'uid-2', 'x'.repeat(70_000)), undefined);
  assert.equal(found(known, 'uid-1', 'node-1'), 'made');
});
