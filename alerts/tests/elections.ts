import { series } from '../../exporter/promql.ts';
import { lease, leasewatch, massSilence, ofLease, secondTarget, target, told } from './cluster.ts';
import { links } from './messages.ts';
import type { Story } from './story.ts';

const board = { cluster: '', namespace: 'shop', lease: 'till' };
const labels = { namespace: 'shop', lease: 'till' };
const held = lease('till', {}, ['held', '45m']);
const late = (...parts: Parameters<typeof told>[2][]) =>
  told(series('lease_late_renewals_total'), ofLease('till'), ...parts);
const changes = (cause: string, ...parts: Parameters<typeof told>[2][]) =>
  told(series('lease_holder_changes_total'), { ...ofLease('till'), cause }, ...parts);
const skew = (value: number) => [
  told(series('lease_clock_skew_seconds'), ofLease('till'), [0, '5m'], [value, '20m'], [0, '30m']),
  told(series('clock_skew_seconds'), target, [0, '45m']),
];

/** Signs of trouble while somebody leads. */
export const electionStories: readonly Story[] = [
  {
    name: 'LeaseRenewalsLate fires at the third late renewal, and 10 min longer than it is true',
    series: [leasewatch('45m'), held, late([0, '20m'], [1, '1m'], [2, '1m'], [3, '23m'])],
    firing: [
      ['21m'],
      ['1305s'],
      ['1320s', 'LeaseRenewalsLate shop/till'],
      ['35m', 'LeaseRenewalsLate shop/till'],
      ['2385s', 'LeaseRenewalsLate shop/till'],
      ['2400s'],
      ['44m'],
    ],
    told: [
      {
        at: '1320s',
        alert: 'LeaseRenewalsLate',
        labels: { ...labels, severity: 'warning' },
        annotations: {
          summary: 'A holder renews its lease late again and again: it may lose it soon.',
          description: 'lease shop/till: till-0 renewed late 3 times within 10 minutes',
          ...links('LeaseRenewalsLate', '1320s', 'leasewatch-leases', board),
          trace_url: '',
        },
      },
    ],
  },
  {
    name: 'late renewals are no news while many are silent',
    series: [
      leasewatch('45m'),
      held,
      late([0, '20m'], [3, '10m']),
      massSilence('election', [0, '19m'], [1, '10m']),
    ],
    firing: [['20m'], ['22m', 'LeasesSilentAtOnce election']],
  },
  {
    name: 'LeaderElectionFlapping does not fire at five losses, and does at the sixth, over all causes',
    series: [
      leasewatch('95m'),
      held,
      changes('expired', [0, '10m'], [1, '5m'], [2, '5m'], [3, '75m']),
      changes('taken', [0, '25m'], [1, '5m'], [2, '65m']),
      changes('deleted', [0, '40m'], [1, '55m']),
      changes('released', [0, '95m', 1]),
    ],
    firing: [
      ['39m'],
      ['2400s', 'LeaderElectionFlapping shop/till'],
      ['44m', 'LeaderElectionFlapping shop/till'],
      ['5085s', 'LeaderElectionFlapping shop/till'],
      ['5100s'],
    ],
    told: [
      {
        at: '2400s',
        alert: 'LeaderElectionFlapping',
        labels: { ...labels, severity: 'warning' },
        annotations: {
          summary: 'A lease changes its leader again and again without being released.',
          description: 'lease shop/till: 6 leaders were lost within an hour, till-0 leads now',
          ...links('LeaderElectionFlapping', '2400s', 'leasewatch-leases', board),
          trace_url: '',
        },
      },
    ],
  },
  {
    name: 'LeasePossibleOverlap fires once for two replicas that saw it, and for 25 min',
    series: [
      leasewatch('45m'),
      held,
      told(series('lease_possible_overlaps_total'), ofLease('till'), [0, '10m'], [1, '30m']),
      told(
        series('lease_possible_overlaps_total'),
        { ...ofLease('till'), ...secondTarget },
        [4, '10m'],
        [5, '30m'],
      ),
    ],
    firing: [
      ['585s'],
      ['600s', 'LeasePossibleOverlap shop/till'],
      ['34m', 'LeasePossibleOverlap shop/till'],
      ['2085s', 'LeasePossibleOverlap shop/till'],
      ['2100s'],
      ['36m'],
    ],
    told: [
      {
        at: '600s',
        alert: 'LeasePossibleOverlap',
        labels: { ...labels, severity: 'warning' },
        annotations: {
          summary: 'A lease was acquired before the time of its holder was up: two may have led at once.',
          description: 'lease shop/till: acquired by till-0 before the time of the holder before was up',
          ...links('LeasePossibleOverlap', '600s', 'leasewatch-leases', board),
          trace_url: '',
        },
      },
    ],
  },
  {
    name: 'LeaseHolderClockSkew fires after 10 min beyond 5 s, either way',
    series: [leasewatch('45m'), held, ...skew(-6)],
    firing: [
      ['885s'],
      ['900s', 'LeaseHolderClockSkew shop/till'],
      ['1785s', 'LeaseHolderClockSkew shop/till'],
      ['1800s'],
    ],
    told: [
      {
        at: '900s',
        alert: 'LeaseHolderClockSkew',
        labels: { ...labels, severity: 'warning' },
        annotations: {
          summary: 'The clock of a holder is wrong by more than five seconds.',
          description: 'lease shop/till: the clock of till-0 is off by 6s',
          ...links('LeaseHolderClockSkew', '900s', 'leasewatch-leases', board),
          trace_url: '',
        },
      },
    ],
  },
  {
    name: 'a clock that is five seconds off is good enough',
    series: [leasewatch('21m'), held, ...skew(5)],
    firing: [['20m']],
  },
];
