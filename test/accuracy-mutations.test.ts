/** The harness of accuracy must fail for a judge that is wrong in one thing: each is spoilt in turn, and has its column. */
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { type Chronicle, play } from '../bench/accuracy/arena.ts';
import { compareLease } from '../bench/accuracy/compare.ts';
import type { Life, RoundVerdict } from '../bench/accuracy/life.ts';
import { count, newTally } from '../bench/accuracy/score.ts';
import { missedGoals, type Summary, summarise } from '../bench/accuracy/summary.ts';
import { listWrongs } from '../bench/accuracy/table.ts';

type Said = { -readonly [K in keyof RoundVerdict]: RoundVerdict[K] };

interface Spoiling {
  readonly name: string;
  readonly column:
    | keyof Summary
    | 'found + uncertain is'
    | 'overlaps_found is'
    | 'outages_found is'
    | GapGoal;
  readonly spoil: (life: Life, plain: ReadonlySet<RoundVerdict>) => void;
}
type GapGoal = 'absences_found is' | 'detection_delay_p99_ms is' | 'a gap or a leaderless time is wrong';

/** Of the verdicts on rounds that are right without a mark. */
const each = (change: (said: Said) => void) => (life: Life, plain: ReadonlySet<RoundVerdict>) => {
  life.rounds.splice(0, life.rounds.length, ...life.rounds.map((said) => changed(said, plain, change)));
};

const first = (change: (said: Said) => void, holds: (said: RoundVerdict) => boolean = isExpiry) => {
  let done = false;
  return each((said) => {
    if (!done && holds(said)) {
      done = true;
      change(said);
    }
  });
};

function changed(said: RoundVerdict, plain: ReadonlySet<RoundVerdict>, change: (said: Said) => void) {
  const copy: Said = { ...said };
  if (plain.has(said)) change(copy);
  return copy;
}

function isExpiry({ cause, outcome }: RoundVerdict): boolean {
  return cause === 'expired' && outcome === 'elected';
}

const spoilings: readonly Spoiling[] = [
  {
    name: 'called expired while it was held',
    column: 'false_stale',
    spoil: ({ states }) => {
      const held = states.find(({ to, at }) => to === 'held' && at > 60_000);
      if (held !== undefined) states.push({ ...held, to: 'expired', at: held.at + 1500, why: 'spoilt' });
    },
  },
  {
    name: 'an expiry that is not told',
    column: 'missed_stale',
    spoil: ({ states }) =>
      void states.splice(0, states.length, ...states.filter(({ to }) => to !== 'expired')),
  },
  {
    name: 'an expiry that is told two seconds late',
    column: 'detection_delay_p99_ms is',
    spoil: ({ states }) => {
      const late = states.map((said) => (said.to === 'expired' ? { ...said, at: said.at + 2000 } : said));
      states.splice(0, states.length, ...late);
    },
  },
  {
    name: 'a swapped cause',
    column: 'wrong_cause',
    spoil: first((said) => {
      said.cause = 'released';
    }),
  },
  {
    name: 'another successor',
    column: 'wrong_outcome',
    spoil: first((said) => {
      said.successor = 'nobody-of-this-name';
    }),
  },
  {
    name: 'elected called resumed',
    column: 'wrong_outcome',
    spoil: first((said) => {
      said.outcome = 'resumed';
    }),
  },
  {
    name: 'a trace id of nobody',
    column: 'wrong_outcome',
    spoil: first((said) => {
      said.traceId = '0'.repeat(32);
    }),
  },
  {
    name: 'a round that is not told',
    column: 'found + uncertain is',
    spoil: ({ rounds }, plain) => {
      const dropped = rounds.findIndex((said) => plain.has(said) && isExpiry(said));
      if (dropped !== -1) rounds.splice(dropped, 1);
    },
  },
  {
    name: 'a round that is told twice',
    column: 'spurious',
    spoil: ({ rounds }, plain) => {
      const said = rounds.find((round) => plain.has(round));
      if (said !== undefined) rounds.push({ ...said, at: said.at + 1 });
    },
  },
  {
    name: 'marks everywhere',
    column: 'uncertain_unjustified',
    spoil: each((said) => {
      said.uncertain = true;
    }),
  },
  {
    name: 'a mark nowhere',
    column: 'wrong_cause',
    spoil: ({ rounds }) =>
      void rounds.splice(0, rounds.length, ...rounds.map((r) => ({ ...r, uncertain: false }))),
  },
  {
    name: 'gaps that are a second too long',
    column: 'a gap or a leaderless time is wrong',
    spoil: each((said) => {
      said.gapMs += 1000;
    }),
  },
  {
    name: 'leaderless times that are a second too short',
    column: 'a gap or a leaderless time is wrong',
    spoil: each((said) => {
      said.leaderlessMs -= 1000;
    }),
  },
  {
    name: 'a possible overlap that is not told',
    column: 'overlaps_found is',
    spoil: ({ overlaps }) => void overlaps.splice(0, 1),
  },
  {
    name: 'a possible overlap of two others',
    column: 'overlaps_spurious',
    spoil: ({ overlaps }) => {
      const [said] = overlaps;
      if (said !== undefined) overlaps.splice(0, 1, { ...said, first: said.second, second: said.first });
    },
  },
  {
    name: 'a possible overlap of ten minutes',
    column: 'overlaps_spurious',
    spoil: ({ overlaps }) => {
      const [said] = overlaps;
      if (said !== undefined) overlaps.splice(0, 1, { ...said, seconds: 600 });
    },
  },
  {
    name: 'outages of nodes that are not told',
    column: 'outages_found is',
    spoil: ({ outages }) => void outages.splice(0, outages.length),
  },
  {
    name: 'an outage of a node that was heard',
    column: 'outages_spurious',
    spoil: ({ outages }) =>
      void outages.push({ at: 100_000, node: 'machine-0', step: 'opened', traceId: 'x', end: undefined }),
  },
  {
    name: 'a reboot called a return',
    column: 'outages_wrong_end',
    spoil: ({ outages }) => {
      const swapped = outages.map((said) =>
        said.end === undefined
          ? said
          : ({ ...said, end: said.end === 'back' ? 'rebooted' : 'back' } as const),
      );
      outages.splice(0, outages.length, ...swapped);
    },
  },
  {
    name: 'a missed round too many',
    column: 'missed_rounds_wrong',
    spoil: ({ missed }) => void missed.set('default/election-0', (missed.get('default/election-0') ?? 0) + 1),
  },
  {
    name: 'an absence that is not told',
    column: 'absences_found is',
    spoil: ({ expectations }) => void expectations.splice(0, expectations.length),
  },
  {
    name: 'an absence of what was there',
    column: 'absences_spurious',
    spoil: ({ expectations }) =>
      void expectations.push({ at: 100_000, lease: 'default/election-0', to: 'absent', why: 'spoilt' }),
  },
  {
    name: 'a candidate too many',
    column: 'candidates_wrong',
    spoil: ({ standing }) => {
      const more = standing.map((said) => ({ ...said, count: (said.count ?? 0) + 1 }));
      standing.splice(0, standing.length, ...more);
    },
  },
];

