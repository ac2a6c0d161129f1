/** The judge held against what truly happened, in a few virtual minutes; `npm run accuracy` does it for hours. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { play } from '../bench/accuracy/arena.ts';
import { readOptions } from '../bench/accuracy/options.ts';
import { roundsOf } from '../bench/accuracy/rounds.ts';
import { count, newTally } from '../bench/accuracy/score.ts';
import { missedGoals, summarise } from '../bench/accuracy/summary.ts';
import { listWrongs } from '../bench/accuracy/table.ts';
import { absentFor, tenuresOf } from '../bench/accuracy/tenures.ts';

const lastsMs = 600_000;

async function judge(seed: number, weatherMs: number) {
  const tally = newTally();
  count(tally, await play(seed, { lastsMs, elections: 10, weatherMs }));
  return { tally, summary: summarise(tally) };
}

for (const seed of [1, 3, 12]) {
  test(`storms over elections, seed ${seed}: every verdict is right`, async () => {
    const { tally, summary } = await judge(seed, 10 * lastsMs);
    assert.deepEqual(missedGoals(summary, tally), [], listWrongs(tally.wrongs));
    assert.ok(summary.rounds > 100, `${summary.rounds} rounds`);
    assert.ok(summary.found > summary.rounds / 2, `${summary.found} of ${summary.rounds} found`);
  });
}

for (const seed of [2, 8]) {
  test(`storms over elections and over the judge, seed ${seed}: no false page`, async () => {
    const { tally, summary } = await judge(seed, 60_000);
    const { false_stale, missed_stale, spurious, detection_delay_p99_ms } = summary;
    assert.deepEqual(
      { false_stale, missed_stale, spurious },
      { false_stale: 0, missed_stale: 0, spurious: 0 },
    );
    assert.ok(detection_delay_p99_ms <= 1000, `${detection_delay_p99_ms} ms`);
    assert.ok(summary.rounds > 100, listWrongs(tally.wrongs));
  });
}

interface Write {
  readonly at: number;
  /** Absent for a deletion. */
  readonly holder?: string;
  readonly by?: string;
  /** Whom the controller of a coordinated election prefers. */
  readonly prefers?: string;
}

function truth(writes: readonly Write[], told: boolean, until: number) {
  const commits = writes.map(({ at, holder, by, prefers }, index) => ({
    at: at * 1000,
    revision: index + 1,
    writer: by ?? holder ?? 'somebody',
    uid: 'uid',
    spec:
      holder === undefined
        ? undefined
        : specOf(holder, prefers === undefined ? at : lastOf(writes, index), prefers),
  }));
  const tenures = tenuresOf(commits, until * 1000);
  const absentMs = absentFor(commits, until * 1000);
  const rounds = roundsOf('ns/lease', tenures, { toldToStop: () => told }, absentMs);
  return rounds.map(({ cause, outcome, gapMs, leaderlessMs }) => [cause, outcome, gapMs, leaderlessMs]);
}

/** When the last write of a holder before `index` was. */
function lastOf(writes: readonly Write[], index: number): number {
  return writes.findLast(({ prefers }, before) => before < index && prefers === undefined)?.at ?? 0;
}

/** `marker`: what of the record is new. A request to step down leaves the record of the holder as it was. */
function specOf(holder: string, marker: number, preferredHolder = '') {
  const text = JSON.stringify([holder, marker]);
  const durationSeconds = holder === '' ? 1 : 15;
  return { holder, durationSeconds, renewTime: '', transitions: 0, preferredHolder, text };
}

const held = [
  { at: 0, holder: 'a' },
  { at: 2, holder: 'a' },
] as const;
const created = ['created', 'elected', 0, 0];

test('truth: an expiry is counted from the last write, and lasts until the next holder', () => {
  const writes = [...held, { at: 19, holder: 'b' }, { at: 21, holder: 'b' }];
  assert.deepEqual(truth(writes, false, 30), [created, ['expired', 'elected', 17_000, 2000]]);
});

