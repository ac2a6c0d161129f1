import type { Chronicle } from './arena.ts';
import { forgotten } from './cast.ts';
import type { LeaseReport } from './compare.ts';
import type { Commit } from './history.ts';
import type { StateVerdict } from './life.ts';
import { nextAfter, type Watcher } from './sightings.ts';
import { isNaming, lastWrite, type Tenure } from './tenures.ts';
import { isTroubled } from './trouble.ts';

/** A verdict `expired` that was not true, or a true expiry without one. */
export interface Fault {
  readonly at: number;
  readonly why: string;
}

export interface StaleReport {
  readonly falseStale: readonly Fault[];
  readonly missedStale: readonly Fault[];
  /** From the moment when the judge's own clock said that the time was up to its verdict, in ms. */
  readonly delaysMs: readonly number[];
}

/** Longest time that a verdict may take: the read included. */
const verdictMs = 1000;
/** A read that is under way when the weather clears may still fail, and is tried again after a pause. */
const readMs = 8000;

interface Span {
  readonly from: number;
  /** When a record was written again, or infinite. */
  readonly to: number;
}

interface Expiry extends Span {
  readonly tenure: Tenure;
}

export function compareStates(chronicle: Chronicle, report: LeaseReport): StaleReport {
  const expiries = expiriesOf(report);
  const stale = [...expiries, ...emptyNamings(report)];
  const falseStale = chronicle.lives.flatMap(({ states }) =>
    states
      .filter(({ lease, to }) => lease === report.lease && to === 'expired')
      .filter((verdict) => !stale.some((span) => isTrue(verdict, span)))
      .map(({ at, why }) => ({ at, why: `said expired: ${why}` })),
  );
  const missedStale: Fault[] = [];
  const delaysMs: number[] = [];
  for (const expiry of expiries) {
    for (const watcher of report.watchers) {
      const delay = delayOf(chronicle, report, expiry, watcher);
      if (delay === 'missed') missedStale.push({ at: expiry.from, why: 'never said expired' });
      else if (delay !== undefined) delaysMs.push(delay);
    }
  }
  return { falseStale, missedStale, delaysMs };
}

/** Of two years ago is nothing that anybody should hear of. */
function expiriesOf({ tenures, commits }: LeaseReport): readonly Expiry[] {
  return tenures.flatMap((tenure) => {
    if (tenure.end?.how !== 'expired' || tenure.holder === forgotten) return [];
    const last = lastWrite(tenure).revision;
    const next = commits.find(
      ({ revision, spec }) => revision > last && spec?.text !== lastWrite(tenure).spec?.text,
    );
    return [{ tenure, from: tenure.end.at, to: next?.at ?? Number.POSITIVE_INFINITY }];
  });
}

/** The controller of a coordinated election named somebody who did not write in the time for it: nobody leads. */
function emptyNamings({ commits, tenures }: LeaseReport): readonly Span[] {
  const writes = new Set(tenures.flatMap((tenure) => tenure.writes));
  const spans: Span[] = [];
  let before: Commit | undefined;
  let from: number | undefined;
  for (const commit of commits) {
    const { spec, at } = commit;
    const isChange = spec?.text !== before?.spec?.text;
    if (isChange && from !== undefined) spans.push({ from, to: at });
    if (isChange && (spec === undefined || spec.holder === '' || writes.has(commit))) from = undefined;
    else if (isNaming(before, commit)) from ??= at + (spec?.durationSeconds ?? 0) * 1000;
    before = commit;
  }
  return from === undefined ? spans : [...spans, { from, to: Number.POSITIVE_INFINITY }];
}

/** True at the read that proved it, which was a moment before the verdict. */
function isTrue({ at }: StateVerdict, { from, to }: Span): boolean {
  return from <= at && to >= at - verdictMs;
}

function delayOf(
  chronicle: Chronicle,
  { commits, lease }: LeaseReport,
  { tenure, from, to }: Expiry,
  watcher: Watcher,
): number | 'missed' | undefined {
  const { life, sightings, seen } = watcher;
  const last = commits.indexOf(lastWrite(tenure));
  const shown = seen.get(last) ?? sightings.find(({ index, how }) => how === 'list' && index === last)?.at;
  if (shown === undefined) return undefined;
  const up = timeUp(life, shown, (lastWrite(tenure).spec?.durationSeconds ?? 0) * 1000);
  const next = nextAfter(watcher, last, shown)?.at ?? Number.POSITIVE_INFINITY;
  const said = life.states.find(
    (each) => each.lease === lease && each.to === 'expired' && each.at >= from && each.at <= next,
  );
  if (isTroubled(chronicle.almanac, up - readMs, up + 2 * verdictMs)) return undefined;
  if (said !== undefined) return Math.max(0, said.at - up);
  const over = Math.min(next, to, life.to, chronicle.endedAt);
  return over > up + verdictMs ? 'missed' : undefined;
}

/** A judge that was blind, or went blind before the read was back, waits for one whole duration from when it sees again. */
function timeUp({ testimony }: Watcher['life'], shown: number, durationMs: number): number {
  let start = shown;
  for (const blind of testimony.blindness) {
    if (blind.from < start + durationMs + verdictMs && blind.to > start) start = Math.max(start, blind.to);
  }
  return start + durationMs;
}
