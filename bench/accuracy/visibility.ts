import type { Almanac } from './almanac.ts';
import type { Dates } from './dates.ts';
import type { Commit } from './history.ts';
import type { RoundVerdict } from './life.ts';
import type { TrueRound } from './rounds.ts';
import { type Sighting, sightAfter, type Watcher, wasBlind } from './sightings.ts';
import { firstWrite, lastWrite } from './tenures.ts';
import { isTroubled } from './trouble.ts';

/** How much of a round the judge was given to see. */
export interface Visibility {
  /** It must be reported: what was seen before and after cannot be the same term of office. */
  readonly evident: boolean;
  /** All of it was seen by a life that was never blind and never late: there is nothing to be unsure of. */
  readonly clear: boolean;
  /** And all since `readFrom`: who else may have given the lease up was to be known. */
  readonly clearSince: boolean;
  /**
   * For the judge the round before goes on: it did not see its last holder renew, or nobody had the lease for long
   * enough, but not since the judge heard of it.
   */
  readonly goesOn: boolean;
  /** The life that told of it had seen something before the term of its predecessor. */
  knewPredecessor(verdict: RoundVerdict): boolean;
  /** Longest time from a write to its arrival, in ms; infinite when one did not arrive by itself. */
  readonly delayMs: number;
  /** How long the last write of the predecessor may have been under way, as far as others vouch for the watch (ms). */
  readonly blurMs: number;
}

/** News that took longer is late: nobody can say whether more is under way. */
const promptMs = 1000;
const graceMs = 1000;
const abandonedAfterMs = 600_000;

export function visibilityOf(
  round: TrueRound,
  commits: readonly Commit[],
  watchers: readonly Watcher[],
  almanac: Almanac,
  dates: Dates,
): Visibility {
  const span = spanOf(round, commits);
  const delayMs = Math.min(...watchers.map((watcher) => delayOf(watcher, commits, span)));
  const knewPredecessor = (verdict: RoundVerdict) => {
    const watcher = watchers.find(({ life }) => life.rounds.includes(verdict));
    const first = watcher?.sightings.find(({ index }) => commits[index]?.spec !== undefined);
    return first !== undefined && first.index < span.begin;
  };
  const clear = watchers.some(
    (watcher) => isClear(watcher, commits, span) && !isBlankedAfterLateNews(watcher, round, commits, span),
  );
  return {
    evident: isEvident(round, commits, watchers, almanac, span, clear),
    clear,
    clearSince: watchers.some((watcher) => isClear(watcher, commits, readSpan(round, commits, span))),
    goesOn:
      heardLate(round, commits, watchers) ||
      !watchers.some((watcher) => wasOver(watcher, round, commits, span)),
    delayMs,
    blurMs: Math.min(...watchers.map((watcher) => blurOf(watcher, commits, span, dates))),
    knewPredecessor,
  };
}

/** Whether the round was over in which the predecessor had come: it was there at first sight, or was seen to renew. */
function wasOver(
  { sightings }: Watcher,
  { predecessor }: TrueRound,
  commits: readonly Commit[],
  { begin, from }: Span,
): boolean {
  if (predecessor === undefined) return true;
  const first = sightings.findIndex(({ index }) => index >= begin && index <= from);
  if (first < 1) return first === 0;
  const terms = sightings.filter(({ index }) => index >= begin && index <= from);
  const renewTimes = new Set(terms.map(({ index }) => commits[index]?.spec?.renewTime));
  return renewTimes.size > 1;
}

function heardLate(
  { cause, attempts }: TrueRound,
  commits: readonly Commit[],
  watchers: readonly Watcher[],
): boolean {
  const created = attempts[0]?.writes[0];
  if (cause !== 'created' || created === undefined) return false;
  const deletion = commits.indexOf(created) - 1;
  const heard = watchers.flatMap(
    ({ sightings }) => sightings.find(({ index }) => index === deletion)?.at ?? [],
  );
  return deletion >= 0 && created.at - Math.min(...heard) < abandonedAfterMs;
}

/** Indices of commits: the predecessor's first and last write, the acquisition, what settled it, the last of its holder. */
interface Span {
  readonly begin: number;
  readonly from: number;
  readonly acquisition: number;
  readonly settled: number;
  readonly last: number;
}

function spanOf(
  { predecessor, attempts, acquisition, settled }: TrueRound,
  commits: readonly Commit[],
): Span {
  const indexOf = (commit: Commit | undefined) => (commit === undefined ? -1 : commits.indexOf(commit));
  const first = attempts[0];
  const final = attempts.at(-1);
  const at = indexOf(acquisition);
  return {
    begin: indexOf(predecessor === undefined ? first?.writes[0] : firstWrite(predecessor)),
    from: predecessor === undefined ? indexOf(first?.writes[0]) : indexOf(lastWrite(predecessor)),
    acquisition: at,
    settled: indexOf(settled),
    last: final === undefined ? at : indexOf(lastWrite(final)),
  };
}

function readSpan({ readFrom }: TrueRound, commits: readonly Commit[], span: Span): Span {
  const from = readFrom === undefined ? span.from : commits.indexOf(readFrom);
  return { ...span, from: Math.min(from, span.from) };
}

