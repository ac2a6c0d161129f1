import { config } from '../alerts/config.ts';
import { allLines } from '../exporter/logql.ts';
import { duration, labelsOf, promql } from '../exporter/promql.ts';
import { told } from './annotations.ts';
import { dashboard } from './dashboard.ts';
import { loki, prometheus } from './datasources.ts';
import { ofProcess } from './foreign.ts';
import { labelPanel } from './labels.ts';
import { uids } from './links.ts';
import { bars, heatmap, logs, stat, statusHistory, table, timeSeries } from './panels.ts';
import { processPanels } from './process.ts';
import { receiverPanels } from './receivers.ts';
import { yesOrNo } from './states.ts';
import { buckets, lines, now, over, rateInterval, rows } from './targets.ts';
import { chosenSeries } from './variables.ts';
import { webPanels } from './web.ts';

const { series, histogram, grown } = chosenSeries([]);
const sourceKey = labelsOf('source_up', 'cluster', 'job', 'instance', 'source');
const routeKey = labelsOf('outbox_records', 'cluster', 'job', 'instance', 'route');
const processKey = labelsOf('build_info', 'cluster', 'job', 'instance');

const blind = { text: 'blind', color: 'red' };
const sees = { text: 'sees', color: 'green' };

const up = stat(
  {
    id: 1,
    title: 'Processes that answer',
    description: 'How many of the chosen processes the last scrapes reached.',
    unit: 'short',
    targets: [now(promql`sum(${ofProcess.up})`)],
  },
  [
    { from: 0, color: 'red' },
    { from: 1, color: 'green' },
  ],
);

const waiting = stat(
  {
    id: 2,
    title: 'Waiting to be sent',
    description: 'Records in the outboxes. Few at any moment, many while a receiver is away.',
    unit: 'short',
    targets: [now(promql`sum(${series('outbox_records')})`)],
  },
  [{ from: 0, color: 'blue' }],
);

const fullest = stat(
  {
    id: 3,
    title: 'Fullest outbox',
    description: `Of the ${config.outboxMaxBytes / 1024 ** 2} MiB that an outbox may take (outboxMaxBytes in alerts/config.ts).`,
    unit: 'percentunit',
    targets: [
      now(promql`max(sum by (${processKey}) (${series('outbox_bytes')})) / ${config.outboxMaxBytes}`),
    ],
  },
  [
    { from: 0, color: 'green' },
    { from: 0.5, color: 'yellow' },
    { from: 0.8, color: 'red' },
  ],
);

const suppressed = stat(
  {
    id: 4,
    title: 'Series left out, last hour',
    description:
      'Series that were not exported because a limit was reached: what they would tell is not seen.',
    unit: 'short',
    targets: [now(promql`sum(increase(${series('series_suppressed_total')}[${duration('1h')}]))`)],
  },
  [
    { from: 0, color: 'green' },
    { from: 1, color: 'red' },
  ],
);

const running = table({
  id: 5,
  title: 'What runs',
  description: 'Version and mode of every process.',
  unit: 'short',
  targets: [
    rows(
      promql`max by (${processKey}, ${labelsOf('build_info', 'version', 'node_version', 'mode')}) (${series('build_info')})`,
    ),
  ],
}).withTransformation({
  id: 'organize',
  options: { excludeByName: { Time: true, Value: true }, renameByName: {} },
});

const sources = statusHistory({
  id: 6,
  title: 'Sources',
  description: 'Whether each source of each process sees.',
  targets: [over(promql`max by (${sourceKey}) (${series('source_up')})`, '{{instance}} {{source}}')],
}).mappings(yesOrNo(blind, sees));

const forbidden = statusHistory({
  id: 7,
  title: 'Forbidden',
  description: 'Whether the API server forbids what a source wants to see: a right is missing.',
  targets: [over(promql`max by (${sourceKey}) (${series('source_forbidden')})`, '{{instance}} {{source}}')],
}).mappings(yesOrNo({ text: 'allowed', color: 'green' }, { text: 'forbidden', color: 'red' }));

const events = timeSeries({
  id: 8,
  title: 'News from sources',
  description: 'Objects that sources delivered, by second.',
  unit: 'cps',
  targets: [
    over(
      promql`sum by (source, type) (rate(${series('events_total')}[${rateInterval}]))`,
      '{{source}} {{type}}',
    ),
  ],
});

const quietFor = timeSeries({
  id: 9,
  title: 'Since the last news',
  description: 'How long ago each source delivered anything. What grows without end is a watch that is dead.',
  unit: 's',
  targets: [
    over(
      promql`time() - max by (${sourceKey}) (${series('source_last_event_timestamp_seconds')})`,
      '{{instance}} {{source}}',
    ),
  ],
});

const restarts = bars({
  id: 10,
  title: 'Watches started anew',
  description: 'By reason. Now and then is normal: an API server ends watches by itself.',
  unit: 'short',
  targets: [
    over(
      promql`sum by (source, reason) (${grown(series('watch_restarts_total'), rateInterval)})`,
      '{{source}}: {{reason}}',
    ),
  ],
});

