import { nodeKey } from '../alerts/series.ts';
import { chosenLines } from '../exporter/logql.ts';
import { labelsOf, promql } from '../exporter/promql.ts';
import { elections, told } from './annotations.ts';
import { dashboard } from './dashboard.ts';
import { jaeger, loki, prometheus } from './datasources.ts';
import { toDashboard, uids } from './links.ts';
import {
  bars,
  heatmap,
  logs,
  stat,
  stateTimeline,
  statusHistory,
  table,
  timeSeries,
  traceList,
} from './panels.ts';
import { asNumbers, asWords, nodeStates } from './states.ts';
import { buckets, lines, now, over, rateInterval, rows, traces } from './targets.ts';
import { type Choice, chosenSeries } from './variables.ts';

const choices = ['node'] as const satisfies readonly Choice[];
const { series, histogram } = chosenSeries(choices);
const ofEach = labelsOf('node_heartbeat_state', 'cluster', 'node', 'state');
const known = promql`count(max by (${nodeKey}) (${series('node_heartbeat_state')}))`;

/** A state has a series only while a node is in it: where there are nodes, no series means none of them. */
const inState = (state: string) =>
  promql`(count(max by (${ofEach}) (${series('node_heartbeat_state', { state })})) or 0 * ${known})`;

const count = (id: number, state: string, title: string, description: string, color: string) =>
  stat({ id, title, description, unit: 'short', targets: [now(inState(state))] }, [
    { from: 0, color: state === 'alive' ? 'red' : 'green' },
    { from: 1, color },
  ]);

const history = statusHistory({
  id: 5,
  title: 'Verdicts on nodes',
  description:
    'alive: heard. late: silent for longer than usual. lost: silent for longer than the grace of the node controller. terminating: drained or shut down. orphan: a lease without a node. unknown: nobody could see.',
  targets: [
    over(
      asNumbers(nodeStates, nodeKey, (state) => series('node_heartbeat_state', { state })),
      '{{node}}',
    ),
  ],
}).mappings(asWords(nodeStates));

const intervals = heatmap({
  id: 6,
  title: 'Time between heartbeats',
  description:
    'Of all nodes. A healthy kubelet renews every 10 s; what creeps upwards is on its way to being lost.',
  unit: 's',
  targets: [
    buckets(
      promql`sum by (le) (increase(${histogram('node_heartbeat_interval_seconds', 'bucket')}[${rateInterval}]))`,
    ),
  ],
});

const silence = timeSeries({
  id: 7,
  title: 'Since the last heartbeat',
  description: 'How long ago each node was heard.',
  unit: 's',
  targets: [
    over(
      promql`time() - max by (${nodeKey}) (${series('node_heartbeat_observed_timestamp_seconds')})`,
      '{{node}}',
    ),
  ],
});

const missed = bars({
  id: 8,
  title: 'Missed heartbeats',
  description: 'Heartbeats that a node ought to have sent; counted when it is heard again.',
  unit: 'short',
  targets: [
    over(
      promql`max by (${nodeKey}) (increase(${series('node_heartbeat_missed_total')}[${rateInterval}]))`,
      '{{node}}',
    ),
  ],
});

const disagreement = stateTimeline({
  id: 9,
  title: 'Lease and Ready condition disagree',
  description:
    'Where the heartbeat tells another story than the Node object: a fresh lease of a node that is not Ready, or a stale one of a node that is.',
  targets: [
    over(promql`max by (${nodeKey}, kind) (${series('node_heartbeat_disagreement')})`, '{{node}}: {{kind}}'),
  ],
});

const skew = timeSeries({
  id: 10,
  title: 'Clocks of nodes',
  description: 'How far the clock of a node is ahead of that of leasewatch. No verdict depends on it.',
  unit: 's',
  targets: [over(promql`max by (${nodeKey}) (${series('node_heartbeat_clock_skew_seconds')})`, '{{node}}')],
});

