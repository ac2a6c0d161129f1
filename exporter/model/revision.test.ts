import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isAtLeast, isOlder, revisionOf } from './revision.ts';

test('revisions: what is kept as a number can be had again as its text, and nothing else is', () => {
  for (const text of ['1', '42', '999999999999999']) assert.equal(String(revisionOf(text)), text);
  for (const text of ['', '0', '007', '1000000000000000', '1e3', '-1', ' 1', 'abc'])
    assert.ok(Number.isNaN(revisionOf(text)), text);
});

test('revisions: compared as numbers, however long; one that is none is never older', () => {
  assert.deepEqual([isOlder('9', '10'), isOlder('10', '9'), isOlder('a', '10')], [true, false, false]);
  assert.ok(isOlder('99999999999999999998', '99999999999999999999'));
  assert.deepEqual([isAtLeast('10', '9'), isAtLeast('9', '9'), isAtLeast('9', 'a')], [true, true, false]);
});
