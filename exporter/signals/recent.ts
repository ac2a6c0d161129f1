import type { Event, OverlapEvent, Round, RoundFateEvent } from '../model/event.ts';
import type { ModelView } from '../model/view.ts';
import { type RoundJson, roundJson, timeJson } from './json.ts';
import { printable } from './safe-text.ts';

export type RecentRound = RoundJson & { readonly possibleOverlap: OverlapJson | null };
export type OverlapJson = ReturnType<typeof overlapJson>;

export interface RecentRounds {
  observe(event: Event): void;
  /** Open rounds first, then closed ones, the latest first. */
  rounds(): RecentRound[];
}

/** Remembers the last `limit` closed rounds; open ones are read from the view. */
export function createRecentRounds(view: ModelView, limit = 200): RecentRounds {
  const closed: RecentRound[] = [];
  /** Of open rounds, by trace: the latest. */
  const overlaps = new Map<string, OverlapJson>();
  const told = (round: Round): RecentRound => ({
    ...roundJson(round),
    possibleOverlap: overlaps.get(round.traceId) ?? null,
  });
  return {
    observe(event) {
      if (event.kind === 'round-fate') return amend(closed, event);
      if (event.kind === 'overlap') overlaps.set(event.round.traceId, overlapJson(event));
      if (event.kind !== 'round' || event.step !== 'closed') return;
      closed.push(told(event.round));
      overlaps.delete(event.round.traceId);
      if (closed.length > limit) closed.shift();
    },
    rounds: () => [...Array.from(view.openRounds(), told), ...closed.toReversed()],
  };
}

/** Both may have led from the acquisition by the second until the time of the first was up. */
function overlapJson({ first, second, from, until, firstWrite, secondWrite }: OverlapEvent) {
  return {
    ...{ first: printable(first), second: printable(second), from: timeJson(from), until: timeJson(until) },
    ...{ firstWrite: printable(firstWrite), secondWrite: printable(secondWrite) },
  };
}

/** The fate of a predecessor may turn out when its round is long closed. */
function amend(closed: RecentRound[], { traceId, fate, outageTraceId }: RoundFateEvent): void {
  const index = closed.findIndex((round) => round.traceId === traceId);
  const round = closed[index];
  if (round !== undefined)
    closed[index] = { ...round, predecessorFate: fate, outageTraceId: outageTraceId ?? null };
}
