import { labelsOf, promql, type Query } from '../exporter/promql.ts';
import { bars, heatmap, timeSeries } from './panels.ts';
import { buckets, over, rateInterval } from './targets.ts';
import type { chosenSeries } from './variables.ts';

const portKey = labelsOf('websocket_connections', 'cluster', 'namespace', 'job', 'port');
const placeKey = labelsOf('websocket_tcp_accepts_total', 'cluster', 'namespace', 'job');
const workloadKey = labelsOf('websocket_port_info', 'cluster', 'namespace', 'workload', 'port');
const sampleKey = labelsOf('websocket_port_info', 'cluster', 'namespace', 'job', 'instance', 'pod', 'port');
const port = '{{namespace}} {{job}} :{{port}}';
const place = '{{namespace}} {{job}}';

/** Panels about what the socket table tells beside the count. Their ids begin at 40. */
export function censusPanels({ series, histogram }: ReturnType<typeof chosenSeries>) {
  const rated = (of: Query) => promql`sum by (${placeKey}) (rate(${of}[${rateInterval}]))`;

  const suspects = timeSeries({
    id: 40,
    title: 'Connections in trouble',
    description:
      'ghost: the peer does not answer any more. stalled: it answers and does not read. dead_stalled: it had stopped reading and does not answer either.',
    unit: 'short',
    targets: [
      over(
        promql`sum by (${portKey}, kind) (${series('websocket_suspect_connections')})`,
        `${port} {{kind}}`,
      ),
    ],
  });

  const lifetimes = heatmap({
    id: 41,
    title: 'How long connections lived',
    description:
      'Connections that came and went before our eyes. A line at one height is a timeout of a proxy or a load balancer.',
    unit: 's',
    targets: [
      buckets(
        promql`sum by (le) (increase(${histogram('websocket_lifetime_seconds', 'bucket')}[${rateInterval}]))`,
      ),
    ],
  });

  const ages = timeSeries({
    id: 42,
    title: 'How long connections have been there',
    description:
      'The youngest, the middle, the oldest tenth and the oldest, of the process where they are the oldest.',
    unit: 's',
    targets: [
      over(promql`max by (${portKey}, stat) (${series('websocket_live_age_seconds')})`, `${port} {{stat}}`),
    ],
  });

  const comings = timeSeries({
    id: 43,
    title: 'Connections that come, and that break off',
    description:
      'By second, on any port of the network namespace, as the kernel counts them. Resets and timeouts overlap.',
    unit: 'cps',
    targets: [
      over(rated(series('websocket_tcp_accepts_total')), `came: ${place}`, 'A'),
      over(rated(series('websocket_tcp_aborts_total', { reason: 'reset' })), `reset: ${place}`, 'B'),
      over(rated(series('websocket_tcp_aborts_total', { reason: 'timeout' })), `timeout: ${place}`, 'C'),
    ],
  });

  const overflows = bars({
    id: 44,
    title: 'Turned away, since the accept queue was full',
    description: 'Connections that found the accept queue full: the server does not accept fast enough.',
    unit: 'short',
    targets: [
      over(
        promql`sum by (${placeKey}) (increase(${series('websocket_listen_overflows_total')}[${rateInterval}]))`,
        place,
      ),
    ],
  });

  const descriptors = timeSeries({
    id: 45,
    title: 'Open files, of those that may be',
    description:
      'Of the process that has the least room for more. At the end of it no connection is accepted.',
    unit: 'percentunit',
    targets: [
      over(
        promql`max by (${placeKey}, pod) (${series('websocket_open_fds')} / ${series('websocket_max_fds')})`,
        `${place} {{pod}}`,
      ),
    ],
  });

  // The series of one process tell its Pods alone; so it is reckoned here for all nodes, and for sidecars.
  const ofWorkloads = promql`${series('websocket_connections')} * on (${sampleKey}) group_left (workload) ${series('websocket_port_info', { workload: { not: '' } })}`;
  const imbalance = timeSeries({
    id: 46,
    title: 'How unevenly Pods share connections',
    description:
      'The most connections of one Pod, by the mean of its workload: 1 is an even spread. A Pod that is new has none until clients come anew.',
    unit: 'short',
    targets: [
      over(
        promql`max by (${workloadKey}) (${ofWorkloads}) / (avg by (${workloadKey}) (${ofWorkloads}) > 0)`,
        '{{namespace}} {{workload}} :{{port}}',
      ),
    ],
  });

  const states = timeSeries({
    id: 47,
    title: 'Sockets by state',
    description:
      'As the kernel has them, with those that nobody has accepted and those that are over for the application.',
    unit: 'short',
    targets: [
      over(
        promql`sum by (${portKey}, state) (${series('websocket_tcp_sockets', { state: { unlike: 'listen|close' } })})`,
        `${port} {{state}}`,
      ),
    ],
  });

  return { suspects, lifetimes, ages, comings, overflows, descriptors, imbalance, states };
}
