import { labelsOf, promql } from '../exporter/promql.ts';
import { statusHistory, timeSeries } from './panels.ts';
import { yesOrNo } from './states.ts';
import { over, rateInterval } from './targets.ts';
import type { chosenSeries } from './variables.ts';

const routeKey = labelsOf('outbox_records', 'cluster', 'job', 'instance', 'route');
const sourceKey = labelsOf('source_up', 'cluster', 'job', 'instance', 'source');

/** Panels about what receivers take, and what they refuse. Their ids begin at 22. */
export function receiverPanels({ series }: ReturnType<typeof chosenSeries>) {
  const requests = timeSeries({
    id: 22,
    title: 'Requests to receivers',
    description:
      'By second, by what became of them: accepted, rejected for good, or to be tried again. Records that are too old to be sent are told beside them.',
    unit: 'cps',
    targets: [
      over(
        promql`sum by (route, outcome) (rate(${series('receiver_requests_total')}[${rateInterval}]))`,
        '{{route}} {{outcome}}',
        'A',
      ),
      over(
        promql`sum by (route, reason) (rate(${series('receiver_unsent_records_total')}[${rateInterval}]))`,
        'not sent: {{route}}, {{reason}}',
        'B',
      ),
    ],
  });

  const sent = timeSeries({
    id: 23,
    title: 'Bytes to receivers',
    description: 'Heads and compressed bodies by second, without TLS and TCP.',
    unit: 'Bps',
    targets: [
      over(
        promql`sum by (route) (rate(${series('receiver_sent_bytes_total')}[${rateInterval}]))`,
        '{{route}}',
      ),
    ],
  });

  const credentials = statusHistory({
    id: 24,
    title: 'Credentials',
    description: 'Whether a receiver refuses them (401 or 403). What there is to send waits meanwhile.',
    targets: [
      over(
        promql`max by (${routeKey}) (${series('receiver_refuses_credentials')})`,
        '{{instance}} {{route}}',
      ),
    ],
  }).mappings(yesOrNo({ text: 'taken', color: 'green' }, { text: 'refused', color: 'red' }));

  const dead = timeSeries({
    id: 25,
    title: 'Dead letters',
    description: 'Records that a receiver refused for good, and that are kept.',
    unit: 'short',
    targets: [
      over(promql`max by (${routeKey}) (${series('outbox_dead_letters')})`, '{{instance}} {{route}}'),
    ],
  });

  const deadBytes = timeSeries({
    id: 26,
    title: 'Bytes of dead letters',
    description: 'What they take of the outbox.',
    unit: 'bytes',
    targets: [
      over(promql`max by (${routeKey}) (${series('outbox_dead_letter_bytes')})`, '{{instance}} {{route}}'),
    ],
  });

  const blind = timeSeries({
    id: 27,
    title: 'Time blind',
    description: 'The share of time in which a source could not see, from its first failure on.',
    unit: 'percentunit',
    targets: [
      over(
        promql`max by (${sourceKey}) (rate(${series('source_blind_seconds_total')}[${rateInterval}]))`,
        '{{instance}} {{source}}',
      ),
    ],
  });

  return { requests, sent, credentials, dead, deadBytes, blind };
}