describe('a judge that is wrong', () => {
  let chronicle: Chronicle;
  let plain: ReadonlySet<RoundVerdict> = new Set();
  before(async () => {
    chronicle = await play(14, { lastsMs: 900_000, elections: 10, weatherMs: 70_000 });
    plain = foundIn(chronicle);
  });

  test('is not this one', () => {
    const { goals, wrongs } = score(chronicle);
    assert.deepEqual(goals, [], wrongs);
  });

  for (const { name, column, spoil } of spoilings) {
    test(`${name}: ${column}`, () => {
      const undo = chronicle.lives.map(remember);
      for (const life of chronicle.lives) spoil(life, plain);
      const { goals } = score(chronicle);
      for (const back of undo) back();
      assert.ok(
        goals.some((goal) => goal.startsWith(column)),
        `goals missed: ${goals.join('; ') || 'none'}`,
      );
    });
  }
});

function score(chronicle: Chronicle) {
  const tally = newTally();
  count(tally, chronicle);
  return { goals: missedGoals(summarise(tally), tally), wrongs: listWrongs(tally.wrongs) };
}

function foundIn(chronicle: Chronicle): ReadonlySet<RoundVerdict> {
  const reports = [...chronicle.elections].map((lease) => compareLease(chronicle, lease));
  const found = reports.flatMap(({ comparisons }) =>
    comparisons.flatMap(({ result, verdict }) =>
      result === 'found' && verdict !== undefined ? [verdict] : [],
    ),
  );
  return new Set(found);
}

/** Verdicts are compared by who said them, so that a life is spoilt in its place, and mended. */
function remember(life: Life): () => void {
  const { rounds, states, overlaps, outages, expectations, standing, missed } = life;
  const lists = [
    ...[copyOf(rounds), copyOf(states), copyOf(overlaps)],
    ...[copyOf(outages), copyOf(expectations), copyOf(standing)],
  ];
  const counts = [...missed];
  return () => {
    for (const restore of lists) restore();
    missed.clear();
    for (const [lease, rounds] of counts) missed.set(lease, rounds);
  };
}

function copyOf<T>(list: T[]): () => void {
  const copy = [...list];
  return () => void list.splice(0, list.length, ...copy);
}
