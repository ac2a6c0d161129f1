import type { ProbeHandshake } from '../model/probe-observation.ts';
import type { ConnectionsView, CountsView, ProbeView } from '../model/view-connections.ts';
import { connectionsJson, timeJson } from './json.ts';
import { printable } from './safe-text.ts';

/** What `/api/connections` tells: connections as the socket table has them, and beside them what others see. */
export function allConnectionsJson(connections: ConnectionsView) {
  return {
    connections: connectionsJson(connections.places()),
    probes: Array.from(connections.probes(), probeJson),
    endpoints: Array.from(connections.counts(), endpointJson),
  };
}

/** A probe: its last handshake, and what was counted since the start. */
function probeJson(probe: ProbeView) {
  const { target, last, handshakes, closes, sessions, spread } = probe;
  return {
    target: printable(target),
    up: last === undefined ? null : last.failure === undefined,
    failure: last?.failure ?? null,
    why: last === undefined || last.why === '' ? null : printable(last.why, 500),
    status: last?.status ?? null,
    phaseSeconds: last === undefined ? null : toMicroseconds(last.phases),
    certificates: {
      leafEnds: timeJson(last?.certificates?.leaf),
      issuerEnds: timeJson(last?.certificates?.issuer),
    },
    handshakes: [...handshakes.values()],
    earlyCloses: [...closes.values()],
    sessions: counted(sessions.counts, 'failure'),
    backends: {
      /** Of the last check. */
      distinct: spread.backends ?? null,
      connections: counted(spread.connections, 'backend'),
      failures: counted(spread.failures, 'failure'),
    },
  };
}

/** A proxy or an application that counts itself. */
function endpointJson({ target, side, connections, total, failures }: CountsView) {
  return {
    ...{ target: printable(target), side },
    ...{ connections: connections ?? null, upgrades: total ?? null },
    failures: counted(failures, 'reason'),
  };
}

function counted<K extends string>(counts: ReadonlyMap<string, number>, key: K) {
  return Array.from(counts, ([name, count]) => ({ [key]: printable(name), count }));
}

/** A clock has more digits than a network deserves. */
function toMicroseconds(phases: ProbeHandshake['phases']): Record<string, number> {
  return Object.fromEntries(
    Object.entries(phases).map(([phase, seconds]) => [phase, Math.round(seconds * 1e6) / 1e6]),
  );
}
