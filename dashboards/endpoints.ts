import { grown as grownOf, promql } from '../exporter/promql.ts';
import { ofApplication as app } from './foreign.ts';
import { bars, heatmap, timeSeries } from './panels.ts';
import { buckets, over, rateInterval } from './targets.ts';
import type { chosenSeries } from './variables.ts';

/** Panels about what proxies and applications count themselves. Their ids begin at 60. */
export function endpointPanels({ series, grown }: ReturnType<typeof chosenSeries>) {
  const sideBySide = timeSeries({
    id: 60,
    title: 'The same connections, counted by others',
    description:
      'From the socket table, by proxies, and by applications: each sees them from its own side. Compare them, and never add them up. Those from within the same network namespace may stand for others, as behind a proxy in the same Pod.',
    unit: 'short',
    targets: [
      over(promql`sum by (job) (${series('websocket_connections')})`, 'socket table: {{job}}', 'A'),
      over(
        promql`sum by (job) (${series('websocket_loopback_connections')})`,
        'of these from within: {{job}}',
        'B',
      ),
      over(
        promql`max by (cluster, target) (${series('websocket_proxy_connections')})`,
        'proxy: {{target}}',
        'C',
      ),
      over(
        promql`max by (cluster, target) (${series('websocket_app_connections')})`,
        'application: {{target}}',
        'D',
      ),
      over(
        promql`sum by (job, transport) (${app.connections})`,
        'in the application: {{job}} {{transport}}',
        'E',
      ),
    ],
  });

  const upgrades = timeSeries({
    id: 61,
    title: 'New connections by others',
    description: 'Upgrades by second as proxies count them, and handshakes as applications do.',
    unit: 'cps',
    targets: [
      over(
        promql`max by (cluster, target) (rate(${series('websocket_proxy_upgrades_total')}[${rateInterval}]))`,
        'upgraded: {{target}}',
        'A',
      ),
      over(
        promql`sum by (job, outcome) (rate(${app.handshakes}[${rateInterval}]))`,
        'in the application: {{job}} {{outcome}}',
        'B',
      ),
    ],
  });

  const unread = bars({
    id: 62,
    title: 'Readings of others that failed',
    description: 'Meanwhile there is no count of that proxy or application, least of all 0.',
    unit: 'short',
    targets: [
      over(
        promql`sum by (target, reason) (${grown(series('websocket_endpoint_failures_total'), rateInterval)})`,
        '{{target}}: {{reason}}',
      ),
    ],
  });

  const closes = bars({
    id: 63,
    title: 'Ends, as the application knows them',
    description:
      'By close code (1006: without a close frame) and by who closed; and connections that the server gave up because a ping had no answer.',
    unit: 'short',
    targets: [
      over(
        promql`sum by (job, code, initiator) (${grownOf(app.closes, rateInterval, app.running)})`,
        '{{job}} {{code}} by {{initiator}}',
        'A',
      ),
      over(promql`sum by (job) (increase(${app.ghosts}[${rateInterval}]))`, 'no pong: {{job}}', 'B'),
    ],
  });

  const messages = timeSeries({
    id: 64,
    title: 'Messages in the application',
    description: 'Received and sent, by second.',
    unit: 'cps',
    targets: [
      over(
        promql`sum by (job, direction) (rate(${app.messages}[${rateInterval}]))`,
        '{{job}} {{direction}}',
        'A',
      ),
    ],
  });

  const bytes = timeSeries({
    id: 65,
    title: 'Bytes in the application',
    description:
      'Of these messages by second, before compression; and what the server has sent and the kernel has not taken, of all connections and of the worst.',
    unit: 'bytes',
    targets: [
      over(
        promql`sum by (job, direction) (rate(${app.bytes}[${rateInterval}]))`,
        '{{job}} {{direction}}/s',
        'A',
      ),
      over(promql`max by (job, stat) (${app.buffered})`, 'waits: {{job}} {{stat}}', 'B'),
    ],
  });

  const pings = heatmap({
    id: 66,
    title: 'From ping to pong, in the application',
    description: 'Of all its clients, where the server pings them.',
    unit: 's',
    targets: [buckets(promql`sum by (le) (increase(${app.pingBuckets}[${rateInterval}]))`)],
  });

  return { sideBySide, upgrades, unread, closes, messages, bytes, pings };
}
