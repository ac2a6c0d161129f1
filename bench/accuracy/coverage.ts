import type { Chronicle } from './arena.ts';
import { forgotten } from './cast.ts';
import type { LeaseReport } from './compare.ts';
import type { TrueCause, TrueOutcome } from './rounds.ts';
import { coordinatedSettings, type Setting, settings } from './settings.ts';
import { wayOf } from './tenures.ts';

/** How often each storm that a judge must stand was there, by its name. */
export type Coverage = Map<string, number>;

const longSkewMs = 1_800_000;

type Count = (chronicle: Chronicle, reports: readonly LeaseReport[]) => number;

/** What a judge meets in the field. Counted is what happened, not what was meant to. */
const storms: readonly (readonly [string, Count])[] = [
  ['crash', struck('crash')],
  ['hang and wake', struck('hang and wake')],
  ['release', rounds('released', 'elected')],
  ['release after failed renewals', struck('release after failed renewals')],
  ['partitioned ex-leader blanks its successor', (_, reports) => reports.reduce(sumOf(blanks), 0)],
  ['deleted, made again by the same holder', rounds('deleted', 'recreated')],
  ['deleted, made again by another one', rounds('deleted', 'elected')],
  ['deleted for good', rounds('deleted', 'abandoned')],
  ['steal', rounds('taken', 'elected')],
  ['hand edit', struck('hand edit of the holder', 'hand edit to nobody', 'hand edit of the duration')],
  ['rolling upgrade with a release', struckWhere('rolling upgrade', ({ releases }) => releases)],
  ['rolling upgrade without a release', struckWhere('rolling upgrade', ({ releases }) => !releases)],
  ['drain', struck('machine drained')],
  ['reboot', struck('machine rebooted')],
  ['autoscaler', struck('machine taken by the autoscaler')],
  ['clock of a holder wrong by more than half an hour', (_, reports) => reports.reduce(sumOf(skewed), 0)],
  ['our own clock jumps', struck("judge's clock jumps")],
  ['API outage', struck('API outage')],
  ['slow etcd', struck('slow etcd')],
  ['watch cache lag', struck('watch cache lag')],
  ['our own process stands still', struck('judge paused')],
  ['watch gap', struck('watches broken', 'judge cut off', 'watch gap with compaction', 'watch half open')],
  ['compaction', struck('compaction', 'watch gap with compaction')],
  ['renewal just inside the limit', struck('renewal just inside the limit')],
  ['renewal just outside the limit', struck('renewal just outside the limit')],
  ['restart in the middle of a round', struck('judge restarted in a round')],
  ['restart without the checkpoint during an outage', newLives('judge restarted in an outage')],
  ['mass silence', struck('every elector cut off')],
  [
    'leftover of two years ago that is elected over again',
    (_, reports) => reports.reduce(sumOf(leftovers), 0),
  ],
  ['coordinated handover', rounds('coordinated', 'elected')],
  ...settings.map((setting) => [`setting ${setting.name}`, roundsOf(setting)] as const),
  ...coordinatedSettings.map((setting) => [`coordinated ${setting.name}`, roundsOf(setting)] as const),
];

export function newCoverage(): Coverage {
  return new Map(storms.map(([name]) => [name, 0]));
}

/** Adds what one virtual cluster went through. */
export function cover(coverage: Coverage, chronicle: Chronicle, reports: readonly LeaseReport[]): void {
  for (const [name, count] of storms)
    coverage.set(name, (coverage.get(name) ?? 0) + count(chronicle, reports));
}

/** Storms that never came: the numbers say nothing of them. */
export function uncovered(coverage: Coverage): readonly string[] {
  return [...coverage].filter(([, times]) => times === 0).map(([name]) => name);
}

function struck(...names: readonly string[]): Count {
  return ({ ledger }) => ledger.filter(({ kind, who }) => kind === 'struck' && names.includes(who)).length;
}

function struckWhere(name: string, holds: (setting: Setting) => boolean): Count {
  return ({ ledger, settings: of }) =>
    ledger.filter(({ kind, who, lease }) => {
      const setting = lease === undefined ? undefined : of.get(lease);
      return kind === 'struck' && who === name && setting !== undefined && holds(setting);
    }).length;
}

function rounds(cause: TrueCause, outcome: TrueOutcome): Count {
  return (_, reports) =>
    reports
      .flatMap(({ comparisons }) => comparisons)
      .filter(({ round }) => round.cause === cause && round.outcome === outcome).length;
}

function roundsOf(setting: Setting): Count {
  return ({ settings: of }, reports) =>
    reports.filter(({ lease }) => of.get(lease) === setting).flatMap(({ comparisons }) => comparisons).length;
}

/** Lives without the memory of those before them that began in some weather. */
function newLives(weather: string): Count {
  return ({ lives, almanac }) =>
    lives.filter(({ from }) => almanac.get(weather)?.some((span) => span.from <= from && from <= span.to))
      .length;
}

function sumOf(count: (report: LeaseReport) => number) {
  return (sum: number, report: LeaseReport): number => sum + count(report);
}

function blanks({ tenures }: LeaseReport): number {
  const blanked = tenures.flatMap(({ end, holder }) =>
    end?.how === 'released' && end.by !== undefined ? [{ writer: end.by.writer, holder }] : [],
  );
  return blanked.filter(({ writer, holder }) => writer !== holder && !writer.startsWith('kubectl')).length;
}

function skewed({ commits }: LeaseReport): number {
  const wrong = commits.filter(
    (commit) => commit.spec?.holder === commit.writer && Math.abs(wayOf(commit)) > longSkewMs,
  );
  return new Set(wrong.map(({ writer }) => writer)).size;
}

function leftovers({ tenures }: LeaseReport): number {
  return tenures.some(({ holder }) => holder === forgotten) && tenures.length > 1 ? 1 : 0;
}
