import { counter, gauge } from './catalogue-metric.ts';

/** How the server of leasewatch is used, and by whom it is not. */
export const webMetrics = {
  web_connections: gauge(
    [] as const,
    '',
    'Open connections to leasewatch itself. There are never more than 512.',
  ),
  web_connections_cut_total: counter(
    ['reason'] as const,
    '',
    'Connections that leasewatch ended: full, the oldest stranger made room for a new one; handshake, TLS did not come about; ahead, too many requests before their answers.',
  ),
  web_requests_refused_total: counter(
    ['reason'] as const,
    '',
    'Requests that were not answered: unauthorized; busy; rate_limit; host, a browser used a name that is not ours; origin, a page of others wanted a WebSocket; malformed; too_large.',
  ),
  web_config_last_reload_successful: gauge(
    [] as const,
    '',
    '1 while what the web configuration and its files hold is in force, 0 while something older is. Absent without one.',
  ),
} as const;
