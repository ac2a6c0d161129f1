import { series } from '../../exporter/promql.ts';
import { lease, leasewatch, massSilence, ofLease, secondTarget, sees, target, told } from './cluster.ts';
import { links } from './messages.ts';
import { line, type Part, type Story, selector } from './story.ts';

const page = 'LeaderLeaseExpired shop/till election';
const tillBoard = { cluster: '', namespace: 'shop', lease: 'till' };

const missed = 'ExpectedLeaseAbsent shop/till';
const expectedAbsent = (...parts: readonly Part[]) =>
  told(series('lease_expected_absent'), ofLease('till'), ...parts);

/** Leases whose holder is gone. */
export const leaderStories: readonly Story[] = [
  {
    name: 'LeaderLeaseExpired fires 30 s after the verdict, and until 5 min after the next holder',
    series: [
      leasewatch('20m'),
      lease('till', {}, ['held', '5m'], ['expired', '5m'], ['held', '10m']),
      told(
        series('lease_open_round_info'),
        { ...ofLease('till'), cause: 'expired', trace_id: 'abc' },
        ['absent', '5m'],
        [1, '5m'],
        ['failed', '15s'],
      ),
    ],
    firing: [
      ['285s'],
      ['300s'],
      ['315s'],
      ['330s', page],
      ['585s', page],
      ['600s', page],
      ['885s', page],
      ['900s'],
    ],
    told: [
      {
        at: '330s',
        alert: 'LeaderLeaseExpired',
        labels: { severity: 'critical', namespace: 'shop', lease: 'till', class: 'election' },
        annotations: {
          summary: 'Nobody leads: the lease of a leader ran out and nobody took it.',
          description: 'lease shop/till: no leader for 5m 30s, last held by till-0',
          ...links('LeaderLeaseExpired', '330s', 'leasewatch-leases', tillBoard),
          trace_url: 'https://jaeger.example/trace/abc',
        },
      },
    ],
  },
  {
    name: 'LeaderLeaseExpired comes for a coordinated election too',
    series: [leasewatch('5m'), lease('till', { class: 'coordinated' }, ['held', '1m'], ['expired', '4m'])],
    firing: [['2m', 'LeaderLeaseExpired shop/till coordinated']],
  },
  {
    name: 'LeaderLeaseExpired waits 120 s where the lease is longer than a minute',
    series: [leasewatch('10m'), lease('till', { duration: 137 }, ['held', '5m'], ['expired', '5m'])],
    firing: [['405s'], ['420s', page]],
  },
  {
    name: 'a lease of 3,600 s that nobody takes: the page comes two minutes after the hour',
    series: [leasewatch('30m'), lease('till', { duration: 3600 }, ['held', '20m'], ['expired', '10m'])],
    firing: [['21m'], ['1305s'], ['1320s', page], ['29m', page]],
  },
  {
    name: 'a leader is evicted without a release and its replacement stays Pending: the page comes',
    series: [leasewatch('15m'), lease('till', {}, ['held', '1m'], ['expired', '14m'])],
    firing: [
      ['90s', page],
      ['14m', page],
    ],
  },
  {
    name: 'one node that holds most leaders dies: its pages come',
    series: [
      leasewatch('10m'),
      massSilence('election', [0, '10m']),
      ...['a', 'b', 'c', 'd'].map((name) => lease(name, {}, ['held', '1m'], ['expired', '9m'])),
      lease('e', {}, ['held', '10m']),
    ],
    firing: [['2m', ...['a', 'b', 'c', 'd'].map((name) => `LeaderLeaseExpired shop/${name} election`)]],
  },
  {
    name: 'a page goes on while leasewatch is blind, and ends when it sees a holder',
    series: [
      leasewatch('40m'),
      lease('till', {}, ['held', '1m'], ['expired', '4m'], ['unknown', '15m'], ['held', '20m']),
    ],
    firing: [['5m', page], ['19m', page], ['1500s']],
  },
  {
    name: 'a page goes on after leasewatch vanished, beside the alert for that',
    series: [
      { [selector('up', target)]: line([1, '5m'], ['failed', '35m']) },
      sees([1, '5m']),
      {
        [selector('leasewatch_source_up', { ...target, source: 'leases' })]: line(
          [1, '5m'],
          ['failed', '35m'],
        ),
      },
      lease('till', {}, ['held', '1m'], ['expired', '4m'], ['failed', '35m']),
    ],
    firing: [
      ['5m', page],
      ['12m', page, 'LeasewatchDown'],
      ['39m', page, 'LeasewatchDown', 'LeasewatchAbsent'],
    ],
  },
  {
    name: 'a replica that is blind does not hide what the other sees',
    series: [
      leasewatch('5m'),
      leasewatch('5m', { at: secondTarget }),
      lease('till', {}, ['unknown', '5m']),
      lease('till', { at: secondTarget }, ['held', '1m'], ['expired', '4m']),
    ],
    firing: [['2m', page]],
  },
  {
    name: 'severity and team come from the policy of the lease, and outlast failed scrapes and a second policy',
    series: [
      leasewatch('10m'),
      lease('till', {}, ['held', '1m'], ['expired', '9m']),
      told(
        series('lease_policy_info'),
        { ...ofLease('till'), severity: 'warning', team: 'tills' },
        [1, '2m'],
        ['failed', '1m'],
        [1, '7m'],
      ),
      told(
        series('lease_policy_info'),
        { ...ofLease('till'), ...secondTarget, severity: 'warning', team: 'tills' },
        [1, '2m'],
        ['failed', '15s'],
      ),
    ],
    firing: [
      ['90s', page],
      ['150s', page],
      ['9m', page],
    ],
    told: (['90s', '150s', '9m'] as const).map((at) => ({
      at,
      alert: 'LeaderLeaseExpired',
      labels: { severity: 'warning', team: 'tills', namespace: 'shop', lease: 'till', class: 'election' },
      annotations: {
        summary: 'Nobody leads: the lease of a leader ran out and nobody took it.',
        description: `lease shop/till: no leader for ${{ '90s': '1m 30s', '150s': '2m 30s', '9m': '9m 0s' }[at]}, last held by till-0`,
        ...links('LeaderLeaseExpired', at, 'leasewatch-leases', tillBoard),
        trace_url: '',
      },
    })),
  },
  {
    name: 'a leader is evicted, releases, and its replacement stays Pending: the page comes where it is expected',
    series: [
      leasewatch('30m'),
      lease('till', {}, ['held', '5m'], ['released', '10m'], ['held', '15m']),
      expectedAbsent([0, '6m'], [1, '9m'], [0, '15m']),
      told(
        series('lease_policy_info'),
        { ...ofLease('till'), expect: 'held', severity: 'critical', team: 'tills' },
        [1, '30m'],
      ),
    ],
    firing: [['405s'], ['420s', missed], ['1185s', missed], ['1200s']],
    told: [
      {
        at: '420s',
        alert: 'ExpectedLeaseAbsent',
        labels: { severity: 'critical', team: 'tills', namespace: 'shop', lease: 'till' },
        annotations: {
          summary: 'A lease that a policy expects to be held has no holder, or does not exist.',
          description:
            'lease shop/till: expected to be held, and nobody holds it for longer than the grace of its policy',
          ...links('ExpectedLeaseAbsent', '420s', 'leasewatch-leases', tillBoard),
          trace_url: '',
        },
      },
    ],
  },
  {
    name: 'ExpectedLeaseAbsent comes for a lease that never was, and stays when leasewatch vanishes',
    series: [
      leasewatch('5m'),
      told(series('source_up'), { ...target, source: 'leases' }, [1, '5m'], ['failed', '15s']),
      expectedAbsent([1, '5m'], ['failed', '15s']),
    ],
    firing: [['45s'], ['60s', missed], ['20m', missed, 'LeasewatchDown']],
  },
  {
    name: 'LeaderLeaseUnheld fires 35 min after a release that nobody follows, while candidates stand',
    series: [
      leasewatch('60m'),
      lease('till', { class: 'coordinated' }, ['held', '5m'], ['released', '40m'], ['held', '15m']),
      told(series('lease_candidates'), ofLease('till'), [2, '60m']),
    ],
    firing: [
      ['2385s'],
      ['2400s', 'LeaderLeaseUnheld shop/till coordinated'],
      ['2985s', 'LeaderLeaseUnheld shop/till coordinated'],
      ['3000s'],
    ],
    told: [
      {
        at: '40m',
        alert: 'LeaderLeaseUnheld',
        labels: { severity: 'warning', namespace: 'shop', lease: 'till', class: 'coordinated' },
        annotations: {
          summary: 'A lease was given up, candidates stand for it, and nobody takes it.',
          description: 'lease shop/till: released and not taken, although candidates stand for it',
          ...links('LeaderLeaseUnheld', '40m', 'leasewatch-leases', tillBoard),
          trace_url: '',
        },
      },
    ],
  },
  {
    name: 'unheld without a word: scaled to zero, of an unknown number of replicas, or taken again',
    series: [
      leasewatch('60m'),
      lease('till', { class: 'coordinated' }, ['held', '5m'], ['released', '55m']),
      told(series('lease_candidates'), ofLease('till'), [2, '35m'], [0, '25m']),
      lease('stock', {}, ['held', '5m'], ['released', '55m']),
      told(series('lease_candidates'), ofLease('stock'), [3, '5m'], ['failed', '55m']),
      lease('prices', { class: 'coordinated' }, ['held', '5m'], ['released', '5m'], ['held', '50m']),
      told(series('lease_candidates'), ofLease('prices'), [2, '60m']),
    ],
    firing: [['10m'], ['39m'], ['2400s'], ['59m']],
  },
  {
    name: 'HeldLeaseDeleted fires 2 min after the deletion and ends with a new holder',
    series: [
      leasewatch('20m'),
      lease('till', {}, ['held', '5m'], ['deleted', '5m'], ['held', '10m']),
      told(
        series('lease_open_round_info'),
        { ...ofLease('till'), cause: 'deleted', trace_id: 'abc' },
        ['absent', '5m'],
        [1, '5m'],
        ['failed', '15s'],
      ),
    ],
    firing: [
      ['405s'],
      ['420s', 'HeldLeaseDeleted shop/till election'],
      ['885s', 'HeldLeaseDeleted shop/till election'],
      ['900s'],
    ],
    told: [
      {
        at: '420s',
        alert: 'HeldLeaseDeleted',
        labels: { severity: 'warning', namespace: 'shop', lease: 'till', class: 'election' },
        annotations: {
          summary: 'A lease was deleted while somebody held it, and nobody created it again.',
          description: 'lease shop/till: deleted while held by till-0, and not created again',
          ...links('HeldLeaseDeleted', '420s', 'leasewatch-leases', tillBoard),
          trace_url: 'https://jaeger.example/trace/abc',
        },
      },
    ],
  },
  {
    name: 'HeartbeatLeaseExpired fires after 5 min and until 5 min after the next heartbeat',
    series: [
      leasewatch('30m'),
      lease('till', { class: 'heartbeat' }, ['held', '5m'], ['expired', '10m'], ['held', '15m']),
    ],
    firing: [
      ['585s'],
      ['600s', 'HeartbeatLeaseExpired shop/till heartbeat'],
      ['1185s', 'HeartbeatLeaseExpired shop/till heartbeat'],
      ['1200s'],
    ],
    told: [
      {
        at: '600s',
        alert: 'HeartbeatLeaseExpired',
        labels: { severity: 'warning', namespace: 'shop', lease: 'till', class: 'heartbeat' },
        annotations: {
          summary: 'A program that shows by a lease of its own that it lives has stopped to do so.',
          description: 'lease shop/till: no heartbeat for 10m 0s',
          ...links('HeartbeatLeaseExpired', '600s', 'leasewatch-leases', tillBoard),
          trace_url: '',
        },
      },
    ],
  },
  {
    name: 'LeasesSilentAtOnce pages after 2 min, for each class, and mutes the leases of that class alone',
    series: [
      leasewatch('20m'),
      massSilence('election', [0, '1m'], [1, '10m'], [0, '9m']),
      lease('till', {}, ['held', '1m'], ['expired', '10m'], ['held', '9m']),
      lease('stock', { class: 'coordinated' }, ['held', '1m'], ['expired', '19m']),
    ],
    firing: [
      ['165s', 'LeaderLeaseExpired shop/stock coordinated'],
      ['180s', 'LeasesSilentAtOnce election', 'LeaderLeaseExpired shop/stock coordinated'],
      ['765s', 'LeasesSilentAtOnce election', 'LeaderLeaseExpired shop/stock coordinated'],
      ['780s', 'LeaderLeaseExpired shop/stock coordinated'],
    ],
    told: [
      {
        at: '180s',
        alert: 'LeasesSilentAtOnce',
        labels: { severity: 'critical', class: 'election' },
        annotations: {
          summary:
            'Half of the leases of a class fell silent at once: the API server, etcd or the network is the suspect.',
          description:
            'class election: half of its leases and the nodes fell silent at once; single alerts of this class are withheld',
          ...links('LeasesSilentAtOnce', '180s', 'leasewatch-overview', { cluster: '' }),
        },
      },
    ],
  },
];
