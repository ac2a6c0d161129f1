import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withoutEcho } from './echo.ts';
import { readText } from './transport.ts';

async function* inChunks(...chunks: readonly string[]) {
  for (const chunk of chunks) yield Buffer.from(chunk);
}

const sent = { Authorization: 'Bearer planted-token', accept: 'application/json' };
const answer = (status: number, ...chunks: readonly string[]) =>
  withoutEcho({ status, headers: {}, body: inChunks(...chunks) }, sent);

test('echo: a refusal that repeats our token does not tell it, and keeps its length', async () => {
  const told = await readText(
    answer(401, 'you sent: Bearer planted', '-token, accept: application/json').body,
  );
  assert.equal(told, 'you sent: ********************, accept: application/json');
  assert.equal(await readText(answer(500, 'token planted-token!').body), 'token *************!');
});

test('echo: what was granted is passed on as it comes', async () => {
  const chunks = [];
  for await (const chunk of answer(200, 'planted-', 'token').body) chunks.push(String(chunk));
  assert.deepEqual(chunks, ['planted-', 'token']);
});
