import type { Moment } from '../clock.ts';
import type { LeaseStateEvent, NodeOutageEvent, Round, RoundEvent } from '../model/event.ts';
import { states } from '../model/fixture.ts';
import type { IncidentEvent } from '../model/incident-event.ts';
import type { LeasePolicy } from '../model/policy.ts';
import type {
  ExpectationView,
  LeaseView,
  ModelView,
  NodeView,
  PoliciesView,
  SourceView,
} from '../model/view.ts';
import type { CountsView, PlaceView, PortView, ProbeView } from '../model/view-connections.ts';

/** Hand-made views and events for the tests of this folder. */

/** 2023-11-14T22:13:20Z in Unix microseconds. */
export const epoch = 1_700_000_000_000_000;

export const traceId = '0af7651916cd43dd8448eb211c80319c';

/** The moment `seconds` after `epoch`. */
export function at(seconds: number): Moment {
  return { mono: seconds * 1000, wall: epoch + Math.round(seconds * 1e6) };
}

export function leaseView(part: Partial<LeaseView> = {}): LeaseView {
  return {
    namespace: 'kube-system',
    name: 'scheduler',
    uid: 'uid-1',
    class: 'election',
    state: 'held',
    since: 0,
    holder: 'scheduler-a_7b6f6f0e-8f1b-4c7e-9b0a-111111111111',
    holderPod: 'scheduler-a',
    holderNode: 'node-1',
    durationSeconds: 15,
    transitions: 3,
    preferredHolder: '',
    candidates: 3,
    renewTime: epoch + 1_500_000,
    acquireTime: epoch - 60_000_000,
    observedWall: epoch + 1_600_000,
    observedMono: 1600,
    renewals: 7,
    lateRenewals: 1,
    missedRounds: 0,
    overlaps: 0,
    clockSkewSeconds: () => 0.25,
    gapSeconds: 17.25,
    leaderlessSeconds: 2.25,
    holderChanges: { released: 0, expired: 1, deleted: 0, taken: 0, coordinated: 0, created: 1 },
    expiredSeconds: (now) => now / 1000,
    unknownSeconds: () => 0.5,
    round: undefined,
    policy: undefined,
    expected: undefined,
    ...part,
  };
}

export function leasePolicy(part: Partial<LeasePolicy> = {}): LeasePolicy {
  return {
    about: 'leases',
    path: 'policies[0]',
    match: { namespace: 'shop', name: 'till', labels: {} },
    expect: 'held',
    graceMs: 60_000,
    severity: 'critical',
    team: 'tills',
    lateAfterMs: undefined,
    leftoverAfterMs: undefined,
    ignore: false,
    class: undefined,
    ...part,
  };
}

/** An expected lease that has never been there. */
export function missingLease(part: Partial<ExpectationView> = {}): ExpectationView {
  return {
    namespace: 'shop',
    name: 'till',
    policy: leasePolicy(),
    state: 'missing',
    absent: true,
    since: 1000,
    ...part,
  };
}

export function policiesView(part: Partial<PoliciesView> = {}): PoliciesView {
  return { all: [], expected: [], ignored: new Set<{ policy: LeasePolicy }>(), ...part };
}

export function nodeView(part: Partial<NodeView> = {}): NodeView {
  return {
    name: 'node-1',
    state: 'alive',
    since: 0,
    observedWall: epoch,
    observedMono: 0,
    missed: 2,
    lostSeconds: (now) => now / 1000,
    unknownSeconds: () => 0.5,
    clockSkewSeconds: () => -0.5,
    disagreement: undefined,
    ...part,
  };
}

export function sourceView(part: Partial<SourceView> = {}): SourceView {
  return {
    name: 'leases',
    up: true,
    forbidden: false,
    why: '',
    synced: true,
    lastEvent: epoch,
    blindSeconds: () => 1.5,
    restarts: new Map([['expired', 1]]),
    events: new Map([['modified', 9]]),
    ...part,
  };
}

export function probeView(part: Partial<ProbeView> = {}): ProbeView {
  const last = { failure: undefined, why: '', status: 101, phases: {}, certificates: undefined } as const;
  return {
    target: 'chat',
    last: { step: 'handshake', ...last, certificates: { leaf: epoch, issuer: epoch + 1_500_000 } },
    handshakes: new Map([['101/none', { status: '101', failure: 'none', count: 3 }]]),
    closes: new Map([['1006/server', { code: '1006', initiator: 'server', count: 2 }]]),
    sessions: {
      counts: new Map([
        ['none', 5],
        ['session_lost', 1],
      ]),
    },
    spread: {
      backends: 2,
      connections: new Map([
        ['chat-0', 4],
        ['chat-1', 2],
      ]),
      failures: new Map([['no_backend', 1]]),
    },
    ...part,
  };
}

export function countsView(part: Partial<CountsView> = {}): CountsView {
  const failures = new Map([['timeout', 4]]);
  return { target: 'envoy', side: 'proxy', connections: 31, total: 900, failures, ...part };
}

