import assert from 'node:assert/strict';
import { test } from 'node:test';
import { virtualClock } from '../../simulator/scheduler.ts';
import type { AnswerObservation, ReadLease } from '../model/observation.ts';
import { leaseJson, type Reply, scripted } from './fixtures.ts';
import { answerLease } from './read-lease.ts';

const ask: ReadLease = { kind: 'read-lease', namespace: 'n', name: 'a' };
const forever = new AbortController().signal;

async function asked(reply: Reply): Promise<{ answer: AnswerObservation; paths: readonly string[] }> {
  const clock = virtualClock();
  const { transport, paths } = scripted(clock, () => reply);
  const promise = answerLease({ transport, clock, stop: forever }, ask);
  await clock.advance(10_000);
  return { answer: await promise, paths };
}

test('reads past every cache and finds the lease', async () => {
  const { answer, paths } = await asked({ chunks: [JSON.stringify(leaseJson('a', 7))], every: 1000 });
  assert.deepEqual(paths, ['/apis/coordination.k8s.io/v1/namespaces/n/leases/a']);
  assert.ok('found' in answer.result);
  assert.equal(answer.result.found.resourceVersion, '7');
  assert.equal(answer.sentAt.mono, 0);
  assert.equal(answer.at.mono, 2000);
});

const answers: readonly (readonly [string, Reply, AnswerObservation['result']])[] = [
  ['a lease that is gone', { status: 404 }, { absent: true }],
  ['a refusal', { status: 403, chunks: ['{"message":"no"}'] }, { failed: 'HTTP 403: no' }],
  ['no connection', { end: 'refuse' }, { failed: 'connection refused' }],
  ['no headers', { end: 'mute' }, { failed: 'no answer within 5 s' }],
  ['a body that drags on', { chunks: ['{', ' ', ' ', '}'], every: 2000 }, { failed: 'no answer within 5 s' }],
  ['something else', { chunks: ['[]'] }, { failed: 'the answer is not a Lease' }],
  ['no JSON', { chunks: ['<'] }, { failed: 'the answer is not a Lease' }],
];

for (const [what, reply, result] of answers) {
  test(`answers ${what}`, async () => assert.deepEqual((await asked(reply)).answer.result, result));
}

test('names cannot leave their place in the path', async () => {
  const clock = virtualClock();
  const { transport, paths } = scripted(clock, () => ({ status: 404 }));
  await answerLease(
    { transport, clock, stop: forever },
    { kind: 'read-lease', namespace: '../x', name: 'a?b/c' },
  );
  assert.deepEqual(paths, ['/apis/coordination.k8s.io/v1/namespaces/..%2Fx/leases/a%3Fb%2Fc']);
});
