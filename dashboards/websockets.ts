import { chosenLines } from '../exporter/logql.ts';
import { duration, labelsOf, promql, type Query } from '../exporter/promql.ts';
import { alertTable } from './alert-table.ts';
import { elections, told } from './annotations.ts';
import { censusPanels } from './census.ts';
import { dashboard } from './dashboard.ts';
import { loki, prometheus } from './datasources.ts';
import { endpointPanels } from './endpoints.ts';
import { uids } from './links.ts';
import { logs, stat, timeSeries } from './panels.ts';
import { probePanels } from './probes.ts';
import { lines, now, over, rateInterval } from './targets.ts';
import { type Choice, chosenSeries } from './variables.ts';

const choices = ['namespace', 'port', 'target'] as const satisfies readonly Choice[];
const chosen = chosenSeries(choices, ['namespace']);
const { series } = chosen;
const probes = probePanels(chosen);
const census = censusPanels(chosen);
const others = endpointPanels(chosen);
const portKey = labelsOf('websocket_connections', 'cluster', 'namespace', 'job', 'port');
const named = '{{namespace}} {{job}} :{{port}}';

const byPort = (of: Query) => promql`sum by (${portKey}) (${of})`;
const open = series('websocket_connections');
const halfAnHour = duration('30m');
const often = duration('15s');

const nowOpen = stat(
  {
    id: 1,
    title: 'Connections',
    description: 'Open and accepted on the chosen ports, from the socket table.',
    unit: 'short',
    targets: [now(promql`sum(${open})`)],
  },
  [{ from: 0, color: 'blue' }],
);

const ofPeak = stat(
  {
    id: 2,
    title: 'Of the peak of 30 min',
    description: 'How many of the most connections within half an hour are left.',
    unit: 'percentunit',
    targets: [now(promql`sum(${open}) / max_over_time(sum(${open})[${halfAnHour}:${often}])`)],
  },
  [
    { from: 0, color: 'red' },
    { from: 0.5, color: 'yellow' },
    { from: 0.8, color: 'green' },
  ],
).decimals(0);

const waiting = stat(
  {
    id: 3,
    title: 'Not accepted',
    description: 'The kernel completed them, and the server has not taken them: it is stuck or overloaded.',
    unit: 'short',
    targets: [now(promql`sum(${series('websocket_unaccepted_connections')})`)],
  },
  [
    { from: 0, color: 'green' },
    { from: 1, color: 'yellow' },
    { from: 10, color: 'red' },
  ],
);

const overTime = timeSeries({
  id: 4,
  title: 'Open connections',
  description:
    'By port. A row of the socket table is a TCP connection: keep-alive HTTP and scrapes on the same port are counted. The marks are changes of leader.',
  unit: 'short',
  targets: [over(byPort(open), named)],
});

const moving = timeSeries({
  id: 5,
  title: 'Gained and lost',
  description: 'Connections gained, or lost where it is below zero, within a few scrapes.',
  unit: 'short',
  targets: [over(byPort(promql`delta(${open}[${rateInterval}])`), named)],
});

const unaccepted = timeSeries({
  id: 6,
  title: 'Not accepted yet',
  description:
    'Connections that the kernel has completed and the server has not accepted, and those that the queues of its sockets name.',
  unit: 'short',
  targets: [
    over(byPort(series('websocket_unaccepted_connections')), named, 'A'),
    over(byPort(series('websocket_accept_queue')), `in the queue: ${named}`, 'B'),
  ],
});

const closing = timeSeries({
  id: 7,
  title: 'Being closed',
  description: 'Connections of which one side has said goodbye and the other has not.',
  unit: 'short',
  targets: [over(byPort(series('websocket_closing_connections')), named)],
});

const story = logs({
  id: 8,
  title: 'What happened meanwhile',
  description:
    'Falls, surges and storms of connections, beside the election rounds and outages of nodes that may have caused them, and what probes found.',
  targets: [
    lines(
      chosenLines([
        'round_opened',
        'round_closed',
        'node_outage_opened',
        'node_outage_closed',
        'websocket_incident_opened',
        'websocket_incident_closed',
        'websocket_idle_timeout',
        'websocket_pod_unread',
        'probe_state',
        'probe_closed',
        'probe_session',
        'probe_spread',
      ]),
    ),
  ],
});

const fires = alertTable(
  9,
  'Alerts on connections that fire',
  'Also those that join connections with leases and nodes. Empty when none does, and when the rules are not loaded.',
  /^WebSocket|Connections$|^LeaderServesNobody$|^NodeLostWithLeaders$/,
);

export const websockets = dashboard({
  uid: uids.websockets,
  title: 'WebSocket connections',
  description: 'Who is still on the line, and what happened when they fell.',
  sources: [prometheus, loki],
  choices,
  offers: { namespace: 'websocket_connections' },
  annotations: [elections([]), told(['round_closed', 'node_outage_closed'], 'Rounds and outages')],
  shelves: [
    {
      height: 4,
      panels: [
        [6, nowOpen],
        [6, ofPeak],
        [6, waiting],
        [6, probes.failing],
      ],
    },
    {
      height: 8,
      panels: [
        [14, overTime],
        [10, probes.history],
      ],
    },
    {
      height: 8,
      panels: [
        [8, moving],
        [8, unaccepted],
        [8, closing],
      ],
    },
    {
      height: 8,
      panels: [
        [8, probes.handshakes],
        [8, probes.phases],
        [8, probes.pings],
      ],
    },
    {
      height: 7,
      panels: [
        [6, probes.closes],
        [6, probes.certificates],
        [6, probes.sessions],
        [6, probes.backends],
      ],
    },
    {
      height: 8,
      panels: [
        [8, census.suspects],
        [8, census.ages],
        [8, census.lifetimes],
      ],
    },
    {
      height: 7,
      panels: [
        [8, census.comings],
        [8, census.overflows],
        [8, census.descriptors],
      ],
    },
    {
      height: 7,
      panels: [
        [8, census.states],
        [8, census.imbalance],
        [8, census.untold],
      ],
    },
    {
      height: 7,
      panels: [
        [8, census.sending],
        [8, census.idle],
        [8, census.recovery],
      ],
    },
    {
      height: 8,
      panels: [
        [12, others.sideBySide],
        [12, others.upgrades],
      ],
    },
    {
      height: 7,
      panels: [
        [8, others.closes],
        [8, others.messages],
        [8, others.bytes],
      ],
    },
    {
      height: 7,
      panels: [
        [8, others.pings],
        [8, others.unread],
        [8, census.uncounted],
      ],
    },
    {
      height: 7,
      panels: [
        [12, census.counted],
        [12, fires],
      ],
    },
    { height: 9, panels: [[24, story]] },
  ],
});
