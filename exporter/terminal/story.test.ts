import assert from 'node:assert/strict';
import { test } from 'node:test';
import { clusterAnswer, lastRoundAnswer, leaseAnswer, nodeAnswer, roundAnswer } from './fixture.ts';
import { leaseStory, nodeStory, type Setting } from './story.ts';

/** 2026-11-24T12:00:00Z. */
const asOf = 1_795_521_600;

function story(lease: Parameters<typeof leaseAnswer>[0], setting: Partial<Setting> = {}) {
  const around = { asOf, watchedSeconds: 90_000, timeZone: 'UTC', openRound: undefined, ...setting };
  const { verdict, lines } = leaseStory(leaseAnswer(lease), around);
  return [verdict, ...lines];
}

const where = 'Its holder is Pod scheduler-b on node node-2; 3 could hold it.';
const calm = 'No change of holder in the last 24 h; its record counts 4 in all.';

const table: readonly {
  readonly name: string;
  readonly lease: Parameters<typeof leaseAnswer>[0];
  readonly setting?: Partial<Setting>;
  readonly told: readonly string[];
}[] = [
  {
    name: 'held, with the change before told in one sentence',
    lease: { changesLastDay: 3, lastRound: lastRoundAnswer({}) },
    told: [
      'held',
      'held by scheduler-b since 10:04, renewed 1.2 s ago, 13.8 s left.',
      where,
      '3 changes in the last 24 h, the last 2 h ago after 16.3 s without a leader because the node of scheduler-a (node-1) went silent.',
    ],
  },
  {
    name: 'held since yesterday, by a holder whose clock is five seconds ahead',
    lease: { acquired: clusterAnswer(asOf - 50_395), clockSkewSeconds: 5 },
    told: [
      'held',
      'held by scheduler-b since 2026-11-23 22:00, renewed 1.2 s ago, 13.8 s left.',
      where,
      calm,
      'The clock of its holder is 5.0 s ahead of ours.',
    ],
  },
  {
    name: 'held, its time is up, and nothing proves yet that it expired',
    lease: { observedSecondsAgo: 15.5, holderPod: null, holderNode: null, candidates: null },
    told: [
      'held',
      'held by scheduler-b since 10:04, renewed 15.5 s ago, its 15 s are up, and a read has to prove it.',
      calm,
    ],
  },
  {
    name: 'a lock has no duration, and no changes are told of it',
    lease: { class: 'lock', leaseDurationSeconds: null, acquired: null, holderPod: null, candidates: null },
    told: [
      'held',
      'held by scheduler-b for at least 2 h; it has no duration, so that nobody can tell whether it is alive.',
      'Its holder is node node-2.',
    ],
  },
  {
    name: 'expired, with its open round and what is known of the holder',
    lease: { state: 'expired', observedSecondsAgo: 42, openRound: 'abc' },
    setting: {
      openRound: roundAnswer({ lastRenewal: clusterAnswer(asOf - 42), predecessorFate: 'node_lost' }),
    },
    told: [
      'stale',
      'EXPIRED: scheduler-b renewed it last 42 s ago, its 15 s were up 27 s ago, and nobody has taken it over.',
      'An election round is open (expired), 42 s after the last renewal, trace abc. The node of scheduler-a, node-1, is lost.',
      where,
      calm,
    ],
  },
  {
    name: 'released, by whom the open round tells',
    lease: { state: 'released', holder: '', stateSeconds: 1.5 },
    setting: { openRound: roundAnswer({ cause: 'released', lastRenewal: null }) },
    told: [
      'free',
      'free: released by scheduler-a, nobody has held it for 1.5 s.',
      'An election round is open (released), trace abc.',
      calm,
    ],
  },
  {
    name: 'free, and a policy expects it to be held',
    lease: { state: 'vacant', holder: '', absent: true, policy: 'policies[0]', transitions: null },
    told: [
      'stale',
      'free: nobody has held it yet.',
      'policies[0] expects it to be held.',
      'No change of holder in the last 24 h.',
    ],
  },
  {
    name: 'a leftover of two years ago',
    lease: { state: 'orphaned', renewed: clusterAnswer(asOf - 730 * 86_400) },
    told: [
      'free',
      'a leftover: scheduler-b held it last, and nobody renews it any more, renewed at 2024-11-24 12:00 by its own clock (730 d ago).',
      calm,
    ],
  },
  {
    name: 'deleted',
    lease: { state: 'deleted', stateSeconds: 720 },
    told: ['free', 'deleted 12 min ago; scheduler-b held it last.', calm],
  },
  {
    name: 'at first sight nothing is known but what the record says',
    lease: {
      state: 'unknown',
      renewals: 0,
      stateSeconds: 4.2,
      observedSecondsAgo: 4.2,
      renewed: clusterAnswer(asOf - 6),
    },
    told: [
      'unknown',
      'not judged yet: first seen 4.2 s ago and not written since; it can be called expired in 10.8 s at the earliest. Its record names scheduler-b, renewed at 11:59 by its own clock (6.0 s ago).',
      calm,
    ],
  },
  {
    name: 'at first sight, from a clock that is ahead of ours',
    lease: {
      state: 'unknown',
      renewals: 0,
      stateSeconds: 20,
      observedSecondsAgo: 20,
      renewed: clusterAnswer(asOf + 30),
    },
    told: [
      'unknown',
      'not judged yet: first seen 20 s ago and not written since. Its record names scheduler-b, renewed at 12:00 by its own clock (30 s ahead of ours).',
      calm,
    ],
  },
  {
    name: 'blind',
    lease: { state: 'unknown', stateSeconds: 10, observedSecondsAgo: 12 },
    told: [
      'unknown',
      'not known for 10.0 s, since nobody could read it; before that scheduler-b held it, renewed 12.0 s ago.',
      calm,
    ],
  },
  {
    name: 'an older leasewatch does not tell of changes',
    lease: { changesLastDay: null, lastRound: null, absent: null },
    told: [
      'held',
      'held by scheduler-b since 10:04, renewed 1.2 s ago, 13.8 s left.',
      where,
      'How often it changed its holder is not told by this leasewatch.',
    ],
  },
  {
    name: 'a newer one has a state of which nothing is known here',
    lease: { state: 'parked\u001b[2J' },
    told: ['free', 'in the state parked\ufffd[2J, which this version does not know.', calm],
  },
  {
    name: 'everything that there may be to remark',
    lease: {
      ...{ preferredHolder: 'scheduler-c', lateRenewals: 2, clockSkewSeconds: -61 },
      ...{ possibleOverlaps: 1, missedRounds: 2 },
    },
    told: [
      'held',
      'held by scheduler-b since 10:05, renewed 1.2 s ago, 13.8 s left.',
      where,
      calm,
      'Its holder was asked to step down for scheduler-c.',
      '2 of 700 renewals came late.',
      'The clock of its holder is 61 s behind ours.',
      'Two may have led at once: once an acquisition came before the time of the one before was up.',
      'Its record counts 2 more changes than were seen.',
    ],
  },
  {
    name: 'hostile names are harmless',
    lease: {
      holder: '\u001b]0;owned\u0007\nroot',
      holderPod: 'a\u202eb',
      candidates: null,
      holderNode: null,
    },
    told: [
      'held',
      'held by \ufffd]0;owned\ufffd\ufffdroot since 10:04, renewed 1.2 s ago, 13.8 s left.',
      'Its holder is Pod a\ufffdb.',
      calm,
    ],
  },
];

