import assert from 'node:assert/strict';
import { test } from 'node:test';
import { commandsOf, pages } from './markdown.ts';

test('the two commands of the README are those that a newcomer types first', () => {
  const readme = pages().find(({ path }) => path === 'README.md');
  assert.ok(readme !== undefined);
  assert.deepEqual(commandsOf(readme).slice(0, 2), ['npm ci && npm start', 'npm ci && npm test']);
  assert.ok(readme.text.length < 12_000, 'it is short');
});
