import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { ManualClock } from '../../test/manual-clock.ts';
import type { Observation } from '../model/observation.ts';
import type { EndpointReply } from './endpoint-read.ts';
import type { EndpointTarget } from './endpoint-target.ts';
import { endpointSource } from './endpoints.ts';
import { endpointTarget } from './fixture.ts';

/** A source on a clock of its own that gets these replies, one after the other, and what it tells. */
function reading(t: TestContext, replies: readonly EndpointReply[], part: Partial<EndpointTarget> = {}) {
  const clock = new ManualClock();
  const start = clock.now().mono;
  const told: string[] = [];
  const left = [...replies];
  const stop = new AbortController();
  const emit = (seen: Observation) => told.push(`${(seen.at.mono - start) / 1000} ${words(seen)}`);
  const read = async () => left.shift() ?? { kind: 'counted', connections: 0, total: undefined };
  const running = endpointSource({ target: endpointTarget(part), clock, read }).run(emit, stop.signal);
  t.after(async () => {
    stop.abort();
    await running;
  });
  const pass = async (ms: number) => {
    for (let turn = 0; turn < 5; turn++) await setImmediate();
    clock.advance(ms);
    for (let turn = 0; turn < 5; turn++) await setImmediate();
  };
  return { told, pass, stop, running };
}

function words(seen: Observation): string {
  if (seen.kind === 'sight') return `${seen.sight}: ${seen.why}`;
  if (seen.kind !== 'counts') return seen.kind;
  const { result, side } = seen;
  return 'failed' in result ? `failed ${result.failed}` : `${side} ${result.connections}/${result.total}`;
}

const good = { kind: 'counted', connections: 3, total: 9 } as const;
const late = { kind: 'failed', reason: 'timeout', why: 'too late' } as const;

test('endpoints: every reading is told, and that there is none', async (t) => {
  const { told, pass } = reading(t, [good, late, late, { ...late, why: 'later still' }, good]);
  for (let turn = 0; turn < 4; turn++) await pass(15_000);
  assert.deepEqual(told, [
    '0 proxy 3/9',
    '15 failed timeout',
    '15 blind: too late',
    '30 failed timeout',
    '30 blind: too late',
    '45 failed timeout',
    '45 blind: later still',
    '60 proxy 3/9',
  ]);
});

test('endpoints: what one repeats of our credentials is not told', async (t) => {
  const page = { kind: 'failed', reason: 'not_prometheus', why: 'line 1: no sample: "no s3cret"' } as const;
  const { told, pass } = reading(t, [page], { headers: { authorization: 'Bearer s3cret' } });
  await pass(0);
  assert.equal(told[1], '0 blind: line 1: no sample: "no (hidden)"');
});

test('endpoints: a credential that cannot be read is a failure of ours, told as such', async (t) => {
  const { told, pass } = reading(t, [], { headerFiles: { authorization: '/nowhere/token' } });
  while (told.length < 2) await pass(0);
  assert.equal(told[0], '0 failed file');
  assert.match(told[1] ?? '', /^0 blind: \/nowhere\/token cannot be read: ENOENT/);
});
