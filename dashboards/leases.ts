import { leaderClasses } from '../alerts/guards.ts';
import { leaseKey } from '../alerts/series.ts';
import { chosenLines } from '../exporter/logql.ts';
import { labelsOf, promql } from '../exporter/promql.ts';
import { elections, told } from './annotations.ts';
import { dashboard } from './dashboard.ts';
import { jaeger, loki, prometheus } from './datasources.ts';
import { believed } from './foreign.ts';
import { uids } from './links.ts';
import { bars, heatmap, logs, stat, timeSeries, traceList, withLine } from './panels.ts';
import { recordPanels } from './records.ts';
import { buckets, lines, now, over, rateInterval, traces, withExemplars } from './targets.ts';
import { type Choice, chosenSeries } from './variables.ts';
import { holders, shareOfDuration, verdicts, whoLeads } from './who-leads.ts';

const choices = ['namespace', 'lease'] as const satisfies readonly Choice[];
const chosen = chosenSeries(choices);
const { series, histogram } = chosen;
const records = recordPanels(chosen);
const named = '{{namespace}}/{{lease}}';

/** Replicas count the same elections: the highest of them is the truth. */
const roundsBy = labelsOf('election_gap_duration_seconds', 'cluster', 'class', 'cause');

const inState = (state: string) =>
  promql`sum(max by (${leaseKey}) (${series('lease_state', { class: leaderClasses, state })}))`;

const count = (id: number, state: string, description: string, color: string) =>
  stat({ id, title: `Leases ${state}`, description, unit: 'short', targets: [now(inState(state))] }, [
    { from: 0, color: state === 'held' ? 'red' : 'green' },
    { from: 1, color },
  ]);

const changes = bars({
  id: 9,
  title: 'Changes of leader by cause',
  description:
    'released: handed over. expired: the holder fell silent. deleted: somebody deleted the lease. taken: taken before its time was up.',
  unit: 'short',
  targets: [
    over(
      promql`sum by (cause) (max by (${leaseKey}, cause) (increase(${series('lease_holder_changes_total')}[${rateInterval}])))`,
      '{{cause}}',
    ),
  ],
});

const age = withLine(
  timeSeries({
    id: 8,
    title: 'Silence as a share of the duration',
    description:
      'How long ago the last renewal was seen, against the duration of the lease. At the line the holder loses its right to lead. Leftovers and leases without a holder are left out.',
    unit: 'percentunit',
    targets: [
      over(
        promql`${shareOfDuration(chosen)} unless on (${leaseKey}) (${series('lease_state', { state: { like: 'orphaned|vacant|released' } })} == 1)`,
        named,
      ),
    ],
  }),
  1,
);

const gapBuckets = histogram('election_gap_duration_seconds', 'bucket');
const leaderlessBuckets = histogram('election_leaderless_duration_seconds', 'bucket');

const gap = heatmap({
  id: 10,
  title: 'Gaps between leaders',
  description:
    'From the last renewal of the old holder to the acquisition by the new one. A diamond is a round: it leads to its trace. Of all leases: histograms do not tell them apart.',
  unit: 's',
  targets: [
    buckets(
      promql`sum by (le) (max by (le, ${roundsBy}) (increase(${gapBuckets}[${rateInterval}])))`,
    ).exemplar(true),
  ],
});

const quantile = (q: number) =>
  promql`histogram_quantile(${q}, sum by (le) (max by (le, ${roundsBy}) (rate(${leaderlessBuckets}[${rateInterval}]))))`;

const leaderless = timeSeries({
  id: 11,
  title: 'Leaderless time',
  description:
    'From expiry, release or deletion to the acquisition: nobody was entitled to lead. A diamond is a round: it leads to its trace. Of all leases.',
  unit: 's',
  targets: [
    withExemplars(quantile(0.5), 'half of the rounds within', 'A'),
    withExemplars(quantile(0.99), '99 % within', 'B'),
  ],
});

const outcomes = bars({
  id: 12,
  title: 'Rounds that closed, by outcome',
  description:
    'elected: another holder. resumed: the same holder after an expiry. recreated: the lease was deleted and created again. abandoned: nobody came. Of all leases.',
  unit: 'short',
  targets: [
    over(
      promql`sum by (outcome) (max by (cluster, class, cause, outcome) (increase(${series('election_rounds_total')}[${rateInterval}])))`,
      '{{outcome}}',
    ),
  ],
});

const late = bars({
  id: 13,
  title: 'Late renewals',
  description:
    'Renewals later than the rhythm of the holder allows: it, or its way to the API server, is slow.',
  unit: 'short',
  targets: [
    over(
      promql`max by (${leaseKey}) (increase(${series('lease_late_renewals_total')}[${rateInterval}]))`,
      named,
    ),
  ],
});

