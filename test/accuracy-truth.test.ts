/** What the harness of accuracy takes for the truth beside the rounds. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compareMissed } from '../bench/accuracy/compare-missed.ts';
import type { Commit } from '../bench/accuracy/history.ts';
import { newLife, type RoundVerdict } from '../bench/accuracy/life.ts';
import { match } from '../bench/accuracy/match.ts';
import type { NodeCommit } from '../bench/accuracy/node-history.ts';
import { roundsOf } from '../bench/accuracy/rounds.ts';
import { watcherOf } from '../bench/accuracy/sightings.ts';
import { silencesOf } from '../bench/accuracy/silences.ts';
import { tenuresOf } from '../bench/accuracy/tenures.ts';

function commit(second: number, of: 'lease' | 'node', change: Partial<NodeCommit> = {}): NodeCommit {
  const common = {
    at: second * 1000,
    revision: second,
    of,
    gone: false,
    beat: String(second).padStart(6, '0'),
  };
  return { ...common, bootId: of === 'node' ? 'first' : undefined, planned: false, ...change };
}

function silences(commits: readonly NodeCommit[], until = 1000) {
  return silencesOf('node', commits, 50_000, until * 1000).map(({ last, to, over, end, plannedAt }) => ({
    from: last.at / 1000,
    to: to / 1000,
    over: over / 1000,
    end,
    plannedAt: plannedAt / 1000,
  }));
}

const never = Number.POSITIVE_INFINITY;

test('truth: a node is silent for the grace period, and its second heartbeat ends that', () => {
  const alive = [commit(0, 'node'), commit(1, 'lease'), commit(11, 'lease'), commit(60, 'lease')];
  assert.deepEqual(silences(alive, 100), []);
  const back = [...alive, commit(120, 'lease'), commit(130, 'lease')];
  assert.deepEqual(silences(back, 150), [{ from: 60, to: 120, over: 130, end: 'back', plannedAt: never }]);
});

test('truth: a renewTime below the highest is no heartbeat, nor is an edit of a Node', () => {
  const before = [commit(0, 'node'), commit(100, 'lease')];
  const stepped = commit(110, 'lease', { beat: '000050' });
  const edited = commit(120, 'node', { beat: '000000' });
  assert.deepEqual(
    silences([...before, stepped, edited], 170).map(({ from }) => from),
    [0, 100],
  );
});

test('truth: a reboot, and a Node that was deleted', () => {
  const start = [commit(0, 'node'), commit(1, 'lease')];
  const rebooted = [...start, commit(90, 'node', { bootId: 'second' }), commit(91, 'lease')];
  assert.deepEqual(
    silences(rebooted, 100).map(({ from, end }) => [from, end]),
    [[1, 'rebooted']],
  );
  const deleted = [...start, commit(90, 'node', { gone: true, beat: '000000' })];
  assert.deepEqual(
    silences(deleted, 200).map(({ to, end }) => [to, end]),
    [[90, 'deleted']],
  );
});

test('truth: what is about to go says so', () => {
  const start = [commit(0, 'node'), commit(1, 'lease'), commit(5, 'node', { beat: '000000', planned: true })];
  assert.deepEqual(
    silences(start, 100).map(({ plannedAt }) => plannedAt),
    [5],
  );
});

test('truth: elections are missed where the record counts more than was seen, reads aside', () => {
  const commits = [1, 2, 3].map((transitions) => {
    const spec = {
      holder: `holder-${transitions}`,
      durationSeconds: 15,
      renewTime: '',
      transitions,
      preferredHolder: '',
      text: '',
    };
    return { at: transitions, revision: transitions, writer: '', uid: 'uid', spec };
  });
  const report = (how: 'watch' | 'read', told: number) => {
    const life = newLife(0);
    life.testimony.deliveries.push({ how: 'watch', at: 1, revision: 1 }, { how, at: 3, revision: 3 });
    life.missed.set('ns/lease', told);
    const watchers = [watcherOf(commits, life)];
    return { lease: 'ns/lease', commits, tenures: [], watchers, comparisons: [], spurious: [] };
  };
  assert.deepEqual(compareMissed(report('watch', 1)), []);
  assert.deepEqual(compareMissed(report('read', 0)), []);
  assert.equal(compareMissed(report('watch', 0))[0]?.why, 'told 0 missed, in truth 1');
});

/** a's lease is deleted at 4 s, made again by a, blanked by hand, taken by a once more, and by b when that ran out. */
const twice: readonly Commit[] = [
  write(1, 'a', 'a', 'uid-1'),
  write(2, 'a', 'a', 'uid-1'),
  { ...write(4, '', 'kubectl-edit', 'uid-1'), spec: undefined },
  write(5, 'a', 'a', 'uid-2'),
  write(6, '', 'kubectl-edit', 'uid-2'),
  write(7, 'a', 'a', 'uid-2'),
  write(30, 'b', 'b', 'uid-2'),
  write(32, 'b', 'b', 'uid-2'),
];

function write(second: number, holder: string, writer: string, uid: string): Commit {
  const text = `${holder} ${second}`;
  const spec = { holder, durationSeconds: 15, renewTime: '', transitions: 0, preferredHolder: '', text };
  return { at: second * 1000, revision: second, writer, uid, spec };
}

function verdict(outcome: string, predecessor: string, successor: string, revision: number): RoundVerdict {
  const times = { gapMs: 0, leaderlessMs: 0 };
  const told = { step: 'closed', lease: 'ns/lease', traceId: '', cause: 'deleted', uncertain: true } as const;
  return { ...told, ...times, at: revision * 1000, outcome, predecessor, successor, revisions: [revision] };
}

test('truth: of two verdicts on one round, the first is of the one before if that ended unseen', () => {
  const recreated = verdict('recreated', 'a', 'a', 7);
  const elected = verdict('elected', 'a', 'b', 32);
  const tenures = tenuresOf(twice, 40_000);
  const rounds = roundsOf('ns/lease', tenures, { toldToStop: () => true }, 0);
  const outcomes = (seen: readonly number[]) => {
    const life = newLife(0);
    life.rounds.push(recreated, elected);
    for (const revision of seen)
      life.testimony.deliveries.push({ how: 'watch', at: revision * 1000, revision });
    const watchers = [watcherOf(twice, life)];
    const { matched, spurious } = match({ rounds, tenures, watchers, commits: twice }, life.rounds);
    const told = rounds.map((round) => matched.get(round)?.outcome);
    return { told, spurious: spurious.map((each) => each.outcome) };
  };
  assert.deepEqual(outcomes([1, 2, 4, 7, 30, 32]), {
    told: [undefined, 'recreated', 'elected'],
    spurious: [],
  });
  assert.deepEqual(outcomes([1, 2, 4, 5, 7, 30, 32]).spurious, ['elected'], 'it saw how that one ended');
});
