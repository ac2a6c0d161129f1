import type { Clock } from '../clock.ts';
import type { RouteStats } from '../delivery/outbox.ts';
import type { ReceiverStats } from '../delivery/receiver-stats.ts';
import type { ModelView } from '../model/view.ts';
import { allConnectionsJson } from '../signals/json-connections.ts';
import type { LeaseHistory } from '../signals/lease-history.ts';
import type { RecentRounds } from '../signals/recent.ts';
import {
  absenceRows,
  countRow,
  leaseRow,
  nodeRow,
  portRows,
  probeRow,
  roundRow,
  sourceRow,
  unreadRows,
} from './project.ts';
import type { AboutRow, OutboxRow, SilenceRow, Tables } from './tables.ts';

export interface SnapshotParts {
  readonly clock: Clock;
  readonly view: ModelView;
  readonly recent: RecentRounds;
  readonly history: LeaseHistory;
  readonly about: () => AboutRow;
  readonly outbox: () => readonly OutboxRow[];
}

/** How many rounds are told: the open ones, and of the others the latest. */
const mostRounds = 100;

/** All that the page shows, at this moment. */
export function snapshot({ clock, view, recent, history, about, outbox }: SnapshotParts): Tables {
  const now = clock.now();
  const connections = view.connections();
  const { probes, endpoints } = allConnectionsJson(connections);
  return {
    about: byId([about()]),
    leases: byId(Array.from(view.leases(), (lease) => leaseRow(lease, now, history))),
    rounds: byId(recent.rounds().slice(0, mostRounds).map(roundRow)),
    nodes: byId(Array.from(view.nodes(), (node) => nodeRow(node, now))),
    ports: byId(portRows(connections.places())),
    unread: byId(unreadRows(view)),
    probes: byId(probes.map(probeRow)),
    counts: byId(endpoints.map(countRow)),
    sources: byId(Array.from(view.sources(), sourceRow)),
    outbox: byId(outbox()),
    silences: byId([...view.massSilence()].filter(({ active }) => active).map(silenceRow)),
    absences: byId(absenceRows(view)),
  };
}

export function outboxRow(stats: RouteStats, receivers: readonly ReceiverStats[]): OutboxRow {
  const receiver = receivers.find(({ route }) => route === stats.route);
  return {
    id: stats.route,
    pending: stats.pending,
    bytes: stats.bytes,
    oldestAt: stats.oldest === undefined ? null : stats.oldest / 1e6,
    delivered: stats.delivered,
    // Those two are not lost: a summary tells them, or another replica.
    dropped: stats.dropped.rejected + stats.dropped.full + stats.dropped.damaged,
    dead: stats.dead,
    refusesCredentials: receiver?.refusesCredentials ?? false,
  };
}

function silenceRow({ class: id }: { readonly class: SilenceRow['id'] }): SilenceRow {
  return { id };
}

function byId<R extends { readonly id: string }>(rows: readonly (R | undefined)[]): ReadonlyMap<string, R> {
  const table = new Map<string, R>();
  for (const row of rows) if (row !== undefined) table.set(row.id, row);
  return table;
}
