import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { SpanStatusCode } from '@opentelemetry/api';
import { ManualClock } from '../../test/manual-clock.ts';
import type { SpanName } from '../catalogue.ts';
import { createSampling } from './sampling.ts';
import type { FinishedSpan } from './tracer.ts';

const idOf = (name: string) => createHash('sha256').update(name).digest('hex').slice(0, 32);
/** Its first digits are the highest: no share chooses it. */
const unlucky = (name: string) => `ffffffff${idOf(name).slice(8)}`;

function span(traceId: string, name: SpanName, more: Partial<FinishedSpan> = {}): FinishedSpan {
  const parent = name === 'round' || name === 'outage' ? {} : { parent: 'round' as const };
  return { traceId, span: name, start: 0, end: 1, attributes: {}, importance: 3, ...parent, ...more };
}

const error = { status: { code: SpanStatusCode.ERROR } } as const;

function started(share = 0.1) {
  const clock = new ManualClock();
  const told: FinishedSpan[] = [];
  const sampling = createSampling({ share, clock }, (each) => told.push(each));
  const names = (traceId: string) => told.filter((each) => each.traceId === traceId).map((each) => each.span);
  return { clock, told, sampling, names };
}

test('of ordinary rounds a share is told, whole, and always the same', () => {
  const { told, sampling } = started();
  const ids = Array.from({ length: 2_000 }, (_, index) => idOf(`round ${index}`));
  for (const id of ids)
    for (const name of ['silence', 'settle', 'round'] as const) sampling.tell(span(id, name));
  const traces = new Set(told.map(({ traceId }) => traceId));
  assert.ok(traces.size > 140 && traces.size < 260, `${traces.size} of 2000`);
  assert.equal(told.length, traces.size * 3);
  const again = started();
  for (const id of ids) again.sampling.tell(span(id, 'round'));
  assert.deepEqual(new Set(again.told.map(({ traceId }) => traceId)), traces);
});

test('a round with an error or a possible overlap is told with all of its children', () => {
  const { sampling, names } = started();
  const [bad, overlapping, fine] = [unlucky('bad'), unlucky('overlapping'), unlucky('fine')];
  for (const id of [bad, overlapping, fine]) sampling.tell(span(id, 'silence'));
  sampling.tell(span(overlapping, 'overlap'));
  for (const id of [bad, overlapping, fine]) sampling.tell(span(id, 'settle'));
  sampling.tell(span(bad, 'round', error));
  sampling.tell(span(overlapping, 'round'));
  sampling.tell(span(fine, 'round'));
  assert.deepEqual(names(bad), ['silence', 'settle', 'round']);
  assert.deepEqual(names(overlapping), ['silence', 'overlap', 'settle', 'round']);
  assert.deepEqual(names(fine), []);
});

test('a round that lasts is told while it runs: a page may link to it', async () => {
  const { clock, sampling, names } = started();
  const id = unlucky('long');
  sampling.tell(span(id, 'silence'));
  clock.advance(29_999);
  await turn();
  assert.deepEqual(names(id), []);
  clock.advance(1);
  await turn();
  assert.deepEqual(names(id), ['silence']);
  sampling.tell(span(id, 'leaderless'));
  sampling.tell(span(id, 'round'));
  assert.deepEqual(names(id), ['silence', 'leaderless', 'round']);
});

test('outages of nodes are not sampled, and an end tells what is held', () => {
  const { clock, sampling, names } = started();
  const [outage, open] = [unlucky('outage'), unlucky('open')];
  sampling.tell(span(outage, 'silence', { parent: 'outage' }));
  sampling.tell(span(outage, 'outage'));
  sampling.tell(span(open, 'silence'));
  assert.deepEqual(names(outage), ['silence', 'outage']);
  sampling.close();
  assert.deepEqual(names(open), ['silence']);
  assert.deepEqual(clock.waiting, [], 'no timer is left');
});

test('many rounds at once are bounded, and an error among them is never dropped', () => {
  const { clock, told, sampling } = started();
  const ids = Array.from({ length: 3_000 }, (_, index) => unlucky(`burst ${index}`));
  for (const id of ids) sampling.tell(span(id, 'silence'));
  assert.ok(clock.waiting.length <= 1_000);
  for (const id of ids) sampling.tell(span(id, 'round', error));
  assert.equal(told.filter((each) => each.span === 'round').length, 3_000);
  assert.equal(told.filter((each) => each.span === 'silence').length, 3_000);
});
