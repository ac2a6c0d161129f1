import type { LeasePolicy } from '../../exporter/model/policy.ts';
import type { Chronicle } from './arena.ts';
import type { ExpectationVerdict, Life } from './life.ts';
import { wasBlind } from './sightings.ts';
import type { Fault } from './stale.ts';
import { type Tenure, type TenureEnd, tenuresOf } from './tenures.ts';
import { isTroubled, isUnder } from './trouble.ts';

const graceMs = 30_000;
const verdictMs = 1000;
/** In such weather news of a lease may be late by so much without a trace in the testimony. */
const lateMs = 30_000;
const hiding: readonly string[] = ['watch cache lag', 'watch half open', 'judge paused'];
/** A watch that is half open is noticed only after a while. */
const noticedMs = 240_000;

/** Nobody ever creates it. */
const neverThere = 'never-there';
const expected: readonly string[] = [neverThere, 'election-0', 'election-1'];

/** What the configuration of the judge expects to be held. */
export const policies: readonly LeasePolicy[] = expected.map((name, index) => ({
  ...{ about: 'leases', path: `policies[${index}]`, match: { namespace: 'default', name, labels: {} } },
  ...{
    expect: 'held',
    graceMs,
    severity: undefined,
    team: undefined,
    lateAfterMs: undefined,
    leftoverAfterMs: undefined,
  },
  ...{ ignore: false, class: undefined },
}));

export interface ExpectationReport {
  readonly found: number;
  readonly missed: readonly Fault[];
  readonly spurious: readonly Fault[];
}

interface Absence {
  readonly from: number;
  readonly to: number;
}

/** For how long nobody held what was expected to be held, and what was told of it. */
export function compareExpectations(chronicle: Chronicle): ReadonlyMap<string, ExpectationReport> {
  return new Map(expected.map((name) => [`default/${name}`, compareLease(chronicle, `default/${name}`)]));
}

function compareLease(chronicle: Chronicle, lease: string): ExpectationReport {
  const { lives, endedAt, history } = chronicle;
  const commits = (history.get(lease) ?? []).filter(({ at }) => at <= endedAt);
  const absences = absencesOf(tenuresOf(commits, endedAt), endedAt);
  const told = lives.flatMap(({ expectations }) =>
    expectations.filter((each) => each.lease === lease && each.to === 'absent'),
  );
  const required = absences.flatMap((absence) =>
    lives.filter((life) => isEvident(absence, life, chronicle)).map((life) => ({ absence, life })),
  );
  const missed = required.filter(
    ({ absence, life }) =>
      !life.expectations.some((each) => each.lease === lease && isTrue(each, absence, chronicle)),
  );
  return {
    found: required.length - missed.length,
    missed: missed.map(({ absence }) => ({ at: absence.from + graceMs, why: 'its absence was not told' })),
    spurious: told
      .filter((verdict) => !absences.some((absence) => isTrue(verdict, absence, chronicle)))
      .map(({ at, why }) => ({ at, why: `told absent: ${why}` })),
  };
}

/** Nobody is named as the holder: who let it run out is, and pages by itself. */
function absencesOf(tenures: readonly Tenure[], endedAt: number): readonly Absence[] {
  let from = 0;
  const absences: Absence[] = [];
  for (const { writes, end } of tenures) {
    absences.push({ from, to: writes[0].at });
    from = nobodyFrom(end);
  }
  absences.push({ from, to: Number.POSITIVE_INFINITY });
  return absences.filter((each) => each.from + graceMs < Math.min(each.to, endedAt));
}

function nobodyFrom(end: TenureEnd | undefined): number {
  if (end?.how === 'released' || end?.how === 'deleted') return end.at;
  const after = end?.how === 'expired' ? end.after : undefined;
  return after !== undefined && (after.spec?.holder ?? '') === '' ? after.at : Number.POSITIVE_INFINITY;
}

function isTrue({ at }: ExpectationVerdict, { from, to }: Absence, { almanac }: Chronicle): boolean {
  const hidden = hiding.some((weather) => isUnder(almanac, weather, at - noticedMs, at));
  return from + graceMs <= at && at <= to + (hidden ? noticedMs : verdictMs);
}

/** This life could see, all the time, and long enough. */
function isEvident({ from, to }: Absence, life: Life, { almanac, endedAt }: Chronicle): boolean {
  const sighted = life.testimony.blindness.find((blind) => blind.to > Math.max(from, life.from))?.to ?? from;
  const begin = Math.max(from, sighted);
  const up = begin + graceMs + lateMs + verdictMs;
  if (up > Math.min(to, life.to, endedAt)) return false;
  return !wasBlind(life, begin, up) && !isTroubled(almanac, from, up);
}
