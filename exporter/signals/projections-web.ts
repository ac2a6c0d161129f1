import type { Projections } from './projections.ts';

export const webProjections = {
  *web_connections({ web }) {
    if (web !== undefined) yield { labels: {}, value: web.connections };
  },
  *web_connections_cut_total({ web }) {
    if (web === undefined) return;
    for (const [reason, value] of Object.entries(web.cut)) yield { labels: { reason }, value };
  },
  *web_requests_refused_total({ web }) {
    if (web === undefined) return;
    for (const [reason, value] of Object.entries(web.refused)) yield { labels: { reason }, value };
  },
  *web_config_last_reload_successful({ web }) {
    if (web?.configGood !== undefined) yield { labels: {}, value: web.configGood ? 1 : 0 };
  },
} satisfies Partial<Projections>;