test('truth: who gives up untold has failed to renew', () => {
  const writes = [...held, { at: 14, holder: '', by: 'a' }, { at: 15, holder: 'b' }, { at: 17, holder: 'b' }];
  assert.deepEqual(truth(writes, false, 30)[1], ['expired', 'elected', 13_000, 1000]);
  assert.deepEqual(truth(writes, true, 30)[1], ['released', 'elected', 13_000, 1000]);
});

test('truth: taken early, come back late, made anew', () => {
  const taken = [...held, { at: 5, holder: 'b' }, { at: 7, holder: 'b' }];
  assert.deepEqual(truth(taken, false, 10)[1], ['taken', 'elected', 3000, 0]);
  assert.deepEqual(truth([...held, { at: 20, holder: 'a' }], false, 25)[1], [
    'expired',
    'resumed',
    18_000,
    3000,
  ]);
  assert.deepEqual(truth([...held, { at: 4 }, { at: 5, holder: 'a' }], false, 9)[1], [
    'deleted',
    'recreated',
    3000,
    1000,
  ]);
});

test('truth: a holder that comes back late has held the lease since it took it', () => {
  const write = (at: number) => {
    const spec = specOf('a', at);
    return { at: at * 1000, revision: at, writer: 'a', uid: 'uid', spec };
  };
  const tenures = tenuresOf([write(1), write(3), write(30), write(50), write(52)], 60_000);
  assert.deepEqual(
    tenures.map(({ isReturn, takenAt }) => [isReturn, takenAt]),
    [
      [false, 1000],
      [true, 1000],
      [true, 1000],
    ],
  );
});

test('truth: a holder that never renewed is an attempt within the round', () => {
  const writes = [...held, { at: 18, holder: 'b' }, { at: 40, holder: 'c' }, { at: 42, holder: 'c' }];
  assert.deepEqual(truth(writes, false, 50)[1], ['expired', 'elected', 38_000, 1000 + 7000]);
});

test('truth: a lease that is deleted after its expiry, for good, is abandoned', () => {
  const writes = [...held, { at: 18 }];
  assert.deepEqual(truth(writes, false, 700)[1], ['expired', 'abandoned', 15_000, 0]);
  assert.deepEqual(truth(writes, false, 600)[1], ['expired', undefined, 15_000, 0]);
});

const controller = 'kube-apiserver';

test('truth: whom the controller names leads with its own first write', () => {
  const writes = [
    ...held,
    { at: 18, holder: 'b', by: controller },
    { at: 24, holder: 'c', by: controller },
    { at: 25, holder: 'c', by: 'kubectl-edit' },
    { at: 26, holder: 'c' },
    { at: 28, holder: 'c' },
  ];
  assert.deepEqual(truth(writes, false, 40)[1], ['expired', 'elected', 24_000, 9000]);
});

test('truth: a handover, asked for or early, is coordinated', () => {
  const asked = { at: 3, holder: 'a', by: controller, prefers: 'b' };
  const next = (at: number) => [
    { at, holder: 'b', by: controller },
    { at: at + 1, holder: 'b' },
    { at: at + 3, holder: 'b' },
  ];
  assert.deepEqual(truth([...held, asked, ...next(18)], false, 30)[1], [
    'coordinated',
    'elected',
    17_000,
    2000,
  ]);
  const released = { at: 12, holder: '', by: 'a' };
  assert.deepEqual(truth([...held, asked, released, ...next(13)], false, 30)[1], [
    'coordinated',
    'elected',
    12_000,
    2000,
  ]);
  assert.deepEqual(truth([...held, ...next(14)], false, 30)[1], ['coordinated', 'elected', 13_000, 1000]);
  assert.deepEqual(truth([...held, { ...asked, at: 17.5 }, ...next(18)], false, 30)[1]?.[0], 'expired');
});

test('the command line says what is wrong with it', () => {
  assert.deepEqual(readOptions(['--seed', '7', '--rounds', '300']), {
    seed: 7,
    rounds: 300,
    explain: undefined,
  });
  assert.deepEqual(readOptions(['--seed', 'x']), { problem: '--seed must be a whole number, not "x"' });
});
