import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { InMemorySpanExporter } from '@opentelemetry/sdk-trace';
import { importance, type OutboxRecord } from '../delivery/outbox.ts';
import type { Event } from '../model/event.ts';
import { epoch, outageEvent, roundEvent, traceId } from './fixtures.ts';
import { spanIdOf } from './span-ids.ts';
import { createTraces } from './traces.ts';

const resource = { serviceName: 'leasewatch', cluster: 'c-1', site: 'edge', attributes: { team: 'sre' } };

function told(...events: Event[]): OutboxRecord[] {
  const records: OutboxRecord[] = [];
  const traces = createTraces({ deliver: (record) => records.push(record), resource });
  for (const event of events) traces.observe(event);
  return records;
}

const textOf = (record: OutboxRecord | undefined) => Buffer.from(record?.body ?? []).toString();
/** The name, the parent and the times of each span, as the bytes tell them. */
const storyOf = (records: readonly OutboxRecord[]) =>
  records.map((record) => {
    const text = textOf(record);
    const pick = (key: string) => new RegExp(`"${key}":"([^"]*)"`).exec(text)?.[1] ?? '-';
    return `${pick('spanId')} under ${pick('parentSpanId')} ${pick('startTimeUnixNano')} ${pick('endTimeUnixNano')}`;
  });

test('children are delivered as they end, the root with the end, with exact times', () => {
  const records = told(roundEvent('opened'), roundEvent('acquired'), roundEvent('closed'));
  const root = spanIdOf(traceId, 'round');
  assert.deepEqual(storyOf(records), [
    `${spanIdOf(traceId, 'silence')} under ${root} 1700000000000001000 1700000015000001000`,
    `${spanIdOf(traceId, 'leaderless', 1)} under ${root} 1700000015000001000 1700000017250001000`,
    `${spanIdOf(traceId, 'settle', 1)} under ${root} 1700000017250001000 1700000019250001000`,
    `${root} under - 1700000000000001000 1700000019250001000`,
  ]);
  assert.ok(records.every(({ body }) => Buffer.from(body).includes(traceId)));
  const { route, stream, importance: rank } = records[0] ?? assert.fail('nothing delivered');
  assert.deepEqual({ route, stream, rank }, { route: 'traces', stream: '', rank: importance.transition });
});

test('a record is one resourceSpans element, the same bytes every time', (t) => {
  const events = [roundEvent('opened'), roundEvent('closed')];
  const elements = told(...events).map(textOf);
  const path = join(import.meta.dirname, 'testdata', 'round.spans.txt');
  const request: unknown = JSON.parse(`{"resourceSpans":[${elements.join(',')}]}`);
  t.assert.fileSnapshot(`${JSON.stringify(request, null, 1)}\n`, path, { serializers: [String] });
  assert.deepEqual(told(...events).map(textOf), elements);
});

test('the root carries what was judged, the writes, and the way to the previous round', () => {
  const previousTraceId = 'ccf7651916cd43dd8448eb211c80319c';
  const text = textOf(told(roundEvent('closed', { previousTraceId, successor: 'b\u001b[31m' }))[1]);
  assert.match(text, /"key":"leasewatch.gap_seconds","value":\{"doubleValue":17.25\}/);
  assert.match(text, /"key":"leasewatch.attempts","value":\{"intValue":1\}/);
  assert.match(text, /"key":"leasewatch.successor","value":\{"stringValue":"b\ufffd\[31m"\}/);
  assert.match(text, /"events":\[\{.*"name":"acquired"/);
  const link = `"links":[{"attributes":[{"key":"leasewatch.link","value":{"stringValue":"previous round"}}],"spanId":"${spanIdOf(previousTraceId, 'round')}","traceId":"${previousTraceId}"`;
  assert.ok(text.includes(link), text);
});

test('a created lease has no silence, an abandoned round is an error without an acquisition', () => {
  assert.equal(told(roundEvent('opened', { cause: 'created' })).length, 0);
  const abandoned = told(roundEvent('closed', { outcome: 'abandoned', acquired: undefined, successor: '' }));
  assert.equal(abandoned.length, 1);
  assert.match(textOf(abandoned[0]), /"status":\{"code":2,"message":"nobody acquired the lease"\}/);
});

test('a node outage is a trace: the silence when it opens, the root when it ends', () => {
  const outage = outageEvent();
  const records = told({ ...outage, step: 'opened', closed: undefined, end: undefined }, outage);
  const root = spanIdOf(outage.traceId, 'outage');
  assert.deepEqual(storyOf(records), [
    `${spanIdOf(outage.traceId, 'silence')} under ${root} ${epoch}000 ${epoch + 40_000_000}000`,
    `${root} under - ${epoch}000 ${epoch + 95_000_000}000`,
  ]);
  assert.equal(records[0]?.importance, importance.outage);
});

test('a round and the outage that took its predecessor lead to each other', () => {
  const outage = outageEvent({ rounds: [traceId] });
  const [round, taken] = [told(roundEvent('closed', { outageTraceId: outage.traceId }))[1], told(outage)[0]];
  assert.ok(textOf(round).includes(linkTo('node outage', outage.traceId, 'outage')), textOf(round));
  assert.ok(textOf(taken).includes(linkTo('election round', traceId, 'round')), textOf(taken));
});

function linkTo(what: string, to: string, span: 'round' | 'outage'): string {
  return `"leasewatch.link","value":{"stringValue":"${what}"}}],"spanId":"${spanIdOf(to, span)}","traceId":"${to}"`;
}

test('with an exporter spans go to it and nothing to the outbox', async () => {
  const exporter = new InMemorySpanExporter();
  const records: OutboxRecord[] = [];
  const names: string[] = [];
  const keep = exporter.export.bind(exporter);
  exporter.export = (spans, done) => {
    names.push(...spans.map((span) => span.name));
    keep(spans, done);
  };
  const traces = createTraces({ deliver: (record) => records.push(record), resource, exporter });
  traces.observe(roundEvent('opened'));
  traces.observe(roundEvent('closed'));
  await traces.shutdown();
  assert.deepEqual(names, ['silence', 'settle', 'election round']);
  assert.equal(records.length, 0);
});