const skew = timeSeries({
  id: 14,
  title: 'Clocks of holders',
  description: 'How far the clock of a holder is ahead of that of leasewatch. No verdict depends on it.',
  unit: 's',
  targets: [over(promql`max by (${leaseKey}) (${series('lease_clock_skew_seconds')})`, named)],
});

const unseen = timeSeries({
  id: 15,
  title: 'Time without an answer',
  description: 'The share of time in which a lease was expired, or in which nobody could see it.',
  unit: 'percentunit',
  targets: [
    over(
      promql`max by (${leaseKey}) (rate(${series('lease_expired_seconds_total')}[${rateInterval}])) > 0`,
      `expired: ${named}`,
      'A',
    ),
    over(
      promql`max by (${leaseKey}) (rate(${series('lease_unknown_seconds_total')}[${rateInterval}])) > 0`,
      `unknown: ${named}`,
      'B',
    ),
  ],
});

const doubts = bars({
  id: 16,
  title: 'Possible overlaps and missed rounds',
  description:
    'An overlap: a lease was acquired before the time of its holder was up, so that two may have led. A missed round: the record says that more changes happened than were seen.',
  unit: 'short',
  targets: [
    over(
      promql`max by (${leaseKey}) (increase(${series('lease_possible_overlaps_total')}[${rateInterval}]))`,
      `overlap: ${named}`,
      'A',
    ),
    over(
      promql`max by (${leaseKey}) (increase(${series('lease_missed_rounds_total')}[${rateInterval}]))`,
      `missed: ${named}`,
      'B',
    ),
  ],
});

const candidates = timeSeries({
  id: 17,
  title: 'Who could lead',
  description: 'Candidates of a lease, its holder included. With one, nobody takes over.',
  unit: 'short',
  targets: [over(promql`max by (${leaseKey}) (${series('lease_candidates')})`, named)],
});

const belief = timeSeries({
  id: 18,
  title: 'Who believes to lead, and who does',
  description:
    'leader_election_master_status of client-go, where it is scraped: how many processes believe that they lead. Beside it whether the lease is held. Two believers, or one without a held lease, is a process that goes on although it may not.',
  unit: 'short',
  targets: [
    over(promql`sum by (cluster, name) (${believed})`, 'believe: {{name}}', 'A'),
    over(
      promql`max by (${leaseKey}) (${series('lease_state', { class: leaderClasses, state: 'held' })})`,
      `held: ${named}`,
      'B',
    ),
  ],
});

const story = logs({
  id: 19,
  title: 'What happened',
  description: 'Verdicts and rounds of the chosen leases. A line of a round leads to its trace.',
  targets: [
    lines(
      chosenLines(
        [
          'lease_state',
          'lease_late_renewal',
          'round_opened',
          'round_acquired',
          'round_lost',
          'round_closed',
          'lease_possible_overlap',
          'holder_restarted',
        ],
        choices,
      ),
    ),
  ],
});

const rounds = traceList({
  id: 20,
  title: 'Latest election rounds',
  description: 'Their traces, of all leases. The name of the lease is an attribute of the first span.',
  targets: [traces('round')],
});

export const leases = dashboard({
  uid: uids.leases,
  title: 'Leases and elections',
  description: 'Who leads, who led, how long nobody did, and why.',
  sources: [prometheus, loki, jaeger],
  choices,
  annotations: [elections(choices), told(['round_closed'], 'Election rounds')],
  shelves: [
    {
      height: 4,
      panels: [
        [6, count(1, 'held', 'Somebody leads.', 'green')],
        [6, count(2, 'expired', 'Their holder fell silent for longer than the lease lasts.', 'red')],
        [
          6,
          count(
            3,
            'released',
            'Given up and not taken: normal for seconds, or while scaled to zero.',
            'yellow',
          ),
        ],
        [
          6,
          count(4, 'unknown', 'Nobody can say: leasewatch does not see them, or has just begun.', 'orange'),
        ],
      ],
    },
    { height: 9, panels: [[24, whoLeads(5, chosen)]] },
    {
      height: 8,
      panels: [
        [12, holders(6, chosen)],
        [12, verdicts(7, chosen)],
      ],
    },
    {
      height: 8,
      panels: [
        [12, age],
        [12, changes],
      ],
    },
    {
      height: 8,
      panels: [
        [12, gap],
        [12, leaderless],
      ],
    },
    {
      height: 7,
      panels: [
        [8, outcomes],
        [8, late],
        [8, unseen],
      ],
    },
    {
      height: 7,
      panels: [
        [8, doubts],
        [8, skew],
        [8, candidates],
      ],
    },
    {
      height: 7,
      panels: [
        [8, records.rounds],
        [8, records.without],
        [8, records.renewals],
      ],
    },
    {
      height: 7,
      panels: [
        [12, belief],
        [12, records.hanging],
      ],
    },
    { height: 8, panels: [[24, records.written]] },
    {
      height: 9,
      panels: [
        [14, story],
        [10, rounds],
      ],
    },
  ],
});