for (const { name, lease, setting, told } of table) {
  test(`the story of a lease: ${name}`, () => assert.deepEqual(story(lease, setting), told));
}

const pasts: readonly (readonly [Parameters<typeof lastRoundAnswer>[0], number, string])[] = [
  [
    { predecessorFate: 'drained' },
    1,
    '1 change in the last 24 h, the last 2 h ago after 16.3 s without a leader because the node of scheduler-a (node-1) was drained.',
  ],
  [
    { predecessorFate: 'running' },
    1,
    '1 change in the last 24 h, the last 2 h ago after 16.3 s without a leader because scheduler-a stopped renewing, although its Pod is as it was.',
  ],
  [
    { predecessorFate: 'evicted' },
    1,
    '1 change in the last 24 h, the last 2 h ago after 16.3 s without a leader because scheduler-a was evicted.',
  ],
  [
    { predecessorFate: 'deleted' },
    1,
    '1 change in the last 24 h, the last 2 h ago after 16.3 s without a leader because the Pod of scheduler-a was deleted.',
  ],
  [
    { predecessorFate: 'rolled' },
    1,
    '1 change in the last 24 h, the last 2 h ago after 16.3 s without a leader because scheduler-a was replaced by a Pod of another version.',
  ],
  [
    { predecessorFate: 'oom_killed' },
    1,
    '1 change in the last 24 h, the last 2 h ago after 16.3 s without a leader because scheduler-a was killed for want of memory.',
  ],
  [
    { predecessorFate: 'container_restarted' },
    1,
    '1 change in the last 24 h, the last 2 h ago after 16.3 s without a leader because the container of scheduler-a restarted.',
  ],
  [
    { predecessorFate: null, uncertain: true },
    1,
    '1 change in the last 24 h, the last 2 h ago after 16.3 s without a leader because scheduler-a stopped renewing; why is not known (uncertain, since some of it was not seen).',
  ],
  [
    { cause: 'released', leaderlessSeconds: 0.4 },
    2,
    '2 changes in the last 24 h, the last 2 h ago: scheduler-a released it, and scheduler-b took it 0.4 s later.',
  ],
  [
    { cause: 'taken' },
    2,
    '2 changes in the last 24 h, the last 2 h ago: scheduler-b took it from scheduler-a before its time was up.',
  ],
  [
    { cause: 'coordinated' },
    2,
    '2 changes in the last 24 h, the last 2 h ago: it was given from scheduler-a to scheduler-b.',
  ],
  [
    { cause: 'deleted' },
    2,
    '2 changes in the last 24 h, the last 2 h ago after 16.3 s without a leader because the lease was deleted.',
  ],
  [
    { outcome: 'resumed' },
    2,
    '2 changes in the last 24 h. 2 h ago scheduler-a went on after 16.3 s of silence: its time had been up.',
  ],
  [{ outcome: 'recreated' }, 0, `${calm} 2 h ago it was deleted, and scheduler-a wrote it anew.`],
  [
    { outcome: 'abandoned', gapSeconds: null },
    0,
    `${calm} 2 h ago a round ended without a successor of scheduler-a.`,
  ],
  [
    { closedSecondsAgo: 3 * 86_400 },
    0,
    `${calm} The last one was 3 d ago after 16.3 s without a leader because the node of scheduler-a (node-1) went silent.`,
  ],
  [
    {
      cause: 'taken',
      predecessor: 'host_11111111-8f1b-4c7e-9b0a-111111111111',
      successor: 'host_22222222-8f1b-4c7e-9b0a-111111111111',
    },
    1,
    '1 change in the last 24 h, the last 2 h ago: host_22222222 took it from host_11111111 before its time was up.',
  ],
];

