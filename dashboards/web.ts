import { labelsOf, promql } from '../exporter/promql.ts';
import { bars, statusHistory, timeSeries } from './panels.ts';
import { yesOrNo } from './states.ts';
import { over, rateInterval } from './targets.ts';
import type { chosenSeries } from './variables.ts';

const processKey = labelsOf('build_info', 'cluster', 'job', 'instance');

/** Panels about who asks leasewatch, and who is not let in. Their ids begin at 40. */
export function webPanels({ series, grown }: ReturnType<typeof chosenSeries>) {
  const connections = timeSeries({
    id: 40,
    title: 'Connections to leasewatch itself',
    description:
      'Scrapers keep theirs. At 512 each new one takes the place of the oldest on which nobody was let in.',
    unit: 'short',
    targets: [over(promql`max by (${processKey}) (${series('web_connections')})`, '{{instance}}')],
  });

  const refused = bars({
    id: 41,
    title: 'Not let in',
    description:
      'Requests that were refused and connections that were ended, by reason. unauthorized without an end: a scraper has an old password, or somebody guesses.',
    unit: 'short',
    targets: [
      over(
        promql`sum by (reason) (${grown(series('web_requests_refused_total'), rateInterval)})`,
        'request: {{reason}}',
        'A',
      ),
      over(
        promql`sum by (reason) (${grown(series('web_connections_cut_total'), rateInterval)})`,
        'connection: {{reason}}',
        'B',
      ),
    ],
  });

  const config = statusHistory({
    id: 42,
    title: 'Web configuration',
    description:
      'Whether what its files hold is in force. What cannot be used leaves in force what was before, which may be an old certificate; the log says why.',
    targets: [
      over(promql`max by (${processKey}) (${series('web_config_last_reload_successful')})`, '{{instance}}'),
    ],
  }).mappings(yesOrNo({ text: 'not in force', color: 'red' }, { text: 'in force', color: 'green' }));

  return { connections, refused, config };
}
