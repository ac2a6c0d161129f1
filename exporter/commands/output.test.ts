import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import { virtualClock } from '../../simulator/scheduler.ts';
import { withPatience } from './output.ts';

test('who waits is told why after two seconds, and who does not wait is told nothing', async () => {
  const clock = virtualClock();
  const told: string[] = [];
  const output = { out: new PassThrough(), warn: () => {}, remark: (line: string) => void told.push(line) };
  const working = Promise.withResolvers<number>();
  const patient = withPatience('wait', output, clock, () => working.promise);
  await clock.advance(1999);
  assert.deepEqual(told, []);
  await clock.advance(1);
  assert.deepEqual(told, ['wait']);
  working.resolve(7);
  assert.equal(await patient, 7);
  assert.equal(await withPatience('quick', output, clock, async () => 8), 8);
  await assert.rejects(withPatience('quick', output, clock, () => Promise.reject(new Error('bug'))));
  await clock.advance(5000);
  assert.deepEqual(told, ['wait']);
});