for (const [round, changesLastDay, told] of pasts) {
  test(`the last round in words: ${told}`, () => {
    const lines = story({ changesLastDay, lastRound: lastRoundAnswer(round) });
    assert.equal(lines.at(-1), told);
  });
}

test('who has just begun to look knows only what the record counts', () => {
  const told = (transitions: number | null) => story({ transitions }, { watchedSeconds: 3 }).at(-1);
  assert.equal(told(4), 'Its record counts 4 changes in all.');
  assert.equal(told(1), 'Its record counts 1 change in all.');
  assert.equal(told(0), where);
});

test('a leasewatch that has not watched for a day says for how long it has', () => {
  const young = story({ changesLastDay: 64, changesLastDayCut: true }, { watchedSeconds: 300 });
  assert.equal(young.at(-1), 'at least 64 changes in the 5 min that leasewatch has watched.');
});

const nodes: readonly (readonly [Parameters<typeof nodeAnswer>[0], readonly string[]])[] = [
  [{}, ['held', 'alive for 2 h, last heartbeat 3.0 s ago.']],
  [{ state: 'late' }, ['held', 'late, last heartbeat 3.0 s ago.']],
  [
    { state: 'lost', disagreement: 'stale_lease_ready', missedHeartbeats: 4 },
    [
      'stale',
      'LOST for 2 h, last heartbeat 3.0 s ago.',
      'Its Lease is stale, and yet the Node is Ready.',
      '4 heartbeats were missed.',
    ],
  ],
  [{ state: 'terminating' }, ['held', 'going away as planned, last heartbeat 3.0 s ago.']],
  [{ state: 'orphan', observedSecondsAgo: null }, ['free', 'a Lease without a Node, no heartbeat seen.']],
  [
    { state: 'unknown', clockSkewSeconds: 3600 },
    ['unknown', 'not known for 2 h, last heartbeat 3.0 s ago.', 'Its clock is 60 min ahead of ours.'],
  ],
];

for (const [node, told] of nodes) {
  test(`the story of a node: ${told[1]}`, () => {
    const { verdict, lines } = nodeStory(nodeAnswer(node));
    assert.deepEqual([verdict, ...lines], told);
  });
}
