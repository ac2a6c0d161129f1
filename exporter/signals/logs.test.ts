import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import { importance, type OutboxRecord } from '../delivery/outbox.ts';
import type { Event } from '../model/event.ts';
import { at, leaseStateEvent, outageEvent, roundEvent, traceId } from './fixtures.ts';
import { createLogs, type Logs, type LogsOptions } from './logs.ts';
import { LokiOutboxTransport } from './loki-format.ts';
import { spanIdOf } from './span-ids.ts';

const labels = { service_name: 'leasewatch', cluster: 'c-1', site: 'edge' };
const clock = { now: () => at(1.000001), after: () => () => undefined };
const lease = { namespace: 'kube-system', lease: 'scheduler', at: at(15) };
const expired = leaseStateEvent();

async function told(part: Partial<LogsOptions>, speak: (logs: Logs) => void, streamLabels = labels) {
  const records: OutboxRecord[] = [];
  const stream = new PassThrough();
  const deliver = (record: OutboxRecord) => void records.push(record);
  const push = new LokiOutboxTransport(streamLabels, deliver);
  const logs = createLogs({ push, console: 'text', level: 'info', clock, stream, ...part });
  speak(logs);
  await logs.close();
  const bodies = records.map(({ body }): unknown => JSON.parse(Buffer.from(body).toString()));
  const lines = String(stream.read() ?? '')
    .split('\n')
    .slice(0, -1);
  return { records, bodies, lines };
}

test('a lease event is a line on the console and a record for Loki', async () => {
  const { records, bodies, lines } = await told({}, (logs) => logs.observe(expired));
  const text = 'lease kube-system/scheduler: held -> expired, no renewal by scheduler-a for 15.0 s';
  assert.deepEqual(lines, [`2023-11-14T22:13:35.000000Z info  ${text}`]);
  const metadata = {
    event: 'lease_state',
    namespace: 'kube-system',
    lease: 'scheduler',
    holder: 'scheduler-a',
  };
  assert.deepEqual(bodies, [['1700000015000000000', text, metadata]]);
  assert.equal(
    records[0]?.stream,
    '{"service_name":"leasewatch","cluster":"c-1","site":"edge","level":"info"}',
  );
  assert.equal(records[0]?.route, 'logs');
  assert.equal(records[0]?.importance, importance.transition);
});

test('every event has its sentence', async () => {
  const { lines } = await told({}, (logs) => {
    for (const event of everyEvent()) logs.observe(event);
  });
  assert.deepEqual(
    lines.map((line) => line.slice('2023-11-14T22:13:35.000000Z '.length)),
    [
      'warn  lease kube-system/scheduler: renewed late by scheduler-a, 11.2 s after the last renewal, duration 15.0 s',
      `warn  lease kube-system/scheduler: round opened, expired, last renewal by scheduler-a 15.0 s before, trace ${traceId}`,
      'info  lease kube-system/scheduler: acquired by scheduler-b, gap 17.3 s, leaderless 2.3 s',
      'warn  lease kube-system/scheduler: scheduler-b was lost before its first renewal',
      'info  lease kube-system/scheduler: round closed, elected: scheduler-a -> scheduler-b, gap 17.3 s, leaderless 2.3 s, attempt 2, uncertain',
      'info  lease kube-system/scheduler: round closed, abandoned: nobody acquired the lease',
      'info  node node-1: alive -> late, 22.0 s without a heartbeat',
      'warn  node node-1: lost, no heartbeat for 40.0 s, trace bbf7651916cd43dd8448eb211c80319c',
      'info  node node-1: outage ended, rebooted after 95.0 s',
      'warn  source leases: down, connection refused',
      'info  source leases: up',
      'warn  lease shop/till: policies[0] expects it to be held, and there is none: no holder for 60.0 s',
      'warn  lease shop/till: policies[0] expects it to be held, and it is released: no holder for 60.0 s',
      'info  lease shop/till: held after 60.0 s without a holder',
      'info  lease shop/till: expected no more, it was deleted long ago',
      'warn  policies[1] (name till) matches no lease, near it: shop/tills, shop/stock',
      'warn  policies[1] (node edge-*) matches no node, and there is nothing like it',
    ],
  );
});