const outages = heatmap({
  id: 11,
  title: 'Outages',
  description:
    'From the last heartbeat of a node to its return, reboot or deletion. A diamond leads to the trace of the outage. Of all nodes.',
  unit: 's',
  targets: [
    buckets(
      promql`sum by (le) (max by (cluster, le, end) (increase(${histogram('node_heartbeat_outage_duration_seconds', 'bucket')}[${rateInterval}])))`,
    ).exemplar(true),
  ],
});

const infoKey = labelsOf('lease_info', 'cluster', 'holder_node', 'namespace', 'lease', 'holder');

const led = table({
  id: 12,
  title: 'Leases that they hold',
  description:
    'Whose leader runs on the chosen nodes, as far as its Pod was found: these change hands if the node is lost.',
  unit: 'short',
  targets: [
    rows(
      promql`max by (${infoKey}) (${series('lease_info', { holder_node: { like: '$node' }, holder_pod: { not: '' } })})`,
    ),
  ],
})
  .withTransformation({
    id: 'organize',
    options: {
      excludeByName: { Time: true, Value: true },
      renameByName: { holder_node: 'Node', namespace: 'Namespace', lease: 'Lease', holder: 'Holder' },
      indexByName: { holder_node: 0, namespace: 1, lease: 2, holder: 3 },
    },
  })
  .overrideByName('Lease', [
    {
      id: 'links',
      value: [toDashboard('This lease', uids.leases, { namespace: 'Namespace', lease: 'Lease' })],
    },
  ]);

const without = timeSeries({
  id: 16,
  title: 'Time without an answer',
  description: 'The share of time in which a node was lost, or in which nobody could see it.',
  unit: 'percentunit',
  targets: [
    over(
      promql`max by (${nodeKey}) (rate(${series('node_heartbeat_lost_seconds_total')}[${rateInterval}]))`,
      'lost: {{node}}',
      'A',
    ),
    over(
      promql`max by (${nodeKey}) (rate(${series('node_heartbeat_unknown_seconds_total')}[${rateInterval}]))`,
      'unknown: {{node}}',
      'B',
    ),
  ],
});

const strandable = timeSeries({
  id: 15,
  title: 'Connections on them',
  description:
    'Of all Pods of a node, from elsewhere, by its last census: what is stranded when the node falls silent. Told in mode node.',
  unit: 'short',
  targets: [over(promql`max by (${nodeKey}) (${series('websocket_node_connections')})`, '{{node}}')],
});

const story = logs({
  id: 13,
  title: 'What happened',
  description: 'Verdicts on the chosen nodes and their outages. A line of an outage leads to its trace.',
  targets: [lines(chosenLines(['node_state', 'node_outage_opened', 'node_outage_closed'], choices))],
});

const latest = traceList({
  id: 14,
  title: 'Latest outages',
  description: 'Their traces, of all nodes.',
  targets: [traces('outage')],
});

export const nodes = dashboard({
  uid: uids.nodes,
  title: 'Node heartbeats',
  description: 'Which nodes went silent, for how long, and what they took with them.',
  sources: [prometheus, loki, jaeger],
  choices,
  annotations: [elections([]), told(['node_outage_opened', 'node_outage_closed'], 'Outages of nodes')],
  shelves: [
    {
      height: 4,
      panels: [
        [6, count(1, 'alive', 'Nodes alive', 'Their heartbeats come in time.', 'green')],
        [6, count(2, 'late', 'Nodes late', 'Silent for longer than usual, not lost yet.', 'yellow')],
        [
          6,
          count(3, 'lost', 'Nodes lost', 'Silent for longer than their grace, and nobody planned it.', 'red'),
        ],
        [6, count(4, 'unknown', 'Nodes unknown', 'Nobody can say.', 'orange')],
      ],
    },
    {
      height: 8,
      panels: [
        [14, history],
        [10, led],
      ],
    },
    {
      height: 8,
      panels: [
        [8, silence],
        [8, intervals],
        [8, strandable],
      ],
    },
    {
      height: 7,
      panels: [
        [6, missed],
        [6, skew],
        [6, disagreement],
        [6, without],
      ],
    },
    {
      height: 8,
      panels: [
        [12, outages],
        [12, latest],
      ],
    },
    { height: 9, panels: [[24, story]] },
  ],
});
