import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Event } from './event.ts';
import { epoch, moment } from './fixture.ts';
import { Happenings } from './happenings.ts';
import type { IncidentEvent } from './incident-event.ts';
import { IncidentWatch } from './incidents.ts';
import { WatchDebt } from './watch-debt.ts';
import { WatchLag } from './watch-lag.ts';

/** The incidents of a port with these counts, one census every 5 s. */
function watched(counts: readonly number[], happenings = new Happenings()): IncidentEvent[] {
  const watch = new IncidentWatch();
  const events: Event[] = [];
  const sink = { event: (event: Event) => events.push(event), ask: () => undefined };
  for (const [index, count] of counts.entries()) {
    const now = { at: moment(index * 5), sink, clusterUid: 'c', nodes: new Map(), allNodes: true };
    const name = { namespace: 'shop', pod: 'chat-0', port: 8080 };
    watch.see(name, count, happenings, { ...now, lags: new WatchLag(), debts: new WatchDebt() });
  }
  return events.filter((event) => event.kind === 'incident');
}

const told = (events: readonly IncidentEvent[]) =>
  events.map(({ step, change, before, extreme, outcome }) => [step, change, before, extreme, outcome]);

test('incident: a fall by half, until 95 % are there again', () => {
  const events = watched([100, 100, 40, 10, 60, 94, 95, 100]);
  assert.deepEqual(told(events), [
    ['opened', 'fall', 100, 40, undefined],
    ['closed', 'fall', 100, 10, 'recovered'],
  ]);
  assert.deepEqual([events[0]?.began, events[1]?.closed], [epoch + 5e6, epoch + 30e6]);
  assert.equal(events[0]?.traceId, events[1]?.traceId);
});

test('incident: what is lost is measured from what was there just before, not from the peak', () => {
  assert.deepEqual(told(watched([42, 44, 42, 41, 4, 30, 39, 40])), [
    ['opened', 'fall', 42, 4, undefined],
    ['closed', 'fall', 42, 4, 'recovered'],
  ]);
});

test('incident: a fall in steps counts when it is quick, and not when it takes its time', () => {
  assert.equal(watched([100, 90, 80, 70, 60, 50]).length, 1);
  assert.equal(watched(Array.from({ length: 60 }, (_, index) => 100 - index)).length, 0);
});

test('incident: a surge to the double, and the same again is none until it has settled', () => {
  const events = watched([20, 20, 45, 90, ...Array.from({ length: 70 }, () => 90)]);
  assert.deepEqual(told(events), [
    ['opened', 'surge', 20, 45, undefined],
    ['closed', 'surge', 20, 90, 'settled'],
  ]);
});

test('incident: what comes back after a fall is no surge', () => {
  const events = watched([100, 100, 0, 0, 30, 99, 100, 100, 100]);
  assert.deepEqual(
    events.map(({ step }) => step),
    ['opened', 'closed'],
  );
});

test('incident: a fall that does not recover ends as lasting, and begins no other', () => {
  const events = watched([100, ...Array.from({ length: 400 }, () => 10)]);
  assert.deepEqual(told(events).at(-1), ['closed', 'fall', 100, 10, 'lasting']);
  assert.equal(events.length, 2);
});

for (const counts of [[], [100], [0, 0, 0], [19, 0], [39, 20], [100, 51], [20, 39], [0, 500], [19, 500]]) {
  test(`incident: ${JSON.stringify(counts)} is none`, () => assert.deepEqual(watched(counts), []));
}