/** 40 connections, and 30 that lived 60 s. */
export function portView(part: Partial<PortView> = {}): PortView {
  return {
    census: {
      ...{ port: 8080, origin: 'configured', listening: true, established: 40, near: 4 },
      ...{ ghosts: 3, stalled: 2, deadStalled: 1, unaccepted: 6, closing: 5, acceptQueue: 7 },
      states: states({ established: 46, close_wait: 5, time_wait: 8, listen: 1 }),
      ...{ sendQueueBytes: 8192, longestSendQueueBytes: 4096 },
      ...{ ages: { min: 0, p50: 90.5, p90: 300, max: 7200 }, closed: 30, ended: [[60, 30]] },
    },
    lifetimes: {
      ...{ count: 30, sumSeconds: 1800, upTo: (seconds) => (seconds >= 60 ? 30 : 0) },
      example: { seconds: 60, traceId, at: epoch + 1_000_000 },
    },
    idleTimeout: { seconds: 60.25, count: 30, of: 32 },
    incident: {
      ...{ traceId: 'ccf7651916cd43dd8448eb211c80319c', change: 'fall', before: 100, extreme: 20 },
      ...{ began: epoch + 5_000_000 },
      beside: { what: 'round', traceId, name: 'shop/chat', cause: 'expired' },
    },
    ...part,
  };
}

export function placeView(part: Partial<PlaceView> = {}): PlaceView {
  return {
    ...{ namespace: 'shop', pod: 'chat-0', workload: 'chat', ports: () => [portView()] },
    storm: undefined,
    counters: { accepts: 900, resets: 12, timeouts: 3, listenOverflows: 1 },
    descriptors: [
      { container: 'server', open: 900, most: 1024 },
      { container: 'helper', unread: 'denied' },
    ],
    ...part,
  };
}

/** A fall of the connections beside an election round, 25 s long. */
export function incidentEvent(part: Partial<IncidentEvent> = {}): IncidentEvent {
  return {
    ...{ kind: 'incident', step: 'closed', at: at(30), traceId: 'ccf7651916cd43dd8448eb211c80319c' },
    ...{ namespace: 'shop', pod: 'chat-0', port: 8080, change: 'fall', before: 100, extreme: 20 },
    ...{ began: epoch + 5_000_000, closed: epoch + 30_000_000, outcome: 'recovered' },
    beside: { what: 'round', traceId, name: 'shop/chat', cause: 'expired' },
    ...part,
  };
}

export function modelView(part: { readonly [K in keyof ModelView]?: ReturnType<ModelView[K]> }): ModelView {
  return {
    leases: () => part.leases ?? [],
    nodes: () => part.nodes ?? [],
    sources: () => part.sources ?? [],
    connections: () =>
      part.connections ?? {
        places: () => [],
        unread: () => [],
        node: () => undefined,
        probes: () => [],
        counts: () => [],
      },
    pushes: () => part.pushes,
    openRounds: () => part.openRounds ?? [],
    massSilence: () => part.massSilence ?? [],
    policies: () => part.policies ?? policiesView(),
  };
}

/** A round after a SIGKILL at 15/10/2: silent at 0, expired at 15, acquired at 17, renewed at 19. */
export function closedRound(part: Partial<Round> = {}): Round {
  return {
    traceId,
    namespace: 'kube-system',
    lease: 'scheduler',
    leaseUid: 'uid-1',
    class: 'election',
    cause: 'expired',
    outcome: 'elected',
    uncertain: false,
    unseen: undefined,
    predecessor: 'scheduler-a',
    successor: 'scheduler-b',
    durationSeconds: 15,
    attempts: 1,
    lastRenewal: epoch + 1,
    vacated: epoch + 15_000_001,
    vacantSince: epoch + 15_000_001,
    leaderlessSeconds: 2.25,
    acquired: epoch + 17_250_001,
    closed: epoch + 19_250_001,
    writes: [{ at: epoch + 17_250_001, what: 'acquired', holder: 'scheduler-b', resourceVersion: '42' }],
    previousTraceId: undefined,
    fate: undefined,
    predecessorAt: { pod: '', node: '' },
    successorAt: { pod: '', node: '' },
    outageTraceId: undefined,
    ...part,
  };
}

export function roundEvent(step: RoundEvent['step'], part: Partial<Round> = {}): RoundEvent {
  return { kind: 'round', step, at: at(20), round: closedRound(part) };
}

export function outageEvent(part: Partial<NodeOutageEvent> = {}): NodeOutageEvent {
  return {
    kind: 'node-outage',
    step: 'closed',
    at: at(100),
    node: 'node-1',
    traceId: 'bbf7651916cd43dd8448eb211c80319c',
    lastHeartbeat: epoch,
    lost: epoch + 40_000_000,
    closed: epoch + 95_000_000,
    end: 'rebooted',
    unseen: undefined,
    together: undefined,
    rounds: [],
    ...part,
  };
}

export function leaseStateEvent(part: Partial<LeaseStateEvent> = {}): LeaseStateEvent {
  return {
    ...{ kind: 'lease-state', at: at(15), namespace: 'kube-system', lease: 'scheduler', class: 'election' },
    ...{ from: 'held', to: 'expired', holder: 'scheduler-a', why: 'no renewal by scheduler-a for 15.0 s' },
    ...part,
  };
}
