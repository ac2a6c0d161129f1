import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LeaseMemory, Memory, NodeMemory, RoundMemory } from '../model/memory.ts';
import type { PodRecord } from '../model/observation.ts';
import { memoryText, parseMemory, rememberedAt } from './remembered.ts';

const at = { mono: 50_000.125, wall: 1_770_000_000_000_000 };

const pod: PodRecord = {
  ...{ namespace: 'shop', name: 'a-0', uid: 'u3', node: 'n1', owner: 'StatefulSet/a', revision: 'v1' },
  ...{ deleting: true, reason: undefined, disruption: undefined, restarts: 2 },
  ended: { reason: 'OOMKilled', exitCode: 137, at: undefined },
};

const round: RoundMemory = {
  ...{ traceId: '0123456789abcdef'.repeat(2), leaseUid: 'u1', cause: 'expired', predecessor: 'a' },
  ...{ successor: '', durationSeconds: 15, uncertain: false, attempts: 0, leaderlessMs: 0 },
  ...{ anchorAge: 3, anchorWall: 4, lastRenewalAge: 18, vacatedAge: 3, vacantSinceAge: 3 },
  ...{ acquiredAge: undefined, unseenFromAge: undefined, unseenToAge: undefined },
  ...{ predecessorRenewTime: 3, predecessorAt: { pod: 'a-0', node: 'n1' } },
  trail: { questions: 1, before: pod, after: 'absent', revisions: ['v1', 'v2'], leaving: false },
  entitled: { holder: 'a', until: -2, resourceVersion: '6' },
  writes: [{ at: 5, what: 'acquired', holder: 'b', resourceVersion: '7', byHand: 'kubectl-edit' }],
  previousTraceId: 'fedcba9876543210'.repeat(2),
};

const lease: LeaseMemory = {
  ...{ of: 'lease', at, source: 'leases', class: 'election', stood: 'expired', durationSeconds: 15 },
  record: {
    ...{ namespace: 'shop', name: 'till', uid: 'u1', resourceVersion: '7', holder: 'a\n"b"' },
    ...{ durationSeconds: 1, acquireTime: undefined, renewTime: 1, transitions: 0 },
    ...{ strategy: undefined, preferredHolder: undefined, identityLabel: undefined, writer: 'kubectl' },
  },
  ...{
    observedAge: 1.5,
    observedWall: 2,
    blindAge: 0,
    seenAlive: true,
    listed: false,
    edited: false,
    named: undefined,
    rivalUntilAge: -3,
    ownAcquisition: true,
    asksInTime: true,
    versionWhenUp: '6',
    clockAhead: -2.5,
    deletedAge: undefined,
  },
  lastTraceId: undefined,
  roundsFromAge: 4,
  setBacks: 1,
  lastHolder: 'a',
  holding: { identity: 'a', pod, node: 'n1', candidates: 3 },
  round,
  late: { round, closedAge: 3.5, looks: 1 },
};

const node: NodeMemory = {
  ...{
    of: 'node',
    at,
    name: 'n1',
    lease: undefined,
    observedAge: 1,
    observedWall: 2,
    heard: true,
    renewed: 9,
    setBacks: 0,
    clockAhead: 3,
  },
  node: {
    ...{ name: 'n1', uid: 'u2', resourceVersion: '8', bootId: undefined, ready: 'Unknown' },
    ...{ readyHeartbeat: 1, readyTransition: undefined, terminating: false, cordoned: true },
  },
  outage: {
    ...{ traceId: '0123456789abcdef'.repeat(2), anchorAge: 1, anchorWall: 2, heardAge: 60, lostAge: 1 },
    ...{ backAge: undefined, bootId: 'b1', rounds: ['fedcba9876543210'.repeat(2)] },
    ...{ unseenFromAge: 70, unseenToAge: 61, together: { silent: 3, of: 5, suspect: 'partition' } },
  },
};

const memories: readonly Memory[] = [
  { of: 'cluster', at, uid: 'c1' },
  lease,
  node,
  { of: 'absence', at, namespace: 'shop', lease: 'till', sinceAge: 90_000 },
  { of: 'silence', at, class: 'node', durationMs: 40_000, lastHeardAge: 50_000, untilAge: -30_000 },
];

