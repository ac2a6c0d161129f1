import type { Moment } from '../clock.ts';
import type { LeaseView, ModelView, NodeView, SourceView } from '../model/view.ts';
import type { PlaceView } from '../model/view-connections.ts';
import { connectionsJson, leaseJson, nodeJson, type TimeJson } from '../signals/json.ts';
import type { allConnectionsJson } from '../signals/json-connections.ts';
import type { LeaseHistory } from '../signals/lease-history.ts';
import type { RecentRound } from '../signals/recent.ts';
import { printable } from '../signals/safe-text.ts';
import type {
  AbsenceRow,
  CountRow,
  LeaseRow,
  NodeRow,
  PortRow,
  ProbeRow,
  RoundRow,
  SourceRow,
  UnreadRow,
} from './tables.ts';

/** Rows of the page, from what `/api/*` tells of the same things: the two cannot disagree. */

export function leaseRow(view: LeaseView, now: Moment, history: LeaseHistory): LeaseRow {
  const told = leaseJson(view, now, history.of(view.namespace, view.name, now));
  return {
    id: `${told.namespace}/${told.lease}`,
    namespace: told.namespace,
    lease: told.lease,
    class: told.class,
    state: told.state,
    since: Math.round(view.since),
    holder: told.holder,
    pod: told.holderPod,
    node: told.holderNode,
    candidates: told.candidates,
    preferredHolder: told.preferredHolder,
    durationSeconds: told.leaseDurationSeconds,
    observed: Math.round(view.observedMono),
    renewedAt: unix(told.renewed),
    acquiredAt: unix(told.acquired),
    renewals: told.renewals,
    lateRenewals: told.lateRenewals,
    missedRounds: told.missedRounds,
    possibleOverlaps: told.possibleOverlaps,
    clockSkewSeconds: hundredths(told.clockSkewSeconds),
    gapSeconds: told.gapSeconds,
    leaderlessSeconds: told.leaderlessSeconds,
    transitions: told.transitions,
    changes: told.changesLastDay ?? 0,
    lastRoundAt: unix(told.lastRound?.closed ?? null),
    openRound: told.openRound,
    policy: told.policy,
  };
}

/** A round without times on the calendar cannot be drawn. */
export function roundRow(told: RecentRound): RoundRow | undefined {
  const { lastRenewal, vacated, possibleOverlap: overlap } = told;
  if (lastRenewal === null || vacated === null) return undefined;
  return {
    id: told.traceId,
    namespace: told.namespace,
    lease: told.lease,
    class: told.class,
    cause: told.cause,
    outcome: told.outcome,
    uncertain: told.uncertain,
    attempts: told.attempts,
    predecessor: told.predecessor,
    predecessorNode: told.predecessorNode,
    fate: told.predecessorFate,
    successor: told.successor,
    successorNode: told.successorNode,
    lastRenewalAt: lastRenewal.unix,
    vacatedAt: vacated.unix,
    acquiredAt: unix(told.acquired),
    closedAt: unix(told.closed),
    gapSeconds: told.gapSeconds,
    leaderlessSeconds: told.leaderlessSeconds,
    overlap:
      overlap === null || overlap.from === null || overlap.until === null
        ? null
        : { fromAt: overlap.from.unix, untilAt: overlap.until.unix },
    outageTraceId: told.outageTraceId,
  };
}

export function nodeRow(view: NodeView, now: Moment): NodeRow {
  const told = nodeJson(view, now);
  return {
    id: told.node,
    state: told.state,
    since: Math.round(view.since),
    observed: told.observed === null ? null : Math.round(view.observedMono),
    missed: told.missedHeartbeats,
    clockSkewSeconds: hundredths(told.clockSkewSeconds),
    disagreement: told.disagreement,
  };
}

type PortJson = ReturnType<typeof connectionsJson>[number];
type IncidentJson = PortJson['openIncident'];

export function portRows(places: Iterable<PlaceView>): PortRow[] {
  return connectionsJson(places).map((told) => ({
    id: `${told.namespace ?? ''}/${told.pod ?? ''}:${told.port}`,
    namespace: told.namespace,
    pod: told.pod,
    workload: told.workload,
    port: told.port,
    listening: told.listening,
    established: told.established,
    unaccepted: told.unaccepted,
    closing: told.closing,
    ghost: told.suspect.ghost,
    stalled: told.suspect.stalled,
    medianAgeSeconds: told.ageSeconds === null ? null : Math.round(told.ageSeconds.p50),
    idleTimeoutSeconds: told.idleTimeoutSeconds,
    incident: incidentPart(told.openIncident),
    storm: incidentPart(told.openStorm),
  }));
}

function incidentPart(incident: IncidentJson): PortRow['incident'] {
  if (incident === null) return null;
  const { traceId, change, before, extreme, began, beside } = incident;
  const what = beside === null ? null : `${beside.what} of ${beside.name}`;
  return { traceId, change, before, extreme, beganAt: began?.unix ?? 0, beside: what };
}

type ProbeJson = ReturnType<typeof allConnectionsJson>['probes'][number];
type CountJson = ReturnType<typeof allConnectionsJson>['endpoints'][number];

export function probeRow({ target, up, failure, why, status, ...told }: ProbeJson): ProbeRow {
  const phases = told.phaseSeconds ?? {};
  const times = Object.values(phases);
  return {
    ...{ id: target, up, failure, why, status, phases },
    seconds: times.length === 0 ? null : times.reduce((sum, each) => sum + each, 0),
    backends: told.backends.distinct,
    certificateEndsAt: unix(told.certificates.leafEnds),
  };
}

export function countRow({ target, side, connections }: CountJson): CountRow {
  return { id: `${side}:${target}`, target, side, connections };
}

export function sourceRow({ name, up, forbidden, synced, why, lastEvent, restarts }: SourceView): SourceRow {
  return {
    ...{ id: name, up, forbidden, synced, why: printable(why, 500) },
    // Whole seconds: a source that delivers all the time must not be told all the time.
    lastEventAt: lastEvent === 0 ? null : Math.floor(lastEvent / 1e6),
    restarts: [...restarts.values()].reduce((sum, each) => sum + each, 0),
  };
}

export function unreadRows(view: ModelView): UnreadRow[] {
  return Array.from(view.connections().unread(), ({ namespace, pod, why }) => ({
    id: `${printable(namespace)}/${printable(pod)}`,
    why: printable(why, 500),
  }));
}

export function absenceRows(view: ModelView): AbsenceRow[] {
  return [...view.policies().expected]
    .filter(({ absent }) => absent)
    .map(({ namespace, name, state, since, policy }) => ({
      id: `${printable(namespace)}/${printable(name)}`,
      ...{ state, since: since === undefined ? null : Math.round(since) },
      ...{ severity: policy.severity ?? null, team: policy.team ?? null },
    }));
}

function unix(time: TimeJson | null): number | null {
  return time === null ? null : time.unix;
}

/** A clock has more digits than anybody reads, and each would be told. */
function hundredths(seconds: number | null): number | null {
  return seconds === null ? null : Math.round(seconds * 100) / 100;
}
