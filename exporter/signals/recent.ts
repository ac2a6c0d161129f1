import type { Event, RoundFateEvent } from '../model/event.ts';
import type { ModelView } from '../model/view.ts';
import { type RoundJson, roundJson } from './json.ts';

export interface RecentRounds {
  observe(event: Event): void;
  /** Open rounds first, then closed ones, the latest first. */
  rounds(): RoundJson[];
}

/** Remembers the last `limit` closed rounds; open ones are read from the view. */
export function createRecentRounds(view: ModelView, limit = 200): RecentRounds {
  const closed: RoundJson[] = [];
  return {
    observe(event) {
      if (event.kind === 'round-fate') return amend(closed, event);
      if (event.kind !== 'round' || event.step !== 'closed') return;
      closed.push(roundJson(event.round));
      if (closed.length > limit) closed.shift();
    },
    rounds: () => [...Array.from(view.openRounds(), roundJson), ...closed.toReversed()],
  };
}

/** The fate of a predecessor may turn out when its round is long closed. */
function amend(closed: RoundJson[], { traceId, fate, outageTraceId }: RoundFateEvent): void {
  const index = closed.findIndex((round) => round.traceId === traceId);
  const round = closed[index];
  if (round !== undefined)
    closed[index] = { ...round, predecessorFate: fate, outageTraceId: outageTraceId ?? null };
}