for (const memory of memories) {
  test(`memory: that of a ${memory.of} comes back from its text as it was`, () => {
    const parsed = parseMemory(memoryText({ memory, boot: 'boot-1' }));
    assert.equal(parsed.kind, 'memory');
    // As JSON, in which an absent key and one that is undefined are the same.
    assert.deepEqual(
      JSON.parse(JSON.stringify(parsed.kept)),
      JSON.parse(JSON.stringify({ memory, boot: 'boot-1' })),
    );
  });
}

const text = memoryText({ memory: lease, boot: undefined });

const unreadable: readonly (readonly [string, string, string])[] = [
  ['nothing', '', 'it is no JSON'],
  ['a text cut short', text.slice(0, -1), 'it is no JSON'],
  ['null', 'null', 'Invalid input: expected object, received null'],
  [
    'a newer version',
    text.replace('"version":1', '"version":2'),
    'it is of version 2, and this leasewatch reads 1',
  ],
  [
    'another thing',
    text.replace('"of":"lease"', '"of":"pod"'),
    "memory.of: Invalid discriminator value. Expected 'cluster' | 'lease' | 'node' | 'silence' | 'absence'",
  ],
  [
    'a time that is none',
    text.replace('"observedAge":1.5', '"observedAge":"soon"'),
    'memory.observedAge: Invalid input: expected number, received string',
  ],
  [
    'a trace id that is none',
    text.replace('"traceId":"0', '"traceId":"x'),
    'memory.round.traceId: Invalid string: must match pattern /^[0-9a-f]{32}$/',
  ],
  ['a key too many', text.replace('"seenAlive"', '"more":1,"seenAlive"'), 'memory: Unrecognized key: "more"'],
];

for (const [what, given, why] of unreadable) {
  test(`memory: ${what} is a problem with its place`, () => {
    assert.deepEqual(parseMemory(given), { kind: 'problem', why });
  });
}

test('memory: what an older leasewatch did not keep is read as unknown', () => {
  const older = JSON.parse(text);
  for (const key of ['roundsFromAge', 'setBacks', 'holding']) delete older.memory[key];
  delete older.memory.round.trail;
  const parsed = parseMemory(JSON.stringify(older));
  assert.ok(parsed.kind === 'memory' && parsed.kept.memory.of === 'lease');
  assert.equal(parsed.kept.memory.holding, undefined);
  assert.equal(parsed.kept.memory.round?.trail, undefined);
});

test('memory: a checkpoint of a coordinated lease with what is kept no more is read all the same', () => {
  const older = JSON.parse(memoryText({ memory: { ...lease, class: 'coordinated' }, boot: 'boot-1' }));
  for (const key of ['asksInTime', 'late']) delete older.memory[key];
  older.memory.firstRenewTime = 1_770_000_000_000_000;
  const parsed = parseMemory(JSON.stringify(older));
  assert.ok(parsed.kind === 'memory' && parsed.kept.memory.of === 'lease');
  assert.equal(parsed.kept.boot, 'boot-1');
  assert.equal('firstRenewTime' in parsed.kept.memory, false);
  assert.deepEqual(parsed.kept.memory.round?.traceId, round.traceId);
  assert.equal(parsed.kept.memory.asksInTime, undefined);
});

const hour = 3_600_000;
const later = (monoMs: number, wallMs: number) => ({ mono: at.mono + monoMs, wall: at.wall + wallMs * 1000 });

const away = [
  ['the monotonic clock, when it is the same one', 'boot-1', 'boot-1', later(20_000, hour), 20_000],
  ['the wall clock after a reboot', 'boot-2', 'boot-1', later(-40_000, 20_000), 20_000],
  ['the wall clock when the boot has no name', undefined, undefined, later(99_000, 20_000), 20_000],
  ['nothing, when the wall clock stepped back', 'boot-2', 'boot-1', later(0, -hour), 0],
  ['the wall clock when the monotonic one cannot be the same', 'boot-1', 'boot-1', later(-1, 20_000), 20_000],
] as const;

for (const [by, boot, before, now, expected] of away) {
  test(`memory: how long we were away is told by ${by}`, () => {
    assert.equal(rememberedAt(now, boot, { memory: lease, boot: before }).awayMs, expected);
  });
}
