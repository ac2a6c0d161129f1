import type { Result } from './compare.ts';
import { uncovered } from './coverage.ts';
import { judged } from './run.ts';
import type { Tally, Wrong } from './score.ts';

/** The last line of standard output. Times in milliseconds. */
export interface Summary {
  readonly rounds: number;
  readonly found: number;
  readonly uncertain: number;
  readonly uncertain_unjustified: number;
  readonly spurious: number;
  readonly wrong_cause: number;
  readonly wrong_outcome: number;
  readonly false_stale: number;
  readonly missed_stale: number;
  readonly overlaps_true: number;
  readonly overlaps_found: number;
  readonly overlaps_spurious: number;
  readonly overlaps_invisible: number;
  /** Silences of nodes beyond the grace period that were to be told, or were told rightly. */
  readonly outages_true: number;
  readonly outages_found: number;
  readonly outages_spurious: number;
  readonly outages_wrong_end: number;
  /** Counts of missed rounds that are not what the record tells. */
  readonly missed_rounds_wrong: number;
  /** Times in which nobody held what a policy expects to be held, for longer than its grace. */
  readonly absences_true: number;
  readonly absences_found: number;
  readonly absences_spurious: number;
  /** Numbers of candidates of coordinated elections that were told at the end of a round. */
  readonly candidates_right: number;
  readonly candidates_wrong: number;
  readonly gap_error_p99_ms: number;
  readonly leaderless_error_p99_ms: number;
  readonly detection_delay_p99_ms: number;
}

export function summarise(tally: Tally): Summary {
  const results = (result: Result) => tally.counted.filter((each) => each.result === result).length;
  const wrongs = (what: Wrong['what']) => tally.wrongs.filter((each) => each.what === what).length;
  return {
    rounds: judged(tally),
    found: results('found'),
    uncertain: results('uncertain'),
    uncertain_unjustified: results('uncertain unjustified'),
    spurious: wrongs('spurious'),
    wrong_cause: results('wrong cause'),
    wrong_outcome: results('wrong outcome'),
    false_stale: wrongs('false stale'),
    missed_stale: wrongs('missed stale'),
    overlaps_true: tally.overlaps.found + tally.overlaps.missed,
    overlaps_found: tally.overlaps.found,
    overlaps_spurious: wrongs('overlap spurious'),
    overlaps_invisible: tally.overlaps.invisible,
    outages_true: tally.outages.found + tally.outages.missed,
    outages_found: tally.outages.found,
    outages_spurious: wrongs('outage spurious'),
    outages_wrong_end: wrongs('outage ended wrongly'),
    missed_rounds_wrong: wrongs('missed rounds'),
    absences_true: tally.absences.found + tally.absences.missed,
    absences_found: tally.absences.found,
    absences_spurious: wrongs('absence spurious'),
    candidates_right: tally.standing.right,
    candidates_wrong: wrongs('candidates'),
    gap_error_p99_ms: p99(tally.gapErrorsMs),
    leaderless_error_p99_ms: p99(tally.leaderlessErrorsMs),
    detection_delay_p99_ms: p99(tally.detectionDelaysMs),
  };
}

/** Of fewer rounds nobody expects every storm. */
const enoughRounds = 10_000;

/** A goal that was missed, in words. */
export function missedGoals(summary: Summary, tally: Tally): readonly string[] {
  const zeros = [
    'spurious',
    'false_stale',
    'missed_stale',
    'wrong_cause',
    'wrong_outcome',
    'overlaps_spurious',
    'uncertain_unjustified',
    'outages_spurious',
    'outages_wrong_end',
    'missed_rounds_wrong',
    'absences_spurious',
    'candidates_wrong',
  ] as const;
  const { rounds, found, uncertain, overlaps_true, overlaps_found, detection_delay_p99_ms } = summary;
  return [
    ...zeros.filter((key) => summary[key] > 0).map((key) => `${key} is ${summary[key]}, not 0`),
    ...(found + uncertain === rounds
      ? []
      : [`found + uncertain is ${found + uncertain} of ${rounds} rounds`]),
    ...(overlaps_found === overlaps_true ? [] : [`overlaps_found is ${overlaps_found} of ${overlaps_true}`]),
    ...(summary.outages_found === summary.outages_true
      ? []
      : [`outages_found is ${summary.outages_found} of ${summary.outages_true}`]),
    ...(summary.absences_found === summary.absences_true
      ? []
      : [`absences_found is ${summary.absences_found} of ${summary.absences_true}`]),
    ...(detection_delay_p99_ms <= 1000 ? [] : [`detection_delay_p99_ms is ${detection_delay_p99_ms}`]),
    ...(rounds < enoughRounds ? [] : uncovered(tally.coverage).map((name) => `never there: ${name}`)),
    ...(p99(tally.excessMs) <= 1
      ? []
      : ['a gap or a leaderless time is wrong by more than its observation delay']),
  ];
}

function p99(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const value = sorted[Math.ceil(sorted.length * 0.99) - 1] ?? 0;
  return Math.round(value * 10) / 10;
}
