import type { TestContext } from 'node:test';
import { type Moment, systemClock } from '../../exporter/clock.ts';
import { startServer } from '../../exporter/delivery/server.ts';
import type { LeaseView, ModelView, NodeView } from '../../exporter/model/view.ts';
import { createPage } from '../../exporter/page/page.ts';
import { leaseView, modelView, nodeView } from '../../exporter/signals/fixtures.ts';
import { createLeaseHistory } from '../../exporter/signals/lease-history.ts';
import { createRecentRounds } from '../../exporter/signals/recent.ts';

type Shown = Parameters<typeof modelView>[0];

const clock = systemClock();

/** The page, served, over a view that the test makes up anew whenever it is looked at. */
export async function stagePage(t: TestContext, look: (now: Moment) => Shown): Promise<string> {
  const seen = () => modelView(look(clock.now()));
  const live: ModelView = {
    leases: () => seen().leases(),
    nodes: () => seen().nodes(),
    sources: () => seen().sources(),
    connections: () => seen().connections(),
    openRounds: () => seen().openRounds(),
    massSilence: () => seen().massSilence(),
    policies: () => seen().policies(),
    pushes: () => seen().pushes(),
  };
  const page = createPage({
    ...{ clock, view: live, recent: createRecentRounds(live), history: createLeaseHistory() },
    about: () => ({ version: '1.2.3', mode: 'cluster', cluster: 'staged', site: '', traceUrl: null }),
    outboxStats: undefined,
    receiverStats: () => [],
  });
  const none = () => ({ leases: [], rounds: [], nodes: [], connections: [], policies: [] });
  const served = await startServer({
    ...{ listen: { host: '127.0.0.1', port: 0 }, clock },
    pages: page.files,
    upgrades: { '/live': page.upgrade },
    metrics: async () => [],
    ready: () => ({ ready: true, detail: '' }),
    api: { leases: none, rounds: none, nodes: none, connections: none, policies: none },
  });
  if (served.kind === 'failed') throw new Error(served.why);
  t.after(async () => {
    await page.close();
    await served.close();
  });
  return served.url;
}

/** Leases that renew every two seconds, each at its own time. */
export function renewing(number: number, now: Moment, part: Partial<LeaseView> = {}): LeaseView[] {
  return Array.from({ length: number }, (_, index) => {
    const ago = (now.mono + index * 137) % 2000;
    const name = `operator-${String(index).padStart(4, '0')}`;
    return leaseView({
      ...{ namespace: `team-${index % 20}`, name, holder: `${name}-7d9c6b5f4-x2x7q`, holderPod: '' },
      ...{ since: now.mono - 3_600_000, observedMono: now.mono - ago, observedWall: now.wall - ago * 1000 },
      ...part,
    });
  });
}

export function beating(number: number, now: Moment, part: Partial<NodeView> = {}): NodeView[] {
  return Array.from({ length: number }, (_, index) =>
    nodeView({
      ...{ name: `node-${String(index).padStart(4, '0')}`, since: 0, observedWall: now.wall },
      ...{ observedMono: now.mono - ((now.mono + index * 137) % 10_000), ...part },
    }),
  );
}
