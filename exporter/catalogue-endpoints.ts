import { counter, gauge } from './catalogue-metric.ts';

/** What proxies and applications count themselves. Each is a view of its own: never add them to the others. */
export const endpointMetrics = {
  websocket_proxy_connections: gauge(
    ['target'] as const,
    '',
    'Open connections as a proxy counts them. Absent while it cannot be read.',
  ),
  websocket_proxy_upgrades_total: counter(
    ['target'] as const,
    '',
    'Connections that a proxy has upgraded, as it counts them itself: it starts again with the proxy.',
  ),
  websocket_app_connections: gauge(
    ['target'] as const,
    '',
    'Open connections as an application counts them, read from its own metrics. Absent while it cannot be read.',
  ),
  websocket_endpoint_failures_total: counter(
    ['target', 'reason'] as const,
    '',
    'Readings of such an endpoint that brought no count, by reason.',
  ),
} as const;
