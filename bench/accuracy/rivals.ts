import type { Commit } from './history.ts';
import { handWriter } from './team.ts';
import { firstWrite, lastWrite, type Tenure } from './tenures.ts';

/** Who a blank of a lease may be from, beside its holder, for whoever has read every record and no mind. */
export interface Rivals {
  /** Whether one who lost the lease without giving it up may have blanked it in the time of this tenure. */
  mayHaveBlanked(tenure: Tenure): boolean;
  /** The write with which to begin reading, to know whether there are such. */
  readFrom(tenure: Tenure): Commit;
}

/** Whoever lost a lease that nobody made again for so long comes back to no lease of its own. */
const abandonedAfterMs = 600_000;
/** Of a blank whose dates contradict their receipts: whoever that is, it is not the next holder. */
const somebody = 'somebody';
/** A blank that came so soon after the expiry came in the moment in which no read can prove that. */
const momentMs = 1000;

/**
 * Whoever gives its lease up ends with that. Whoever loses it in another way goes on, and may blank its successor as
 * soon as its network or its process is back: within one duration of the takeover nobody can tell. `isStrange`: the
 * dates of a tenure contradict their receipts, so that whose blank it was does not show.
 */
export function rivalsOf(tenures: readonly Tenure[], isStrange: (tenure: Tenure) => boolean): Rivals {
  const rivals = new Map<Tenure, ReadonlySet<string>>();
  const begins = new Map<Tenure, Tenure>();
  let left: ReadonlySet<string> = new Set();
  let begin: Tenure | undefined;
  for (const tenure of tenures) {
    if (tenure.absentMs >= abandonedAfterMs) left = new Set();
    const own = new Set([...left].filter((holder) => holder !== tenure.holder));
    rivals.set(tenure, own);
    begins.set(tenure, begin ?? tenure);
    const strange = gaveUp(tenure) ? isStrange(tenure) : isBlankedByAnother(tenure);
    const goesOn = !gaveUp(tenure) || strange || (isShort(tenure) && own.size > 0);
    left = new Set([
      ...(isShort(tenure) && goesOn ? own : []),
      ...(goesOn ? [tenure.holder] : []),
      ...(strange ? [somebody] : []),
    ]);
    // Of one that held the lease for longer than that, nothing of what was before matters.
    if (!isShort(tenure) || begin === undefined) begin = tenure;
  }
  return {
    mayHaveBlanked: (tenure) => (rivals.get(tenure)?.size ?? 0) > 0 && isShort(tenure),
    readFrom(tenure) {
      if (!isShort(tenure)) return lastWrite(tenure);
      const begin = begins.get(tenure) ?? tenure;
      // Whoever heard late of its takeover counts the duration from then.
      return isShort(begin, 3) ? firstWrite(begin) : lastWrite(begin);
    },
  };
}

/** Whoever did that has ended; but who it was, and so whether others are left, does not show. */
function isBlankedByAnother({ holder, end }: Tenure): boolean {
  const by = end?.how === 'released' ? end.by : undefined;
  return by !== undefined && by.writer !== holder && !isByHand(by);
}

function gaveUp({ holder, end }: Tenure): boolean {
  const blank = end?.how === 'released' ? end.by : end?.after;
  return blank?.spec?.holder === '' && blank.writer === holder;
}

/** It ended within one duration of its takeover, or within so many. */
function isShort(tenure: Tenure, durations = 1): boolean {
  const { at, spec } = firstWrite(tenure);
  return tenure.end === undefined || tenure.end.at - at <= (spec?.durationSeconds ?? 0) * 1000 * durations;
}

/** The write that left nobody in the place of a holder, in its time or in the moment when that was up. */
export function blankOf({ end }: Tenure): Commit | undefined {
  if (end?.how === 'released') return end.by;
  const { after } = end ?? {};
  const atOnce = after !== undefined && end !== undefined && after.at - end.at <= momentMs;
  return atOnce && after.spec?.holder === '' ? after : undefined;
}

/** The record of a blank names the hand that wrote it: there is nothing to be unsure of. */
export function isByHand({ writer }: Commit): boolean {
  return writer === handWriter;
}
