import type { Moment } from '../clock.ts';
import type { Round } from '../model/event.ts';
import type { LeaseView, NodeView } from '../model/view.ts';
import type { OpenIncident, PlaceView, PortView } from '../model/view-connections.ts';
import { isoTime } from './iso-time.ts';
import type { LastRound, LeasePast } from './lease-history.ts';
import { printable } from './safe-text.ts';

/** What `/api/*` tells. Absent values are null; durations are seconds; text is harmless and capped. */

/** A time twice: for people, and in Unix seconds for programs. */
export interface TimeJson {
  readonly iso: string;
  readonly unix: number;
}

export type RoundJson = ReturnType<typeof roundJson>;
export type LeaseJson = ReturnType<typeof leaseJson>;
export type NodeJson = ReturnType<typeof nodeJson>;

export function roundJson(round: Round) {
  const { lastRenewal, vacated, acquired, closed } = round;
  const until = (end: number | undefined, start: number) =>
    end === undefined ? null : Math.max(0, end - start) / 1e6;
  return {
    traceId: round.traceId,
    previousTraceId: round.previousTraceId ?? null,
    namespace: printable(round.namespace),
    lease: printable(round.lease),
    class: round.class,
    cause: round.cause,
    outcome: round.outcome ?? null,
    open: closed === undefined,
    uncertain: round.uncertain,
    unseenFrom: timeJson(round.unseen?.from),
    unseenTo: timeJson(round.unseen?.to),
    predecessor: printable(round.predecessor),
    successor: printable(round.successor),
    predecessorPod: orNull(round.predecessorAt.pod),
    predecessorNode: orNull(round.predecessorAt.node),
    successorPod: orNull(round.successorAt.pod),
    successorNode: orNull(round.successorAt.node),
    predecessorFate: round.fate ?? null,
    outageTraceId: round.outageTraceId ?? null,
    attempts: round.attempts,
    lastRenewal: timeJson(lastRenewal),
    vacated: timeJson(vacated),
    acquired: timeJson(acquired),
    closed: timeJson(closed),
    gapSeconds: until(acquired, lastRenewal),
    leaderlessSeconds: acquired === undefined ? null : round.leaderlessSeconds,
    durationSeconds: until(closed, lastRenewal),
    writes: round.writes.map(({ at, what, holder, resourceVersion, byHand }) => ({
      at: timeJson(at),
      what: printable(what),
      holder: printable(holder),
      resourceVersion: printable(resourceVersion),
      byHand: byHand === undefined ? null : printable(byHand),
    })),
  };
}

export function leaseJson(lease: LeaseView, now: Moment, past?: LeasePast) {
  return {
    namespace: printable(lease.namespace),
    lease: printable(lease.name),
    uid: printable(lease.uid),
    class: lease.class,
    state: lease.state,
    stateSeconds: Math.max(0, now.mono - lease.since) / 1000,
    holder: printable(lease.holder),
    holderPod: orNull(lease.holderPod),
    holderNode: orNull(lease.holderNode),
    candidates: lease.candidates ?? null,
    preferredHolder: orNull(lease.preferredHolder),
    leaseDurationSeconds: lease.durationSeconds ?? null,
    transitions: lease.transitions ?? null,
    renewed: timeJson(lease.renewTime),
    acquired: timeJson(lease.acquireTime),
    observed: timeJson(lease.observedWall),
    observedSecondsAgo: Math.max(0, now.mono - lease.observedMono) / 1000,
    renewals: lease.renewals,
    lateRenewals: lease.lateRenewals,
    missedRounds: lease.missedRounds,
    possibleOverlaps: lease.overlaps,
    clockSkewSeconds: lease.clockSkewSeconds(now) ?? null,
    holderChanges: { ...lease.holderChanges },
    gapSeconds: lease.gapSeconds,
    leaderlessSeconds: lease.leaderlessSeconds,
    expiredSeconds: lease.expiredSeconds(now.mono),
    unknownSeconds: lease.unknownSeconds(now.mono),
    openRound: lease.round?.traceId ?? null,
    policy: lease.policy?.path ?? null,
    absent: lease.expected?.absent ?? null,
    changesLastDay: past?.changes ?? null,
    changesLastDayCut: past?.changesCut ?? null,
    lastRound: past?.last === undefined ? null : lastRoundJson(past.last, now),
  };
}

