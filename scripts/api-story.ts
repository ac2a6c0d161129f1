import type { Moment } from '../exporter/clock.ts';
import { resolvePolicies } from '../exporter/config-policies.ts';
import type { ApiName } from '../exporter/delivery/server.ts';
import { Model } from '../exporter/model/model.ts';
import type { LeaseRecord, Observation, PortCensus } from '../exporter/model/observation.ts';
import { nodeJson } from '../exporter/signals/json.ts';
import { allConnectionsJson } from '../exporter/signals/json-connections.ts';
import { leasesJson } from '../exporter/signals/json-leases.ts';
import { policiesJson } from '../exporter/signals/json-policies.ts';
import { createLeaseHistory } from '../exporter/signals/lease-history.ts';
import { createRecentRounds } from '../exporter/signals/recent.ts';

/** What `/api` answers at the end of a little story, which the judge is told: scheduler-a hands over to scheduler-b. */
export function apiAnswers(): Readonly<Record<ApiName, object>> {
  const policies = resolvePolicies([
    { match: { namespace: 'shop', name: 'till' }, expect: 'held', team: 'tills' },
  ]);
  const model = new Model({ sources: ['leases', 'nodes', 'sockets'], nodes: { graceMs: 50_000 }, policies });
  const history = createLeaseHistory();
  const recent = createRecentRounds(model);
  for (const observation of story()) {
    model.see([observation], {
      event(event) {
        history.observe(event);
        recent.observe(event);
      },
      ask: () => {},
    });
  }
  const now = at(90);
  return {
    leases: leasesJson(model, history, at(0), now),
    rounds: { rounds: recent.rounds() },
    nodes: { nodes: Array.from(model.nodes(), (node) => nodeJson(node, now)) },
    connections: allConnectionsJson(model.connections()),
    policies: { policies: policiesJson(model, now) },
  };
}

const start = Date.parse('2026-11-24T10:00:00Z') * 1000;

function at(seconds: number): Moment {
  return { mono: seconds * 1000, wall: start + seconds * 1e6 };
}

function lease(seconds: number, fields: Partial<LeaseRecord>): Observation {
  const record: LeaseRecord = {
    ...{
      namespace: 'kube-system',
      name: 'kube-scheduler',
      uid: 'd54b3c1e',
      resourceVersion: String(1000 + seconds),
    },
    ...{ holder: 'scheduler-a', durationSeconds: 15, transitions: 3, acquireTime: start - 3600e6 },
    ...{ renewTime: at(seconds).wall, strategy: undefined, preferredHolder: undefined },
    ...{ identityLabel: undefined, writer: undefined },
    ...fields,
  };
  const change = seconds === 0 ? 'listed' : 'modified';
  return { kind: 'lease', source: 'leases', at: at(seconds), change, lease: record };
}

function list(source: string, phase: 'begin' | 'end'): Observation {
  return { kind: 'list', source, at: at(0), phase, sentAt: at(0) };
}

const heartbeat = { namespace: 'kube-node-lease', name: 'node-1', uid: 'a1c0ffee', holder: 'node-1' };
const ofNodes = { durationSeconds: 40, acquireTime: undefined, transitions: undefined };

function* story(): Iterable<Observation> {
  yield { kind: 'cluster', at: at(0), uid: '7e57c1a5-0000-4000-8000-000000000001' };
  yield list('leases', 'begin');
  yield lease(0, {});
  yield lease(0, { ...heartbeat, ...ofNodes });
  yield list('leases', 'end');
  for (let seconds = 2; seconds < 20; seconds += 2) yield lease(seconds, {});
  yield lease(10, { ...heartbeat, ...ofNodes });
  yield lease(20, { holder: '', durationSeconds: 1, acquireTime: at(20).wall });
  const next = { holder: 'scheduler-b', transitions: 4, acquireTime: at(21).wall };
  yield lease(21, next);
  yield lease(23, next);
  for (let seconds = 30; seconds < 90; seconds += 10) yield lease(seconds, { ...heartbeat, ...ofNodes });
  for (let seconds = 25; seconds < 90; seconds += 2) yield lease(seconds, next);
  yield {
    kind: 'sockets',
    source: 'sockets',
    at: at(89),
    unread: [],
    places: [{ namespace: 'shop', pod: 'chat-0', ports: [port] }],
  };
  yield { kind: 'time', at: at(90) };
}

const port: PortCensus = {
  ...{ port: 8080, origin: 'configured', listening: true, established: 40, near: 0 },
  ...{ ghosts: 1, stalled: 0, deadStalled: 0, unaccepted: 0, closing: 0, acceptQueue: 0 },
  states: {
    ...{ established: 40, syn_sent: 0, syn_recv: 0, fin_wait1: 0, fin_wait2: 0, time_wait: 2 },
    ...{ close: 0, close_wait: 0, last_ack: 0, listen: 1, closing: 0 },
  },
  ...{ sendQueueBytes: 0, longestSendQueueBytes: 0, ages: { min: 4, p50: 310, p90: 3600, max: 7200 } },
  ...{ closed: 0, ended: [] },
};
