import type {
  ExpectationEvent,
  LeaseState,
  NodeOutageEvent,
  OverlapEvent,
  RoundEvent,
} from '../../exporter/model/event.ts';
import type { Testimony } from './witness.ts';

/** What the judge said of a round; `at` is monotonic milliseconds of the server. */
export interface RoundVerdict {
  readonly at: number;
  readonly step: RoundEvent['step'];
  readonly lease: string;
  readonly traceId: string;
  readonly cause: string;
  readonly outcome: string | undefined;
  readonly uncertain: boolean;
  readonly predecessor: string;
  readonly successor: string;
  readonly gapMs: number;
  readonly leaderlessMs: number;
  /** Revisions of the writes that it saw in this round, the last acquisition or renewal at the end. */
  readonly revisions: readonly number[];
}

export interface StateVerdict {
  readonly at: number;
  readonly lease: string;
  readonly to: LeaseState;
  readonly why: string;
}

export interface OverlapVerdict {
  readonly at: number;
  readonly lease: string;
  readonly first: string;
  readonly second: string;
  readonly secondWrite: number;
  /** For how long both were entitled to lead. */
  readonly seconds: number;
}

export interface OutageVerdict {
  readonly at: number;
  readonly node: string;
  readonly step: NodeOutageEvent['step'];
  readonly traceId: string;
  readonly end: NodeOutageEvent['end'];
}

export interface ExpectationVerdict {
  readonly at: number;
  readonly lease: string;
  readonly to: ExpectationEvent['to'];
  readonly why: string;
}

export interface StandingVerdict {
  readonly at: number;
  readonly lease: string;
  readonly count: number | undefined;
}

/** All that one life of the judge, from start to kill, was shown and said. */
export interface Life {
  readonly from: number;
  to: number;
  readonly testimony: Testimony;
  readonly rounds: RoundVerdict[];
  readonly states: StateVerdict[];
  readonly overlaps: OverlapVerdict[];
  readonly outages: OutageVerdict[];
  readonly expectations: ExpectationVerdict[];
  /** Elections that were not seen but told by `leaseTransitions`, by lease, as of the end. */
  readonly missed: Map<string, number>;
  /** How many candidates stood for each coordinated election, at the end of each round. */
  readonly standing: StandingVerdict[];
}

export function newLife(from: number): Life {
  const testimony = { deliveries: [], blindness: [{ from: 0, to: Number.POSITIVE_INFINITY }] };
  const events = { rounds: [], states: [], overlaps: [], outages: [], expectations: [] };
  const said = { ...events, missed: new Map(), standing: [] };
  return { from, to: Number.POSITIVE_INFINITY, testimony, ...said };
}

export function roundVerdict({ step, round }: RoundEvent, at: number): RoundVerdict {
  const { traceId, cause, outcome, uncertain, predecessor, successor, acquired, lastRenewal } = round;
  return {
    at,
    step,
    lease: `${round.namespace}/${round.lease}`,
    traceId,
    cause,
    outcome,
    uncertain,
    predecessor,
    successor,
    gapMs: ((acquired ?? lastRenewal) - lastRenewal) / 1000,
    leaderlessMs: round.leaderlessSeconds * 1000,
    revisions: round.writes.map(({ resourceVersion }) => Number(resourceVersion)),
  };
}

export function overlapVerdict(
  { round, first, second, secondWrite, from, until }: OverlapEvent,
  at: number,
): OverlapVerdict {
  const lease = `${round.namespace}/${round.lease}`;
  const seconds = (until - from) / 1e6;
  return { at, lease, first, second, secondWrite: Number(secondWrite), seconds };
}
