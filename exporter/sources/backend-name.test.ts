import assert from 'node:assert/strict';
import { test } from 'node:test';
import { backendInHeader, backendInMessage } from './backend-name.ts';

const json = { before: '"pod":"', after: '"' };
const cases: readonly (readonly [string, { before: string; after: string }, string | undefined])[] = [
  ['{"type":"hello","pod":"chat-0"}', json, 'chat-0'],
  ['{"pod":"a","pod":"b"}', json, 'a'],
  ['welcome to chat-1!', { before: 'welcome to ', after: '!' }, 'chat-1'],
  ['chat-2: hello', { before: '', after: ':' }, 'chat-2'],
  ['you are at  chat-3 \n', { before: 'at ', after: '' }, 'chat-3'],
  ['{"pod":""}', json, undefined],
  ['{"pod":"chat-0', json, undefined],
  ['hello', json, undefined],
  ['', json, undefined],
  [`{"pod":"${'x'.repeat(5000)}"}`, json, 'x'.repeat(63)],
];

for (const [text, pattern, name] of cases) {
  test(`backend: ${name?.slice(0, 8) ?? 'none'} in ${text.slice(0, 30)}`, () => {
    assert.equal(backendInMessage(text, pattern), name);
  });
}

test('backend: in a header of any case, and none where there is none', () => {
  assert.equal(backendInHeader({ 'x-served-by': ' chat-0 ' }, 'X-Served-By'), 'chat-0');
  assert.equal(backendInHeader({ 'set-cookie': ['a=1', 'b=2'] }, 'set-cookie'), 'a=1,b=2');
  assert.equal(backendInHeader({ 'x-served-by': '' }, 'x-served-by'), undefined);
  assert.equal(backendInHeader({}, 'x-served-by'), undefined);
  assert.equal(backendInHeader({ 'x-served-by': 'y'.repeat(100) }, 'x-served-by'), 'y'.repeat(63));
});
