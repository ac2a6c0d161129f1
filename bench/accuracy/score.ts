import type { Chronicle } from './arena.ts';
import { type Comparison, compareLease, type LeaseReport, type Result } from './compare.ts';
import { compareMissed } from './compare-missed.ts';
import { compareNode } from './compare-nodes.ts';
import { compareOverlaps } from './compare-overlaps.ts';
import { type Coverage, cover, newCoverage } from './coverage.ts';
import { compareExpectations } from './expectations.ts';
import type { RoundVerdict } from './life.ts';
import { compareStates, type Fault } from './stale.ts';
import { compareStanding } from './standing.ts';

/** Something that must not have happened, with where to look. */
export interface Wrong {
  readonly what:
    | Result
    | 'spurious'
    | 'false stale'
    | 'missed stale'
    | 'overlap spurious'
    | 'overlap missed'
    | 'outage spurious'
    | 'outage missed'
    | 'outage ended wrongly'
    | 'missed rounds'
    | 'absence spurious'
    | 'absence missed'
    | 'candidates';
  readonly why: string;
  readonly at: number;
  readonly report: LeaseReport;
  readonly chronicle: Chronicle;
  /** What struck last. */
  readonly storm: string;
  readonly weather: string;
}

/** One true round, counted. */
export interface Counted {
  readonly kind: 'coordinated elections' | 'other elections';
  readonly storm: string;
  readonly weather: string;
  readonly result: Result;
}

export interface Tally {
  readonly counted: Counted[];
  readonly wrongs: Wrong[];
  /** Of rounds that were seen in time and found: how far the told times are from the true ones, in ms. */
  readonly gapErrorsMs: number[];
  readonly leaderlessErrorsMs: number[];
  /** Of every round that was found: how far beyond the time that the news of this very round took to arrive. */
  readonly excessMs: number[];
  readonly detectionDelaysMs: number[];
  /** Invisible ones left no record: two leaders by their own belief, and nobody outside can know. */
  readonly overlaps: { found: number; missed: number; invisible: number };
  /** Of nodes. */
  readonly outages: { found: number; missed: number };
  /** Of leases that are expected to be held. */
  readonly absences: { found: number; missed: number };
  /** Numbers of candidates that were told, and were true. */
  readonly standing: { right: number };
  /** What the judge had to stand. */
  readonly coverage: Coverage;
}

export function newTally(): Tally {
  return {
    counted: [],
    wrongs: [],
    gapErrorsMs: [],
    leaderlessErrorsMs: [],
    excessMs: [],
    detectionDelaysMs: [],
    overlaps: { found: 0, missed: 0, invisible: 0 },
    outages: { found: 0, missed: 0 },
    absences: { found: 0, missed: 0 },
    standing: { right: 0 },
    coverage: newCoverage(),
  };
}

/** Adds one virtual cluster to the tally. */
export function count(tally: Tally, chronicle: Chronicle): void {
  const struck = strikesOf(chronicle);
  for (const node of chronicle.nodes.keys()) countNode(tally, chronicle, struck, node);
  countAbsences(tally, chronicle, struck);
  const leases = [...chronicle.history.keys()].filter((lease) => !lease.startsWith('kube-node-lease/'));
  const reports = leases.map((lease) => compareLease(chronicle, lease));
  cover(tally.coverage, chronicle, reports);
  for (const report of reports) {
    const { lease } = report;
    const wrong = (what: Wrong['what']) => (fault: Fault) =>
      tally.wrongs.push(wrongOf(what, fault, report, chronicle, struck));
    const kind = chronicle.coordinated.has(lease) ? 'coordinated elections' : 'other elections';
    for (const comparison of report.comparisons) countRound(tally, struck, comparison, kind, wrong);
    report.spurious.map(faultOf).forEach(wrong('spurious'));
    const states = compareStates(chronicle, report);
    states.falseStale.forEach(wrong('false stale'));
    states.missedStale.forEach(wrong('missed stale'));
    for (const delay of states.delaysMs) tally.detectionDelaysMs.push(delay);
    const overlaps = compareOverlaps(chronicle, report);
    overlaps.spurious.forEach(wrong('overlap spurious'));
    overlaps.missed.forEach(wrong('overlap missed'));
    compareMissed(report).forEach(wrong('missed rounds'));
    const standing = compareStanding(chronicle, lease);
    standing.wrong.forEach(wrong('candidates'));
    tally.standing.right += standing.right;
    tally.overlaps.found += overlaps.found;
    tally.overlaps.missed += overlaps.missed.length;
    tally.overlaps.invisible += overlaps.invisible;
  }
}