function everyEvent(): Event[] {
  const outage = outageEvent();
  const source = { kind: 'source', at: at(1), source: 'leases', untold: 0 } as const;
  const why = '22.0 s without a heartbeat';
  const till = { namespace: 'shop', lease: 'till', policy: 'policies[0]', absentSeconds: 60 };
  const expected = { ...till, kind: 'expectation', at: at(60) } as const;
  const unmatched = { kind: 'policy-unmatched', at: at(60), policy: 'policies[1]' } as const;
  return [
    { ...lease, kind: 'late-renewal', holder: 'scheduler-a', intervalSeconds: 11.2, durationSeconds: 15 },
    roundEvent('opened'),
    roundEvent('acquired'),
    roundEvent('lost'),
    roundEvent('closed', { attempts: 2, uncertain: true }),
    roundEvent('closed', { outcome: 'abandoned', acquired: undefined }),
    { kind: 'node-state', at: at(22), node: 'node-1', from: 'alive', to: 'late', why },
    { ...outage, step: 'opened', closed: undefined, end: undefined },
    outage,
    { ...source, to: 'down', why: 'connection refused' },
    { ...source, to: 'up', why: '' },
    { ...expected, to: 'absent', why: 'missing' },
    { ...expected, to: 'absent', why: 'released' },
    { ...expected, to: 'present', why: 'held' },
    { ...expected, to: 'forgotten', why: 'it was deleted long ago' },
    { ...unmatched, about: 'leases', matches: 'name till', near: ['shop/tills', 'shop/stock'] },
    { ...unmatched, about: 'nodes', matches: 'node edge-*', near: [] },
    // What follows is no news, or told by another event.
    { ...expired, class: 'node' },
    { kind: 'node-state', at: at(0), node: 'node-1', from: undefined, to: 'unknown', why: '' },
  ];
}

test('a round carries its trace', async () => {
  const { bodies } = await told({}, (logs) => logs.observe(roundEvent('closed')));
  assert.match(
    JSON.stringify(bodies),
    new RegExp(`"trace_id":"${traceId}","span_id":"${spanIdOf(traceId, 'round')}"`),
  );
});

test('own lines have the time of the clock and their fields; json is one object a line', async () => {
  const { bodies, lines } = await told({ console: 'json' }, (logs) => {
    logs.warn('cannot reach the API server', { attempt: 3, url: undefined });
  });
  const fields = { attempt: '3' };
  const line = { time: '2023-11-14T22:13:21.000001Z', level: 'warn', message: 'cannot reach the API server' };
  assert.deepEqual(
    lines.map((text): unknown => JSON.parse(text)),
    [{ ...line, ...fields }],
  );
  assert.deepEqual(bodies, [['1700000001000001000', 'cannot reach the API server', fields]]);
});

test('terminal escapes and newlines never reach the console', async () => {
  const holder = 'x\u001b]0;owned\u0007\r\nfake line\u202e';
  for (const console of ['text', 'json'] as const) {
    const { lines } = await told({ console }, (logs) => {
      logs.observe({ ...expired, holder, why: holder, lease: holder });
      logs.observe(roundEvent('closed', { predecessor: holder }));
      logs.error(`first\nsecond\u001b[2J`, { holder });
    });
    assert.equal(lines.length, 3);
    assert.doesNotMatch(lines.join(''), /[\p{Cc}\u202e]|\\u00/u);
    assert.match(lines[2] ?? '', /first second\ufffd\[2J/);
  }
});

test('the level holds back lines, and off is silent', async () => {
  const quiet = await told({ level: 'warn' }, (logs) => logs.observe(expired));
  assert.deepEqual([quiet.lines, quiet.records], [[], []]);
  const off = await told({ console: 'off' }, (logs) => logs.observe(expired));
  assert.deepEqual([off.lines.length, off.records.length], [0, 1]);
});

test('a thousand lines at once all arrive, in order', async () => {
  const { bodies, lines } = await told({}, (logs) => {
    for (let i = 0; i < 1000; i += 1) logs.info(`line ${i}`);
  });
  assert.equal(lines.length, 1000);
  assert.match(JSON.stringify(bodies[999]), /line 999/);
});

test('a log without any transport closes, and what comes after the end is dropped', async () => {
  const logs = createLogs({ console: 'off', level: 'info', clock });
  logs.info('unheard');
  await logs.close();
  logs.info('too late');
  await logs.close();
});

test('the cluster may become known late', async () => {
  let cluster = 'unknown';
  const late = {
    service_name: 'leasewatch',
    site: '',
    get cluster() {
      return cluster;
    },
  };
  const speak = (logs: Logs) => {
    logs.info('before');
    cluster = 'c-2';
    logs.info('after');
  };
  const { records } = await told({}, speak, late);
  assert.deepEqual(
    records.map(({ stream }) => stream),
    ['unknown', 'c-2'].map((id) => `{"service_name":"leasewatch","cluster":"${id}","level":"info"}`),
  );
});
