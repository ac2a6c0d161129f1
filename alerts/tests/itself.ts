import { series } from '../../exporter/promql.ts';
import { leasewatch, secondTarget, sees, target, told } from './cluster.ts';
import { links } from './messages.ts';
import { line, type Part, type Story, selector } from './story.ts';

const up = (at: Readonly<Record<string, string>>, ...parts: readonly Part[]) => ({
  [selector('up', at)]: line(...parts),
});
const board = { cluster: '', job: 'leasewatch' };
const job = { job: 'leasewatch' };
const ofNode = (name: string) => ({ job: 'leasewatch-node', instance: name });
const forbidden = (...parts: readonly Part[]) =>
  told(series('source_forbidden'), { ...target, source: 'nodes' }, ...parts);

const webConfig = (at: Readonly<Record<string, string>>, ...parts: readonly Part[]) =>
  told(series('web_config_last_reload_successful'), at, ...parts);

/** Who watches leasewatch. */
export const itselfStories: readonly Story[] = [
  {
    name: 'LeasewatchDown fires after 3 min, is not resolved by a target that vanished, and ends when it answers',
    series: [
      up(target, [1, '10m'], [0, '15m'], ['failed', '65m'], [1, '10m']),
      up({ job: 'other', instance: 'x' }, [1, '100m']),
    ],
    firing: [
      ['765s'],
      ['780s', 'LeasewatchDown'],
      ['24m', 'LeasewatchDown', 'LeasewatchInstancesDown'],
      ['89m', 'LeasewatchDown', 'LeasewatchAbsent'],
      ['90m'],
    ],
    told: [
      {
        at: '780s',
        alert: 'LeasewatchDown',
        labels: { ...job, severity: 'critical' },
        annotations: {
          summary: 'No leasewatch answers where one did: nobody watches leases, and no other alert can come.',
          description: 'job leasewatch: no process of it answers any more',
          ...links('LeasewatchDown', '780s', 'leasewatch-self', board),
        },
      },
    ],
  },
  {
    name: 'LeasewatchDown tells clusters apart',
    series: [
      up({ ...target, cluster: 'east' }, [1, '10m'], [0, '10m']),
      up({ ...target, cluster: 'west' }, [1, '20m']),
    ],
    firing: [['15m', 'LeasewatchDown']],
    told: [
      {
        at: '15m',
        alert: 'LeasewatchDown',
        labels: { ...job, cluster: 'east', severity: 'critical' },
        annotations: {
          summary: 'No leasewatch answers where one did: nobody watches leases, and no other alert can come.',
          description: 'job leasewatch: no process of it answers any more',
          ...links('LeasewatchDown', '15m', 'leasewatch-self', { cluster: 'east', job: 'leasewatch' }),
        },
      },
    ],
  },
  {
    name: 'LeasewatchInstancesDown: one dead process of a DaemonSet does not hide behind the others',
    series: [
      up(ofNode('n1'), [1, '60m']),
      up(ofNode('n2'), [1, '10m'], [0, '30m'], [1, '20m']),
      up(ofNode('n3'), [1, '60m']),
    ],
    firing: [['1005s'], ['1020s', 'LeasewatchInstancesDown'], ['39m', 'LeasewatchInstancesDown'], ['40m']],
    told: [
      {
        at: '1020s',
        alert: 'LeasewatchInstancesDown',
        labels: { job: 'leasewatch-node', severity: 'warning' },
        annotations: {
          summary: 'Some processes of leasewatch do not answer: what only they see, nobody watches.',
          description: 'job leasewatch-node: 1 processes do not answer: n2',
          ...links('LeasewatchInstancesDown', '1020s', 'leasewatch-self', {
            cluster: '',
            job: 'leasewatch-node',
          }),
        },
      },
    ],
  },
  {
    name: 'LeasewatchAbsent fires after 15 min without a target',
    series: [up({ job: 'other', instance: 'x' }, [1, '30m'])],
    firing: [['885s'], ['900s', 'LeasewatchAbsent']],
    told: [
      {
        at: '900s',
        alert: 'LeasewatchAbsent',
        labels: { severity: 'warning' },
        annotations: {
          summary: 'Prometheus has no target that is leasewatch: these rules watch nothing.',
          description: 'no target has a job like (.+/)?leasewatch.*',
          ...links('LeasewatchAbsent', '900s', 'leasewatch-overview', { cluster: '' }),
        },
      },
      {
        at: '0s',
        alert: 'LeasewatchWatchdog',
        labels: { severity: 'none' },
        annotations: {
          summary: 'Always firing: when its message stops to come, alerting is broken.',
          description: 'the way from these rules to the receiver works',
          ...links('LeasewatchWatchdog', '0s', 'leasewatch-overview', { cluster: '' }),
        },
      },
    ],
  },
  {
    name: 'LeasewatchBlind is critical after 10 min, and ends 2 min after leasewatch sees',
    series: [
      leasewatch('40m'),
      sees([1, '5m']),
      told(series('source_up'), { ...target, source: 'leases' }, [1, '5m'], [0, '15m'], [1, '20m']),
    ],
    firing: [
      ['885s', 'LeasewatchInstancesBlind'],
      ['900s', 'LeasewatchBlind', 'LeasewatchInstancesBlind'],
      ['1305s', 'LeasewatchBlind', 'LeasewatchInstancesBlind'],
      ['1320s'],
    ],
    told: [
      {
        at: '900s',
        alert: 'LeasewatchBlind',
        labels: { ...job, source: 'leases', severity: 'critical' },
        annotations: {
          summary: 'Nobody sees what a source of leasewatch watches: no alert about it can come.',
          description: 'job leasewatch: source leases is blind, and what it watches is unknown',
          ...links('LeasewatchBlind', '900s', 'leasewatch-overview', { cluster: '' }),
        },
      },
    ],
  },
  {
    name: 'LeasewatchInstancesBlind: a blind replica beside one that sees is no page',
    series: [
      leasewatch('40m'),
      leasewatch('40m', { at: secondTarget }),
      told(series('source_up'), { ...secondTarget, source: 'leases' }, [1, '5m'], [0, '15m'], [1, '20m']),
    ],
    firing: [
      ['465s'],
      ['480s', 'LeasewatchInstancesBlind'],
      ['1305s', 'LeasewatchInstancesBlind'],
      ['1320s'],
    ],
    told: [
      {
        at: '900s',
        alert: 'LeasewatchInstancesBlind',
        labels: { ...job, source: 'leases', severity: 'warning' },
        annotations: {
          summary: 'Some processes of leasewatch are blind: what only they watch is unknown.',
          description: 'job leasewatch: 1 processes are blind on leases: b:9465',
          ...links('LeasewatchInstancesBlind', '900s', 'leasewatch-self', board),
        },
      },
    ],
  },
  {
    name: 'LeasewatchBlind: a DaemonSet is blind only as a whole, its processes one by one',
    series: ['n1', 'n2'].flatMap((name, index) => [
      up(ofNode(name), [1, '60m']),
      told(series('build_info'), { ...ofNode(name), mode: 'node' }, [1, '60m']),
      told(
        series('source_up'),
        { ...ofNode(name), source: `leases/kube-node-lease/${name}` },
        [1, '5m'],
        [0, '40m'],
        ...(index === 0 ? ([[0, '15m']] as const) : []),
      ),
      ...(index === 1
        ? [told(series('source_up'), { ...ofNode(name), source: 'nodes' }, [1, '25m'], [0, '35m'])]
        : []),
    ]),
    firing: [
      ['20m', 'LeasewatchInstancesBlind'],
      ['30m', 'LeasewatchInstancesBlind'],
      ['40m', 'LeasewatchInstancesBlind', 'LeasewatchBlind'],
    ],
  },
  {
    name: 'LeasewatchSourceForbidden fires after 5 min',
    series: [leasewatch('30m'), forbidden([0, '5m'], [1, '10m'], [0, '15m'])],
    firing: [
      ['585s'],
      ['600s', 'LeasewatchSourceForbidden'],
      ['1005s', 'LeasewatchSourceForbidden'],
      ['1020s'],
    ],
    told: [
      {
        at: '600s',
        alert: 'LeasewatchSourceForbidden',
        labels: { ...job, source: 'nodes', severity: 'warning' },
        annotations: {
          summary: 'The API server forbids what leasewatch is told to watch.',
          description: 'job leasewatch: source nodes is forbidden',
          ...links('LeasewatchSourceForbidden', '600s', 'leasewatch-self', board),
        },
      },
    ],
  },
  {
    name: 'LeasewatchWebConfigNotInForce fires after 10 min, and says how many processes it is',
    series: [
      leasewatch('40m'),
      webConfig(target, [1, '5m'], [0, '20m'], [1, '15m']),
      webConfig(secondTarget, [1, '5m'], [0, '20m'], [1, '15m']),
    ],
    firing: [
      ['885s'],
      ['900s', 'LeasewatchWebConfigNotInForce'],
      ['1605s', 'LeasewatchWebConfigNotInForce'],
      ['1620s'],
    ],
    told: [
      {
        at: '900s',
        alert: 'LeasewatchWebConfigNotInForce',
        labels: { ...job, severity: 'warning' },
        annotations: {
          summary:
            'The web configuration of leasewatch was changed and cannot be used: that of before is in force.',
          description: 'job leasewatch: 2 processes go on with an older web configuration',
          ...links('LeasewatchWebConfigNotInForce', '900s', 'leasewatch-self', board),
        },
      },
    ],
  },
  {
    name: 'LeasewatchLabelsChanged fires when the namespace is that of the exporter, whichever way it came there',
    series: [
      leasewatch('30m'),
      told(series('label_check_info'), { ...target, namespace: 'unchanged' }, [1, '5m'], ['failed', '25m']),
      told(
        series('label_check_info'),
        { ...target, namespace: 'monitoring', exported_namespace: 'unchanged' },
        ['absent', '5m'],
        [1, '10m'],
        ['failed', '15m'],
      ),
      told(series('label_check_info'), { ...target, job: 'leasewatch-node', namespace: 'unchanged' }, [
        1,
        '30m',
      ]),
    ],
    firing: [
      ['585s'],
      ['600s', 'LeasewatchLabelsChanged monitoring'],
      ['1005s', 'LeasewatchLabelsChanged monitoring'],
      ['1020s'],
    ],
    told: [
      {
        at: '600s',
        alert: 'LeasewatchLabelsChanged',
        labels: { ...job, namespace: 'monitoring', severity: 'warning' },
        annotations: {
          summary:
            'Whoever scrapes leasewatch changes the label namespace: leases of different namespaces are mixed up.',
          description: 'job leasewatch: everything it tells is filed under the namespace monitoring',
          ...links('LeasewatchLabelsChanged', '600s', 'leasewatch-self', board),
        },
      },
    ],
  },
  {
    name: 'LeasewatchClockSkew fires after 10 min beyond 5 s',
    series: [
      leasewatch('60m'),
      told(series('clock_skew_seconds'), target, [5, '5m'], [-7200, '20m'], [0, '30m']),
    ],
    firing: [['885s'], ['900s', 'LeasewatchClockSkew'], ['1785s', 'LeasewatchClockSkew'], ['1800s']],
    told: [
      {
        at: '900s',
        alert: 'LeasewatchClockSkew',
        labels: { ...job, severity: 'warning' },
        annotations: {
          summary: 'The clock of leasewatch differs from the clocks of most holders and nodes.',
          description: 'job leasewatch: its clock is off by 2h 0m 0s',
          ...links('LeasewatchClockSkew', '900s', 'leasewatch-self', board),
        },
      },
    ],
  },
];