/** How the last round of a lease ended; the whole of it is at `/api/rounds`, until 200 others closed. */
function lastRoundJson({ lastRenewal, acquired, closed, closedMono, ...round }: LastRound, now: Moment) {
  const { traceId, cause, outcome, uncertain, predecessorAt, fate, outageTraceId } = round;
  return {
    ...{ traceId, cause, outcome: outcome ?? null, uncertain },
    predecessor: printable(round.predecessor),
    successor: printable(round.successor),
    predecessorNode: orNull(predecessorAt.node),
    predecessorFate: fate ?? null,
    outageTraceId: outageTraceId ?? null,
    acquired: timeJson(acquired),
    closed: timeJson(closed),
    gapSeconds: acquired === undefined ? null : Math.max(0, acquired - lastRenewal) / 1e6,
    leaderlessSeconds: acquired === undefined ? null : round.leaderlessSeconds,
    closedSecondsAgo: Math.max(0, now.mono - closedMono) / 1000,
  };
}

export function nodeJson(node: NodeView, now: Moment) {
  const seen = node.observedWall > 0;
  return {
    node: printable(node.name),
    state: node.state,
    stateSeconds: Math.max(0, now.mono - node.since) / 1000,
    observed: seen ? timeJson(node.observedWall) : null,
    observedSecondsAgo: seen ? Math.max(0, now.mono - node.observedMono) / 1000 : null,
    missedHeartbeats: node.missed,
    clockSkewSeconds: node.clockSkewSeconds(now) ?? null,
    disagreement: node.disagreement ?? null,
  };
}

export function connectionsJson(places: Iterable<PlaceView>) {
  return [...places].flatMap((place) => Array.from(place.ports(), (port) => portJson(place, port)));
}

/** `suspect` are among the established; `acceptQueue` is what the listening sockets say of `unaccepted`. */
function portJson(
  { namespace, pod, workload, counters, descriptors, storm }: PlaceView,
  { census, lifetimes, idleTimeout, incident }: PortView,
) {
  const { port, origin, listening, established, near, unaccepted, closing, acceptQueue, ages } = census;
  return {
    ...{ namespace: orNull(namespace), pod: orNull(pod), workload: orNull(workload) },
    ...{ port, origin, listening },
    ...{ established, loopback: near, unaccepted, closing, acceptQueue },
    suspect: { ghost: census.ghosts, stalled: census.stalled, deadStalled: census.deadStalled },
    tcpStates: census.states,
    sendQueueBytes: census.sendQueueBytes,
    longestSendQueueBytes: census.longestSendQueueBytes,
    ageSeconds: ages ?? null,
    lifetimes: { count: lifetimes.count, sumSeconds: lifetimes.sumSeconds },
    idleTimeoutSeconds: idleTimeout?.seconds ?? null,
    openIncident: incident === undefined ? null : incidentJson(incident),
    /** Of the whole network namespace, whatever the port. */
    namespaceCounters: counters ?? null,
    openStorm: storm === undefined ? null : incidentJson(storm),
    descriptors: descriptors.map(({ container, ...told }) => ({ container: orNull(container), ...told })),
  };
}

function incidentJson({ traceId, change, before, extreme, began, beside }: OpenIncident) {
  const what = { traceId, change, before, extreme, began: timeJson(began) };
  return { ...what, beside: beside === undefined ? null : { ...beside, name: printable(beside.name) } };
}

function orNull(text: string): string | null {
  return text === '' ? null : printable(text);
}

/** Unix microseconds as JSON; null when absent or beyond the calendar. */
export function timeJson(micros: number | undefined): TimeJson | null {
  const iso = micros === undefined ? undefined : isoTime(micros);
  return micros === undefined || iso === undefined ? null : { iso, unix: micros / 1e6 };
}
