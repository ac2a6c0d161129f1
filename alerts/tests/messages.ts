import { type Duration, secondsOf } from '../../exporter/promql.ts';
import { config } from '../config.ts';

/** What the links of a message have to be at a time of a story that begins at the epoch. */
export function links(
  alert: string,
  at: Duration,
  board: string,
  variables: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const now = secondsOf(at);
  const chosen = Object.entries(variables).map(
    ([name, value]) => `&var-${name}=${encodeURIComponent(value)}`,
  );
  const range = `from=${(now - 1800) * 1000}&to=${(now + 300) * 1000}`;
  return {
    runbook_url: `${config.runbooks}${alert}.md`,
    dashboard_url: `${config.grafana}/d/${board}?${range}${chosen.join('')}`,
  };
}
