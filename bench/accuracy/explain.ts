import type { Commit } from './history.ts';
import type { Life } from './life.ts';
import type { Wrong } from './score.ts';
import type { Sighting } from './sightings.ts';

interface Line {
  readonly at: number;
  readonly text: string;
}

const beforeMs = 20_000;
const afterMs = 40_000;
const shownHolder = 24;

/** The story around a wrong verdict: what was written, what was done, what was shown, and what was said. */
export function explain({ what, why, at, report, chronicle }: Wrong): string {
  const { lease, commits, watchers } = report;
  const done = chronicle.ledger
    .filter((entry) => entry.lease === lease || entry.lease === undefined)
    .map((entry) => ({ at: entry.at.mono, text: `did    ${entry.kind} ${short(entry.who)}` }));
  const lines = [
    ...commits.map(writeLine),
    ...done,
    ...watchers.flatMap(({ life, sightings }) => [
      ...sightings.map((sighting) => sightLine(sighting, commits)),
      ...lifeLines(life, lease),
    ]),
  ];
  const near = lines
    .filter((line) => line.at >= at - beforeMs && line.at <= at + afterMs)
    .sort((a, b) => a.at - b.at)
    .map((line) => `${(line.at / 1000).toFixed(3).padStart(10)}  ${line.text}`);
  const head = `${what}: ${lease} at ${(at / 1000).toFixed(3)} s of arena ${chronicle.seed}: ${why}`;
  return [head, ...near].join('\n');
}

function writeLine({ at, revision, writer, spec }: Commit): Line {
  const what =
    spec === undefined
      ? 'deleted'
      : `holder ${short(spec.holder) || '-'}, ${spec.durationSeconds} s, ${spec.transitions} transitions`;
  return { at, text: `write  ${revision} by ${short(writer)}: ${what}` };
}

function sightLine({ at, how, index }: Sighting, commits: readonly Commit[]): Line {
  return { at, text: `  shown ${how} ${commits[index]?.revision ?? 'no such lease'}` };
}

function lifeLines(
  { from, to, rounds, states, outages, expectations, testimony }: Life,
  lease: string,
): Line[] {
  return [
    { at: from, text: 'did    judge starts' },
    { at: to, text: 'did    judge is killed' },
    ...testimony.blindness.flatMap((blind) => [
      { at: blind.from, text: '  shown nothing from here' },
      { at: blind.to, text: '  shown a watch again' },
    ]),
    ...states
      .filter((each) => each.lease === lease)
      .map(({ at, to: state, why }) => ({ at, text: `    said ${state}: ${why}` })),
    ...outages
      .filter(({ node }) => lease === `kube-node-lease/${node}`)
      .map(({ at, step, traceId, end = 'open' }) => ({
        at,
        text: `    said outage ${traceId.slice(0, 6)} ${step}: ${end}`,
      })),
    ...expectations
      .filter((each) => each.lease === lease)
      .map(({ at, to, why }) => ({ at, text: `    said expected ${to}: ${why}` })),
    ...rounds
      .filter((each) => each.lease === lease)
      .map((each) => ({ at: each.at, text: `    said round ${roundText(each)}` })),
  ];
}

function roundText(each: Life['rounds'][number]): string {
  const {
    step,
    traceId,
    cause,
    outcome = 'open',
    uncertain,
    predecessor,
    successor,
    gapMs,
    leaderlessMs,
  } = each;
  const mark = uncertain ? ', uncertain' : '';
  const times = `gap ${(gapMs / 1000).toFixed(3)} s, leaderless ${(leaderlessMs / 1000).toFixed(3)} s`;
  return `${traceId.slice(0, 6)} ${step}: ${cause}, ${outcome}${mark}, ${short(predecessor)} -> ${short(successor)}, ${times}`;
}

function short(text: string): string {
  return text.slice(0, shownHolder);
}