function isEvident(
  round: TrueRound,
  commits: readonly Commit[],
  watchers: readonly Watcher[],
  almanac: Almanac,
  span: Span,
  clear: boolean,
): boolean {
  if (round.outcome === 'abandoned')
    return watchers.some((watcher) => sawAbandoned(watcher, round, commits, span, almanac));
  // A holder that came back by itself left no trace but the time, which only prompt news and a read can prove.
  if (isReturn(round))
    return (
      clear &&
      !isForAMoment(round) &&
      !isTroubled(almanac, round.opened - graceMs, round.opened + 2 * graceMs)
    );
  return watchers.some((watcher) => showsAnother(round, watcher, commits, span));
}

/** It was back before any read could prove that it had been away. */
function isForAMoment({ doubts }: TrueRound): boolean {
  return doubts.includes('expired for a moment');
}

/** The same holder all along: of one that created the lease, only when it was lost and came back. */
function isReturn({ predecessor, attempts }: TrueRound): boolean {
  const [first, ...others] = predecessor === undefined ? attempts : [predecessor, ...attempts];
  const same = others.every(({ holder, uid }) => holder === first?.holder && uid === first.uid);
  return same && others.length > 0;
}

function showsAnother(round: TrueRound, watcher: Watcher, commits: readonly Commit[], span: Span): boolean {
  const { sightings } = watcher;
  const { acquisition, settled, last } = span;
  const first = sightings.findIndex(({ index }) => index >= acquisition);
  const before = sightings[first - 1];
  const after = sightings.slice(first).filter(({ index }) => index >= acquisition && index <= last);
  if (first < 1 || before === undefined || after.length === 0) return false;
  // Who saw nobody else before takes this one for the first. Whom it saw last, the predecessor or one before, is no matter.
  const to = commits[acquisition];
  const isOther = ({ index }: Sighting) => {
    const { uid, spec } = commits[index] ?? {};
    return (spec?.holder ?? '') !== '' && (uid !== to?.uid || spec?.holder !== to?.spec?.holder);
  };
  if (!sightings.slice(0, first).some(isOther) && round.predecessor !== undefined) return false;
  // One that makes its lease again ends a round at once, unless the one before goes on.
  if (settled === acquisition && !wasOver(watcher, round, commits, span)) return false;
  // What a read or a list was ahead of is old news when the watch brings it.
  const itself = after[0]?.index === acquisition && after[0].how !== 'list';
  if (itself) return after.some(({ index }) => index >= settled);
  const from = commits[before.index];
  const same = from?.uid === to?.uid && from?.spec?.holder === to?.spec?.holder;
  const newest = after[0]?.index ?? 0;
  // Whoever did not know the one before cannot know either that this is another one.
  return from?.spec !== undefined && !same && after.some(({ index }) => index > newest);
}

/** A judge counts the time of nobody from when it heard of the deletion. Whether it is over, it must see. */
function sawAbandoned(
  { life, sightings }: Watcher,
  { predecessor, attempts }: TrueRound,
  commits: readonly Commit[],
  { begin, from }: Span,
  almanac: Almanac,
): boolean {
  const deletion = [predecessor, ...attempts].findLast((tenure) => tenure?.end?.by !== undefined)?.end?.by;
  if (deletion === undefined) return false;
  const knew = sightings.some(({ index, at }) => index <= from && index >= begin && at < deletion.at);
  const gone = commits.indexOf(deletion);
  const heard = sightings.find(({ index }) => index >= gone)?.at;
  const again = commits[gone + 1]?.at ?? Number.POSITIVE_INFINITY;
  return (
    knew &&
    heard !== undefined &&
    Math.min(life.to, again) > sightAfter(life, heard + abandonedAfterMs) + graceMs &&
    !isTroubled(almanac, heard + abandonedAfterMs - graceMs, heard + abandonedAfterMs + graceMs)
  );
}

function isClear({ life, sightings, watched }: Watcher, commits: readonly Commit[], span: Span): boolean {
  const { from, acquisition, settled } = span;
  if ((sightings[0]?.index ?? from) >= from || settled < 0) return false;
  for (let index = from; index <= settled; index++) {
    const at = watched.get(index);
    // Nothing depends on when the write came that settles it.
    const isLate = at === undefined || at - (commits[index]?.at ?? 0) > promptMs;
    if (at === undefined || (isLate && index <= acquisition)) return false;
  }
  return !wasBlind(life, commits[from]?.at ?? 0, watched.get(settled) ?? 0);
}

/** Within one duration of the news of a takeover that came late: when the ex-leader's time was up nobody can say. */
function isBlankedAfterLateNews(
  { sightings, watched }: Watcher,
  { predecessor }: TrueRound,
  commits: readonly Commit[],
  { begin }: Span,
): boolean {
  const taken = commits[begin];
  if (predecessor?.end?.how !== 'released' || taken === undefined) return false;
  const heard = watched.get(begin) ?? sightings.find(({ index }) => index >= begin)?.at ?? taken.at;
  const durationMs = (taken.spec?.durationSeconds ?? 0) * 1000;
  return heard - taken.at > promptMs && predecessor.end.at - heard <= durationMs;
}

function blurOf(
  { life, watched }: Watcher,
  commits: readonly Commit[],
  { from }: Span,
  dates: Dates,
): number {
  const at = watched.get(from);
  if (at === undefined) return Number.POSITIVE_INFINITY;
  return Math.max(0, (commits[from]?.at ?? 0) - dates.notBefore(life, at));
}

function delayOf({ watched }: Watcher, commits: readonly Commit[], span: Span): number {
  let longest = 0;
  for (let index = span.from; index <= span.acquisition; index++) {
    const at = watched.get(index);
    if (at === undefined) return Number.POSITIVE_INFINITY;
    longest = Math.max(longest, at - (commits[index]?.at ?? 0));
  }
  return longest;
}
