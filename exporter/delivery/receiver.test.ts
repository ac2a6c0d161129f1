import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { ManualClock } from '../../test/manual-clock.ts';
import { answer, type Behaviour, MisbehavingReceiver } from '../../test/misbehaving-receiver.ts';
import { lokiReceiver } from './loki.ts';
import { otlpReceiver, tracesUrl } from './otlp.ts';
import { importance } from './outbox.ts';
import type { Parcel, Posted } from './posting.ts';

const spans: Parcel = {
  route: 'traces',
  stream: '',
  bodies: [Buffer.from('{"a":1}'), Buffer.from('{"b":"é"}')],
  importance: importance.outage,
};

async function receiverDoing(
  t: TestContext,
  ...behaviours: readonly Behaviour[]
): Promise<MisbehavingReceiver> {
  const receiver = await MisbehavingReceiver.start(...behaviours);
  t.after(() => receiver.stop());
  return receiver;
}

async function postSpans(
  t: TestContext,
  behaviour: Behaviour,
): Promise<Posted & { partial?: [number, string] }> {
  const receiver = await receiverDoing(t, behaviour);
  const partial: [number, string][] = [];
  const otlp = otlpReceiver(
    { url: receiver.url, headers: {} },
    { clock: new ManualClock(), onPartial: (count, message) => partial.push([count, message]) },
  );
  t.after(() => otlp.close());
  const outcome = await otlp.post(spans, new AbortController().signal);
  return partial[0] === undefined ? outcome : { ...outcome, partial: partial[0] };
}

test('the request is one resourceSpans list, gzipped JSON, with the headers of the configuration', async (t) => {
  const receiver = await receiverDoing(t);
  const target = { url: `${receiver.url}/base/`, headers: { 'X-Key': 'secret' } };
  const otlp = otlpReceiver(target, { clock: new ManualClock() });
  t.after(() => otlp.close());
  assert.deepEqual(await otlp.post(spans, new AbortController().signal), { kind: 'accepted' });
  const [request] = receiver.received;
  assert.equal(request?.path, '/base/v1/traces');
  assert.equal(request.body, '{"resourceSpans":[{"a":1},{"b":"é"}]}');
  assert.equal(request.headers['content-type'], 'application/json');
  assert.equal(request.headers['x-key'], 'secret');
});

test('the base address gets the path of traces, an exact one is used as it is', () => {
  const cases: readonly [string, boolean, string][] = [
    ['http://otel:4318', false, 'http://otel:4318/v1/traces'],
    ['http://otel:4318/', false, 'http://otel:4318/v1/traces'],
    ['https://otel/base?key=1', false, 'https://otel/base/v1/traces?key=1'],
    ['http://otel:4318/v1/traces', false, 'http://otel:4318/v1/traces'],
    ['http://otel:4318/custom', true, 'http://otel:4318/custom'],
    ['http://otel:4318', true, 'http://otel:4318/'],
  ];
  for (const [url, exact, expected] of cases) assert.equal(tracesUrl({ url, exact }), expected);
});

test('OTLP: only 429, 502, 503 and 504 are tried again', async (t) => {
  const kinds: Record<string, string> = {};
  for (const status of [200, 202, 301, 400, 401, 403, 404, 408, 413, 429, 500, 501, 502, 503, 504])
    kinds[status] = (await postSpans(t, answer(status))).kind;
  assert.deepEqual(kinds, {
    200: 'accepted',
    202: 'accepted',
    301: 'rejected',
    400: 'rejected',
    401: 'retry',
    403: 'retry',
    404: 'rejected',
    408: 'rejected',
    413: 'rejected',
    429: 'retry',
    500: 'rejected',
    501: 'rejected',
    502: 'retry',
    503: 'retry',
    504: 'retry',
  });
});

test('a partial success is accepted and told, since it must not be repeated', async (t) => {
  const body = JSON.stringify({ partialSuccess: { rejectedSpans: '2', errorMessage: 'too old' } });
  assert.deepEqual(await postSpans(t, answer(200, {}, body)), {
    kind: 'accepted',
    refused: 2,
    partial: [2, 'too old'],
  });
  for (const quiet of ['', '{}', 'not JSON', '{"partialSuccess":{"rejectedSpans":0}}', '[]'])
    assert.deepEqual(await postSpans(t, answer(200, {}, quiet)), { kind: 'accepted' });
});

test('the words of a receiver are cut short and kept to one line', async (t) => {
  const outcome = await postSpans(t, answer(400, {}, `a\r\n${'x'.repeat(200_000)}`));
  assert.equal(outcome.kind, 'rejected');
  assert.ok(outcome.why.length < 530 && /^status 400: a x+…$/.test(outcome.why));
});

test('Loki: 204 is accepted; 408, 429 and every 5xx are tried again', async (t) => {
  const statuses = [204, 408, 429, 500, 503, 599, 401, 400, 413, 422];
  const receiver = await receiverDoing(t, ...statuses.map((status) => answer(status)));
  const url = receiver.url.replace('//', '//user:pass@');
  const target = { url: `${url}/loki/api/v1/push`, tenant: 'site-1', headers: { 'x-scope-orgid': 'other' } };
  const loki = lokiReceiver(target, { clock: new ManualClock() });
  t.after(() => loki.close());
  const batch: Parcel = {
    ...spans,
    route: 'logs',
    stream: '{"site":"1"}',
    bodies: [Buffer.from('["1","a",{}]')],
  };
  const kinds: string[] = [];
  for (const _ of statuses) kinds.push((await loki.post(batch, new AbortController().signal)).kind);
  const retry = statuses.slice(1, 7).map(() => 'retry');
  assert.deepEqual(kinds, ['accepted', ...retry, 'rejected', 'rejected', 'rejected']);
  const [request] = receiver.received;
  assert.equal(request?.path, '/loki/api/v1/push');
  assert.equal(request.headers['x-scope-orgid'], 'site-1');
  assert.equal(request.headers.authorization, `Basic ${Buffer.from('user:pass').toString('base64')}`);
  assert.equal(request.body, '{"streams":[{"stream":{"site":"1"},"values":[["1","a",{}]]}]}');
});