const delay = heatmap({
  id: 11,
  title: 'From expiry to verdict',
  description: 'How long it took to prove that a lease was up.',
  unit: 's',
  targets: [
    buckets(
      promql`sum by (le) (increase(${histogram('detection_delay_seconds', 'bucket')}[${rateInterval}]))`,
    ),
  ],
});

const clock = timeSeries({
  id: 12,
  title: 'Its own clock',
  description: 'How far the clock of leasewatch is ahead of those of most holders and nodes.',
  unit: 's',
  targets: [over(promql`max by (${processKey}) (${series('clock_skew_seconds')})`, '{{instance}}')],
});

const outbox = timeSeries({
  id: 13,
  title: 'Outbox',
  description: 'Bytes that wait for their receiver.',
  unit: 'bytes',
  targets: [over(promql`max by (${routeKey}) (${series('outbox_bytes')})`, '{{instance}} {{route}}')],
});

const oldest = timeSeries({
  id: 14,
  title: 'Oldest record that waits',
  description: 'How long the oldest record of a route has waited.',
  unit: 's',
  targets: [
    over(
      promql`time() - min by (${routeKey}) (${series('outbox_oldest_timestamp_seconds')})`,
      '{{instance}} {{route}}',
    ),
  ],
});

const delivery = timeSeries({
  id: 15,
  title: 'Records in and out',
  description: 'Committed to the outbox, accepted by the receiver, and given up, by second.',
  unit: 'cps',
  targets: [
    over(
      promql`sum by (route) (rate(${series('outbox_enqueued_total')}[${rateInterval}]))`,
      'in: {{route}}',
      'A',
    ),
    over(
      promql`sum by (route) (rate(${series('outbox_delivered_total')}[${rateInterval}]))`,
      'out: {{route}}',
      'B',
    ),
    over(
      promql`sum by (route, reason) (rate(${series('outbox_dropped_total')}[${rateInterval}]))`,
      'given up: {{route}}, {{reason}}',
      'C',
    ),
    over(
      promql`sum by (route) (rate(${series('outbox_refused_total')}[${rateInterval}]))`,
      'refused: {{route}}',
      'D',
    ),
  ],
});

const pushing = statusHistory({
  id: 16,
  title: 'Which replica pushes',
  description: 'One of several; without an election every process pushes for itself, and this is empty.',
  targets: [over(promql`max by (${processKey}) (${series('pushing')})`, '{{instance}}')],
}).mappings(yesOrNo({ text: 'stands by', color: 'blue' }, { text: 'pushes', color: 'green' }));

const ignored = timeSeries({
  id: 17,
  title: 'Ignored leases',
  description: 'Leases that a policy ignores: they are not judged.',
  unit: 'short',
  targets: [over(promql`max by (${processKey}) (${series('ignored_leases')})`, '{{instance}}')],
});

const story = logs({
  id: 21,
  title: 'What leasewatch says',
  description: 'All of its lines, those about itself too.',
  targets: [lines(allLines())],
});

const receivers = receiverPanels(chosenSeries([]));
const web = webPanels(chosenSeries([]));
const process = processPanels();

export const self = dashboard({
  uid: uids.self,
  title: 'leasewatch itself',
  description: 'Whether it sees, keeps up, and delivers.',
  sources: [prometheus, loki],
  choices: [],
  annotations: [told(['source_state', 'replica_state'], 'Sources and replicas')],
  shelves: [
    {
      height: 4,
      panels: [
        [6, up],
        [6, waiting],
        [6, fullest],
        [6, suppressed],
      ],
    },
    {
      height: 6,
      panels: [
        [12, sources],
        [12, running],
      ],
    },
    {
      height: 7,
      panels: [
        [8, quietFor],
        [8, events],
        [8, restarts],
      ],
    },
    {
      height: 7,
      panels: [
        [8, delay],
        [8, clock],
        [8, forbidden],
      ],
    },
    {
      height: 7,
      panels: [
        [8, outbox],
        [8, oldest],
        [8, delivery],
      ],
    },
    {
      height: 7,
      panels: [
        [8, receivers.requests],
        [8, receivers.sent],
        [8, receivers.credentials],
      ],
    },
    {
      height: 7,
      panels: [
        [8, receivers.dead],
        [8, receivers.deadBytes],
        [8, receivers.blind],
      ],
    },
    {
      height: 7,
      panels: [
        [8, web.connections],
        [8, web.refused],
        [8, web.config],
      ],
    },
    {
      height: 6,
      panels: [
        [8, pushing],
        [8, ignored],
        [8, labelPanel(chosenSeries([]))],
      ],
    },
    {
      height: 7,
      panels: [
        [8, process.cpu],
        [8, process.memory],
        [8, process.loop],
      ],
    },
    { height: 9, panels: [[24, story]] },
  ],
});
