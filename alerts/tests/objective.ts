import { series } from '../../exporter/promql.ts';
import { leasewatch, ofLease, told } from './cluster.ts';
import { links } from './messages.ts';
import type { Story } from './story.ts';

const board = { cluster: '', namespace: 'shop', lease: 'till' };
const labels = { namespace: 'shop', lease: 'till' };

/** The objective on the gap, on evaluations a minute apart. */
export const objectiveStories: readonly Story[] = [
  {
    name: 'LeadershipBudgetBurn opens a ticket after 130 s of gaps in 6 h, and not after 120 s',
    series: [
      leasewatch('8h'),
      told(series('lease_gap_seconds_total'), ofLease('till'), [0, '7h'], [70, '10m'], [140, '30m']),
      told(series('lease_gap_seconds_total'), ofLease('stock'), [0, '7h'], [60, '10m'], [120, '30m']),
    ],
    firing: [
      ['438m'],
      ['439m', 'LeadershipBudgetBurn shop/till'],
      ['450m', 'LeadershipBudgetBurn shop/till'],
    ],
    told: [
      {
        at: '450m',
        alert: 'LeadershipBudgetBurn',
        labels: { ...labels, severity: 'info', ticket: 'true', window: '6h' },
        annotations: {
          summary: 'A lease was without a leader for more time than its objective allows.',
          description:
            'lease shop/till: without a leader for 0.6481% of the last 6h, 6 times the objective would be 0.6%',
          ...links('LeadershipBudgetBurn', '450m', 'leasewatch-leases', board),
        },
      },
    ],
  },
  {
    name: 'LeadershipBudgetBurn opens a ticket when 259 s of three days are used up, however slowly',
    series: [leasewatch('15h'), told(series('lease_gap_seconds_total'), ofLease('till'), [0, '15h', 0.0825])],
    firing: [['792m'], ['793m', 'LeadershipBudgetBurn shop/till'], ['14h', 'LeadershipBudgetBurn shop/till']],
    told: [
      {
        at: '14h',
        alert: 'LeadershipBudgetBurn',
        labels: { ...labels, severity: 'info', ticket: 'true', window: '3d' },
        annotations: {
          summary: 'A lease was without a leader for more time than its objective allows.',
          description:
            'lease shop/till: without a leader for 0.1067% of the last 3d, 1 times the objective would be 0.1%',
          ...links('LeadershipBudgetBurn', '14h', 'leasewatch-leases', board),
        },
      },
    ],
  },
  {
    name: 'a rolling upgrade of five replicas without release, 95 s of gaps, opens no ticket',
    series: [
      leasewatch('8h'),
      told(
        series('lease_gap_seconds_total'),
        ofLease('till'),
        [0, '10m'],
        [19, '30s'],
        [38, '30s'],
        [57, '30s'],
        [76, '30s'],
        [95, '7h'],
      ),
    ],
    firing: [['20m'], ['40m'], ['7h']],
  },
];
