import type { Event, Round } from '../../exporter/model/event.ts';
import type { Model } from '../../exporter/model/model.ts';
import type { Ask, Observation } from '../../exporter/model/observation.ts';

/** What the model was shown, what it said, and the model after it. */
export interface Step {
  readonly observation: Observation;
  readonly events: readonly Event[];
  readonly asks: readonly Ask[];
  readonly model: Model;
}

/** Looks at every step, and throws an AssertionError where an invariant is broken. */
export type Witness = (step: Step) => void;

/** An event as it was told: a round goes on afterwards, so its view is copied. */
export function copyOf(event: Event): Event {
  return event.kind === 'round' || event.kind === 'overlap'
    ? { ...event, round: copyOfRound(event.round) }
    : event;
}

function copyOfRound(round: Round): Round {
  const { traceId, namespace, lease, leaseUid, predecessor, successor, outcome, cause, uncertain } = round;
  const { lastRenewal, vacated, vacantSince, acquired, closed, leaderlessSeconds, durationSeconds } = round;
  const { attempts, previousTraceId, unseen, fate, outageTraceId } = round;
  return {
    ...{ traceId, namespace, lease, leaseUid, predecessor, successor, outcome, cause, uncertain },
    ...{ lastRenewal, vacated, vacantSince, acquired, closed, leaderlessSeconds, durationSeconds },
    ...{ class: round.class, attempts, previousTraceId, unseen, writes: [...round.writes] },
    ...{
      fate,
      outageTraceId,
      predecessorAt: { ...round.predecessorAt },
      successorAt: { ...round.successorAt },
    },
  };
}
