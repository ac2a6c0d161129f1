import assert from 'node:assert/strict';
import { test } from 'node:test';
import { virtualClock } from '../../simulator/scheduler.ts';
import { jsonDecoder } from './decode-json.ts';
import { errorLine } from './fixtures.ts';
import { parseNode } from './parse-node.ts';
import { defaultLimits } from './reflection.ts';
import { watchFrom } from './watch.ts';

test('a watch that is left because of an error lets go of its connection', async () => {
  let closed = false;
  async function* body(): AsyncGenerator<Uint8Array> {
    try {
      while (true) yield Buffer.from(errorLine(410, 'Expired'));
    } finally {
      closed = true;
    }
  }
  const clock = virtualClock();
  const reflection = {
    transport: { request: async () => ({ status: 200, headers: {}, body: body() }) },
    clock,
    path: '/api/v1/nodes',
    decoder: jsonDecoder(parseNode),
    source: 'nodes',
    random: () => 0,
    toObservation: () => ({ kind: 'time', at: clock.now() }) as const,
    limits: defaultLimits,
  };
  const steps = watchFrom(reflection, '1', new AbortController().signal);
  assert.deepEqual(await steps.next(), { done: false, value: { kind: 'open' } });
  const { value } = await steps.next();
  assert.ok(value?.kind === 'failed');
  assert.equal(value.failure.reason, 'expired');
  assert.ok(closed);
});
