import type { Delivery } from './assemble-delivery.ts';
import type { SignalParts, Signals } from './assemble-signals.ts';
import type { ModelView } from './model/view.ts';
import { createPage, type StatusPage } from './page/page.ts';

/** The status page, fed with what the signals know. */
export function startPage(
  { config, version, clock, cluster }: SignalParts,
  view: ModelView,
  { recent, history }: Signals,
  delivery: Delivery,
): StatusPage {
  return createPage({
    ...{ clock, view, recent, history },
    about: () => ({
      ...{ version, mode: config.mode, cluster: cluster.id, site: config.site ?? '' },
      traceUrl: config.page.traceUrl ?? null,
    }),
    outboxStats: delivery.stats,
    receiverStats: () => delivery.receiverStats(),
  });
}
