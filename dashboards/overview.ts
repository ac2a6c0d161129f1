import { leaderClasses } from '../alerts/guards.ts';
import { leaseKey, nodeKey } from '../alerts/series.ts';
import { chosenLines } from '../exporter/logql.ts';
import { duration, labelsOf, promql, type Query } from '../exporter/promql.ts';
import { alertTable } from './alert-table.ts';
import { elections, told } from './annotations.ts';
import { dashboard } from './dashboard.ts';
import { jaeger, loki, prometheus } from './datasources.ts';
import { uids } from './links.ts';
import { logs, stat, statusHistory, timeSeries } from './panels.ts';
import { asNumbers, asWords, nodeStates, yesOrNo } from './states.ts';
import { lines, now, over } from './targets.ts';
import { chosenSeries } from './variables.ts';
import { holders, verdicts, whoLeads } from './who-leads.ts';

const chosen = chosenSeries([]);
const { series } = chosen;

const seesLeases = promql`max(${series('source_up', { source: { like: 'leases.*' } })}) == 1`;

/** Nothing at all while leasewatch is blind: what it said last is no news. */
function whileItSees(expr: Query): Query {
  return promql`${expr} and on () (${seesLeases})`;
}

const expired = promql`sum(max by (${leaseKey}) (${series('lease_state', { class: leaderClasses, state: 'expired' })}))`;

const nobodyLeads = stat(
  {
    id: 1,
    title: 'Leases that nobody leads by',
    description: 'Leases of leaders that ran out and that nobody took. Grey while leasewatch is blind.',
    unit: 'short',
    targets: [now(whileItSees(expired))],
  },
  [
    { from: 0, color: 'green' },
    { from: 1, color: 'red' },
  ],
);

const nodes = promql`max by (${nodeKey}) (${series('node_heartbeat_state')})`;
const lost = promql`max by (${nodeKey}) (${series('node_heartbeat_state', { state: 'lost' })})`;

const nodesLost = stat(
  {
    id: 2,
    title: 'Nodes that are silent',
    description: 'Nodes whose heartbeat stopped for longer than their grace, without a drain or a shutdown.',
    unit: 'short',
    targets: [now(whileItSees(promql`(sum(${lost}) or 0 * count(${nodes}))`))],
  },
  [
    { from: 0, color: 'green' },
    { from: 1, color: 'red' },
  ],
);

const manySilent = stat(
  {
    id: 3,
    title: 'Others are silent too',
    description:
      'Whether half of a class of leases fell silent at once, on several nodes: then the API server, etcd or the network is the suspect, and no single leader.',
    unit: 'short',
    targets: [now(whileItSees(promql`max(${series('mass_silence')})`))],
  },
  [
    { from: 0, color: 'green' },
    { from: 1, color: 'red' },
  ],
).mappings(yesOrNo({ text: 'no', color: 'green' }, { text: 'many at once', color: 'red' }));

const anHour = duration('1h');

const changes = stat(
  {
    id: 4,
    title: 'Changes of leader, last hour',
    description: 'Of all leases together. Upgrades are counted, too.',
    unit: 'short',
    targets: [
      now(
        promql`sum(max by (${leaseKey}, cause) (increase(${series('lease_holder_changes_total')}[${anHour}])))`,
      ),
    ],
  },
  [{ from: 0, color: 'blue' }],
).decimals(0);

const gap = stat(
  {
    id: 5,
    title: 'Longest without a leader, last hour',
    description:
      'Of the lease that fared worst: the gaps between its leaders within an hour, added up. A gap counts when it ends.',
    unit: 's',
    targets: [
      now(promql`max(max by (${leaseKey}) (increase(${series('lease_gap_seconds_total')}[${anHour}])))`),
    ],
  },
  [{ from: 0, color: 'blue' }],
);

const connections = promql`sum(${series('websocket_connections')})`;

const fell = stat(
  {
    id: 6,
    title: 'Connections, of the peak of 30 min',
    description: 'WebSocket connections that are open, as a share of the most within half an hour.',
    unit: 'percentunit',
    targets: [
      now(promql`${connections} / max_over_time(${connections}[${duration('30m')}:${duration('15s')}])`),
    ],
  },
  [
    { from: 0, color: 'red' },
    { from: 0.5, color: 'yellow' },
    { from: 0.8, color: 'green' },
  ],
).decimals(0);

const sees = stat(
  {
    id: 7,
    title: 'leasewatch sees',
    description: 'Whether every source of leasewatch sees. While it does not, nothing here is known.',
    unit: 'short',
    targets: [now(promql`min(max by (cluster, source) (${series('source_up')}))`)],
  },
  [
    { from: 0, color: 'red' },
    { from: 1, color: 'green' },
  ],
).mappings(yesOrNo({ text: 'not all', color: 'red' }, { text: 'yes', color: 'green' }));

const nodeHistory = statusHistory({
  id: 10,
  title: 'Heartbeats of nodes',
  description:
    'lost: silent for longer than its grace. late: silent for longer than usual. terminating: drained or shut down. unknown: leasewatch could not see.',
  targets: [
    over(
      asNumbers(nodeStates, nodeKey, (state) => series('node_heartbeat_state', { state })),
      '{{node}}',
    ),
  ],
}).mappings(asWords(nodeStates));

const portKey = labelsOf('websocket_connections', 'cluster', 'namespace', 'job', 'port');

const connectionsOverTime = timeSeries({
  id: 11,
  title: 'WebSocket connections',
  description:
    'Open connections by port, from the socket table. The marks are changes of leader: did one take the connections with it?',
  unit: 'short',
  targets: [
    over(promql`sum by (${portKey}) (${series('websocket_connections')})`, '{{namespace}} {{job}} :{{port}}'),
  ],
});

const alerts = alertTable(
  12,
  'Alerts that fire',
  'Of leasewatch. Empty when none does, and when the rules are not loaded.',
  /./,
);

const story = logs({
  id: 13,
  title: 'What happened',
  description: 'Rounds, outages of nodes, silence of many, and what leasewatch itself could not see.',
  targets: [
    lines(
      chosenLines([
        'round_opened',
        'round_acquired',
        'round_closed',
        'lease_possible_overlap',
        'lease_expected_absent',
        'node_outage_opened',
        'node_outage_closed',
        'mass_silence',
        'source_state',
      ]),
    ),
  ],
});

export const overview = dashboard({
  uid: uids.overview,
  title: 'Overview',
  description:
    'The first screen after a page: who led, since when it is silent, whether others are silent too, and whether connections fell.',
  sources: [prometheus, loki, jaeger],
  choices: [],
  annotations: [elections([]), told(['round_closed', 'node_outage_closed'], 'Rounds and outages')],
  shelves: [
    {
      height: 4,
      panels: [
        [4, nobodyLeads],
        [4, nodesLost],
        [3, manySilent],
        [3, fell],
        [3, changes],
        [4, gap],
        [3, sees],
      ],
    },
    {
      height: 8,
      panels: [
        [15, whoLeads(8, chosen)],
        [9, holders(9, chosen)],
      ],
    },
    {
      height: 6,
      panels: [
        [12, nodeHistory],
        [12, connectionsOverTime],
      ],
    },
    {
      height: 8,
      panels: [
        [12, verdicts(14, chosen)],
        [12, alerts],
      ],
    },
    { height: 9, panels: [[24, story]] },
  ],
});
