import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Clock } from '../clock.ts';
import type { RouteStats } from '../delivery/outbox.ts';
import type { ReceiverStats } from '../delivery/receiver-stats.ts';
import type { ModelView } from '../model/view.ts';
import { allConnectionsJson } from '../signals/json-connections.ts';
import type { LeaseHistory } from '../signals/lease-history.ts';
import type { RecentRounds } from '../signals/recent.ts';
import { type Asset, type AssetPath, type Assets, loadAssets } from './assets.ts';
import { createLive } from './live.ts';
import type { Sample } from './message.ts';
import { countRow, portRows } from './project.ts';
import { outboxRow, snapshot } from './snapshot.ts';
import type { AboutRow, OutboxRow } from './tables.ts';

export interface PageParts {
  readonly clock: Clock;
  readonly view: ModelView;
  readonly recent: RecentRounds;
  readonly history: LeaseHistory;
  /** What does not follow from the view. */
  readonly about: () => Omit<AboutRow, 'id' | 'started' | 'startedAt' | 'pushes'>;
  readonly outboxStats: (() => Promise<readonly RouteStats[]>) | undefined;
  readonly receiverStats: () => readonly ReceiverStats[];
  readonly load?: () => Promise<Assets>;
}

/** The status page: its files, and the WebSocket that keeps it up to date. */
export interface StatusPage {
  /** By path. They reject when the files of the page cannot be had. */
  readonly files: Readonly<Record<AssetPath, () => Promise<Asset>>>;
  /** Makes a WebSocket of a request that was let in. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  close(): Promise<void>;
}

/** Between two points of the history of connections, in milliseconds. */
const sampleMs = 2000;

export function createPage(parts: PageParts): StatusPage {
  const { clock, view, recent, history, load = loadAssets } = parts;
  const { mono: started, wall } = clock.now();
  const begin = { id: 'about', started: Math.round(started), startedAt: wall / 1e6 };
  const assets = once(load);
  let outbox: readonly OutboxRow[] = [];
  const live = createLive({
    clock,
    build: async () => (await assets()).build,
    snapshot: () =>
      snapshot({
        ...{ clock, view, recent, history, outbox: () => outbox },
        about: () => ({ ...begin, ...parts.about(), pushes: view.pushes() ?? null }),
      }),
  });

  async function readOutbox(): Promise<void> {
    const stats = (await parts.outboxStats?.()) ?? [];
    outbox = stats.map((each) => outboxRow(each, parts.receiverStats()));
  }

  let cancel = clock.after(0, sample);
  function sample(): void {
    cancel = clock.after(sampleMs, sample);
    live.sample(sampleOf(view, clock.now().mono));
    // A disk that does not answer leaves the numbers as they are.
    if (live.readers > 0) readOutbox().catch(() => {});
  }

  const file = (path: AssetPath) => async () => (await assets()).files[path];
  return {
    files: {
      '/': file('/'),
      '/page/page.js': file('/page/page.js'),
      '/page/page.css': file('/page/page.css'),
      '/page/icon.svg': file('/page/icon.svg'),
    },
    upgrade: live.upgrade,
    async close() {
      cancel();
      await live.close();
    },
  };
}

/** How many connections each port has, and what others count. */
function sampleOf(view: ModelView, mono: number): Sample {
  const connections = view.connections();
  const values: Record<string, number> = {};
  for (const { id, established } of portRows(connections.places())) values[id] = established;
  for (const { id, connections: count } of allConnectionsJson(connections).endpoints.map(countRow))
    if (count !== null) values[id] = count;
  return { at: Math.round(mono), values };
}

/** Makes it with the first call; what failed is tried again. */
function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => {
    made ??= make().catch((error: unknown) => {
      made = undefined;
      throw error;
    });
    return made;
  };
}
