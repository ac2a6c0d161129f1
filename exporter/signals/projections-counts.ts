import type { CountsView } from '../model/view-connections.ts';
import type { Projections, ScrapeContext } from './projections.ts';

function* eachCount(context: ScrapeContext, side: CountsView['side'], of: 'connections' | 'total') {
  for (const counts of context.view.connections().counts()) {
    const value = counts.side === side ? counts[of] : undefined;
    if (value !== undefined) yield { labels: { target: context.text(counts.target) }, value };
  }
}

export const countsProjections = {
  websocket_proxy_connections: (context) => eachCount(context, 'proxy', 'connections'),
  websocket_proxy_upgrades_total: (context) => eachCount(context, 'proxy', 'total'),
  websocket_app_connections: (context) => eachCount(context, 'app', 'connections'),
  *websocket_endpoint_failures_total(context) {
    for (const { target, failures } of context.view.connections().counts()) {
      for (const [reason, value] of failures) {
        yield { labels: { target: context.text(target), reason }, value };
      }
    }
  },
} satisfies Partial<Projections>;
