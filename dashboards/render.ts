import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard';

/** A dashboard as a file. */
export function dashboardJson(dashboard: Dashboard): string {
  return `${JSON.stringify(dashboard, undefined, 2)}\n`;
}