function countNode(tally: Tally, chronicle: Chronicle, struck: Strikes, node: string): void {
  const { report, found, missed, spurious, wrongEnd } = compareNode(chronicle, node);
  const wrong = (what: Wrong['what']) => (fault: Fault) =>
    tally.wrongs.push(wrongOf(what, fault, report, chronicle, struck));
  missed.forEach(wrong('outage missed'));
  spurious.forEach(wrong('outage spurious'));
  wrongEnd.forEach(wrong('outage ended wrongly'));
  tally.outages.found += found;
  tally.outages.missed += missed.length;
}

function countAbsences(tally: Tally, chronicle: Chronicle, struck: Strikes): void {
  for (const [lease, { found, missed, spurious }] of compareExpectations(chronicle)) {
    const report = compareLease(chronicle, lease);
    const wrong = (what: Wrong['what']) => (fault: Fault) =>
      tally.wrongs.push(wrongOf(what, fault, report, chronicle, struck));
    missed.forEach(wrong('absence missed'));
    spurious.forEach(wrong('absence spurious'));
    tally.absences.found += found;
    tally.absences.missed += missed.length;
  }
}

function wrongOf(
  what: Wrong['what'],
  { at, why }: Fault,
  report: LeaseReport,
  chronicle: Chronicle,
  struck: Strikes,
): Wrong {
  const storm = struck(at, report.lease);
  return { what, why, at, report, chronicle, storm, weather: struck(at, undefined) };
}

function faultOf({ cause, outcome, predecessor, successor, at }: RoundVerdict): Fault {
  return { at, why: `told ${cause}, ${outcome}: ${predecessor} -> ${successor}` };
}

function countRound(
  tally: Tally,
  struck: Strikes,
  comparison: Comparison,
  kind: Counted['kind'],
  wrong: (what: Wrong['what']) => (fault: Fault) => void,
): void {
  const { round, result, why } = comparison;
  const storm = struck(round.opened, round.lease);
  const weather = struck(round.settled?.at ?? round.opened, undefined);
  tally.counted.push({ kind, storm, weather, result });
  if (result === 'found') measure(tally, comparison);
  else if (result !== 'uncertain' && result !== 'unseen') wrong(result)({ at: round.opened, why });
}

/** The last storm before a moment, over a lease or over all. */
type Strikes = (at: number, lease: string | undefined) => string;

function strikesOf({ ledger }: Chronicle): Strikes {
  const strikes = Map.groupBy(
    ledger.filter(({ kind }) => kind === 'struck'),
    ({ lease }) => lease,
  );
  return (at, lease) => strikes.get(lease)?.findLast((each) => each.at.mono <= at)?.who ?? 'none yet';
}

function measure(tally: Tally, { round, verdict, visibility }: Comparison): void {
  const timed = round.outcome === 'elected' || round.outcome === 'resumed';
  if (!timed || round.cause === 'created' || round.doubts.length > 0 || verdict === undefined) return;
  if (visibility.delayMs === Number.POSITIVE_INFINITY) return;
  const gap = Math.abs(verdict.gapMs - round.gapMs);
  const leaderless = Math.abs(verdict.leaderlessMs - round.leaderlessMs);
  // Of what reached the judge minutes late, nobody can ask for more than that.
  if (visibility.clear) {
    tally.gapErrorsMs.push(gap);
    tally.leaderlessErrorsMs.push(leaderless);
  }
  tally.excessMs.push(Math.max(0, Math.max(gap, leaderless) - visibility.delayMs));
}
