import { leaderClasses } from '../alerts/guards.ts';
import { leaseKey } from '../alerts/series.ts';
import { labelsOf, promql } from '../exporter/promql.ts';
import { bars, table, timeSeries } from './panels.ts';
import { over, rateInterval, rows, withExemplars } from './targets.ts';
import type { chosenSeries } from './variables.ts';

const policyKey = labelsOf(
  'lease_policy_info',
  'cluster',
  'namespace',
  'lease',
  'expect',
  'severity',
  'team',
);
const podKey = labelsOf('websocket_connections', 'cluster', 'namespace', 'pod');
const roundsBy = labelsOf('election_round_duration_seconds', 'cluster', 'class', 'cause');
const named = '{{namespace}}/{{lease}}';

const columns = {
  namespace: 'Namespace',
  lease: 'Lease',
  'Value #A': 'Transitions',
  'Value #B': 'Acquired',
  'Value #C': 'Renewed',
  'Value #D': 'Duration',
  expect: 'Expected',
  'Value #F': 'Missed',
  severity: 'Severity',
  team: 'Team',
} as const;

/** Panels about what is written in the records of leases, and what hangs on them. Their ids begin at 21. */
export function recordPanels({ series, histogram }: ReturnType<typeof chosenSeries>) {
  const written = table({
    id: 21,
    title: 'What the records say',
    description:
      'As the holders wrote it, on their clocks: no verdict depends on it. Beside it what a policy expects, and whether the lease is missed (1).',
    unit: 'short',
    targets: [
      rows(promql`max by (${leaseKey}) (${series('lease_transitions')})`, 'A'),
      rows(promql`1000 * max by (${leaseKey}) (${series('lease_acquire_timestamp_seconds')})`, 'B'),
      rows(promql`1000 * max by (${leaseKey}) (${series('lease_renew_timestamp_seconds')})`, 'C'),
      rows(promql`max by (${leaseKey}) (${series('lease_duration_seconds')})`, 'D'),
      rows(promql`max by (${policyKey}) (${series('lease_policy_info')})`, 'E'),
      rows(promql`max by (${leaseKey}) (${series('lease_expected_absent')})`, 'F'),
    ],
  })
    .withTransformation({ id: 'merge', options: {} })
    .withTransformation({
      id: 'organize',
      options: {
        excludeByName: { Time: true, cluster: true, 'Value #E': true },
        indexByName: Object.fromEntries(Object.keys(columns).map((name, index) => [name, index])),
        renameByName: columns,
      },
    })
    .overrideByName(columns['Value #B'], [{ id: 'unit', value: 'dateTimeAsIso' }])
    .overrideByName(columns['Value #C'], [{ id: 'unit', value: 'dateTimeAsIso' }])
    .overrideByName(columns['Value #D'], [{ id: 'unit', value: 's' }]);

  const renewals = timeSeries({
    id: 22,
    title: 'Renewals',
    description: 'By second. What slows down before it stops is a holder, or an API server, in trouble.',
    unit: 'cps',
    targets: [
      over(promql`max by (${leaseKey}) (rate(${series('lease_renewals_total')}[${rateInterval}]))`, named),
    ],
  });

  const without = bars({
    id: 23,
    title: 'Time without a leader, by lease',
    description:
      'Summed up when a round closes. Gap: from the last renewal to the acquisition. Leaderless: from expiry, release or deletion to the acquisition, which is a part of the gap: they overlap.',
    unit: 's',
    targets: [
      over(
        promql`max by (${leaseKey}) (increase(${series('lease_gap_seconds_total')}[${rateInterval}])) > 0`,
        `gap: ${named}`,
        'A',
      ),
      over(
        promql`max by (${leaseKey}) (increase(${series('lease_leaderless_seconds_total')}[${rateInterval}])) > 0`,
        `leaderless: ${named}`,
        'B',
      ),
    ],
  });

  const quantile = (q: number) =>
    promql`histogram_quantile(${q}, sum by (le) (max by (le, ${roundsBy}) (rate(${histogram('election_round_duration_seconds', 'bucket')}[${rateInterval}]))))`;

  const rounds = timeSeries({
    id: 24,
    title: 'Whole rounds',
    description:
      'From the last renewal of the old holder to the first renewal of the new one. A diamond is a round: it leads to its trace. Of all leases.',
    unit: 's',
    targets: [
      withExemplars(quantile(0.5), 'half of the rounds within', 'A'),
      withExemplars(quantile(0.99), '99 % within', 'B'),
    ],
  });

  const info = series('lease_info', { class: leaderClasses, holder_pod: { not: '' } });
  const holder = promql`label_replace(max by (${leaseKey}, holder_pod) (${info}), "pod", "$1", "holder_pod", "(.+)")`;

  const hanging = timeSeries({
    id: 25,
    title: 'Connections at their holders',
    description:
      'WebSocket connections to the Pod that holds the lease, by a sidecar in that Pod or the DaemonSet on its node: what an election moves.',
    unit: 'short',
    targets: [
      over(
        promql`max by (${leaseKey}) (${holder} * on (${podKey}) group_left () sum by (${podKey}) (${series('websocket_connections')}))`,
        named,
      ),
    ],
  });

  return { written, renewals, without, rounds, hanging };
}
