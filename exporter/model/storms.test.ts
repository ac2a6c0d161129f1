import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Event } from './event.ts';
import { epoch, moment } from './fixture.ts';
import { Happenings } from './happenings.ts';
import type { IncidentEvent } from './incident-event.ts';
import { StormWatch } from './storms.ts';
import { WatchDebt } from './watch-debt.ts';
import { WatchLag } from './watch-lag.ts';

interface Step {
  /** Connections that came within these 5 s. */
  readonly came: number;
  readonly standing?: number;
  readonly explained?: boolean;
  /** Seconds without a census before it. */
  readonly gap?: number;
}

/** The storms of a namespace with this traffic, one census every 5 s. */
function watched(steps: readonly Step[]): IncidentEvent[] {
  const watch = new StormWatch();
  const events: Event[] = [];
  const sink = { event: (event: Event) => events.push(event), ask: () => undefined };
  let accepts = 1000;
  let seconds = -5;
  for (const { came, standing = 100, explained = false, gap = 0 } of steps) {
    accepts += came;
    seconds += 5 + gap;
    const now = { at: moment(seconds), sink, clusterUid: 'c', nodes: new Map(), allNodes: true };
    const traffic = { accepts, standing, explained };
    const full = { ...now, lags: new WatchLag(), debts: new WatchDebt() };
    watch.see({ namespace: 'shop', pod: 'chat-0' }, traffic, new Happenings(), full);
  }
  return events.filter((event) => event.kind === 'incident');
}

const times = (count: number, step: Step) => Array.from({ length: count }, () => step);
const calm = times(40, { came: 2 });
const told = (events: readonly IncidentEvent[]) =>
  events.map(({ step, before, extreme, outcome }) => [step, before, extreme, outcome]);

test('storm: clients come and go five times as much as usual, while as many as ever are there', () => {
  const events = watched([...calm, ...times(20, { came: 60 }), ...calm]);
  assert.deepEqual(told(events), [
    ['opened', 24, 256, undefined],
    ['closed', 24, 720, 'settled'],
  ]);
  const [opened, closed] = events;
  assert.deepEqual([opened?.port, opened?.change, opened?.traceId], [undefined, 'storm', closed?.traceId]);
  assert.equal(opened?.began, epoch + 175e6);
});

test('storm: one that lasts for half an hour is usual by then', () => {
  const events = watched([...calm, ...times(500, { came: 60 })]);
  assert.deepEqual(told(events).at(-1), ['closed', 24, 720, 'lasting']);
  assert.equal(events.length, 2);
});

const none: readonly (readonly [string, readonly Step[]])[] = [
  ['what is usual', times(200, { came: 60 })],
  ['a little more than usual', [...times(60, { came: 20 }), ...times(60, { came: 60 })]],
  ['a few more than nothing', [...times(60, { came: 0 }), ...times(60, { came: 10 })]],
  ['nobody knows yet what is usual', [...times(20, { came: 2 }), ...times(20, { came: 60 })]],
  [
    'clients that come and stay',
    [...calm, ...Array.from({ length: 20 }, (_, index) => ({ came: 60, standing: 100 + 60 * (index + 1) }))],
  ],
  ['what came while nobody counted', [...calm, { came: 2000, gap: 300 }, ...calm]],
  ['what a fall explains', [...calm, ...times(20, { came: 60, explained: true }), ...times(5, { came: 60 })]],
];

for (const [name, steps] of none) {
  test(`storm: ${name} is none`, () => assert.deepEqual(told(watched(steps)), []));
}

test('storm: a counter that begins anew is no traffic', () => {
  const anew = times(1, { came: -900 });
  assert.deepEqual(told(watched([...calm, ...anew, ...times(20, { came: 60 })])), []);
});
