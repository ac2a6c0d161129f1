import { labelsOf, promql, type Query } from '../exporter/promql.ts';
import { bars, heatmap, table, timeSeries } from './panels.ts';
import { buckets, over, rateInterval, rows } from './targets.ts';
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
      'Connections that came and went before our eyes. A line at one height is a timeout of a proxy or a load balancer. A diamond ended beside a round: it leads to its trace.',
    unit: 's',
    targets: [
      buckets(
        promql`sum by (le) (increase(${histogram('websocket_lifetime_seconds', 'bucket')}[${rateInterval}]))`,
      ).exemplar(true),
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
      over(
        promql`max by (${workloadKey}) (${series('websocket_imbalance_ratio')})`,
        'as one process tells: {{namespace}} {{workload}} :{{port}}',
        'B',
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

  const sending = timeSeries({
    id: 54,
    title: 'Sent and not acknowledged',
    description:
      'Bytes that servers have written and the peers have not acknowledged: of all connections (sum), and of the worst (max).',
    unit: 'bytes',
    targets: [
      over(promql`max by (${portKey}, stat) (${series('websocket_send_queue_bytes')})`, `${port} {{stat}}`),
    ],
  });

  const idle = timeSeries({
    id: 55,
    title: 'Idle timeouts',
    description:
      'The age at which most connections of a port end, one after the other: the timeout of a proxy or a load balancer on the way. Empty where there is no such age.',
    unit: 's',
    targets: [over(promql`max by (${portKey}) (${series('websocket_idle_timeout_seconds')})`, port)],
  });

  const counted = table({
    id: 48,
    title: 'Ports that are counted',
    description: 'And why: configured, annotated on the Pod, or found because somebody listens there.',
    unit: 'short',
    targets: [rows(promql`count by (${portKey}, origin) (${series('websocket_port_info')})`)],
  }).withTransformation({
    id: 'organize',
    options: {
      excludeByName: { Time: true },
      renameByName: { namespace: 'Namespace', job: 'Job', port: 'Port', origin: 'Why', Value: 'Pods' },
    },
  });

  const uncounted = table({
    id: 49,
    title: 'Pods that cannot be counted',
    description: 'They have no counts meanwhile, and no alert about their connections can come.',
    unit: 'short',
    targets: [
      rows(
        promql`max by (${labelsOf('websocket_unread_pods', 'cluster', 'namespace', 'pod', 'reason')}) (${series('websocket_unread_pods')})`,
      ),
    ],
  }).withTransformation({
    id: 'organize',
    options: {
      excludeByName: { Time: true, Value: true },
      renameByName: { namespace: 'Namespace', pod: 'Pod', reason: 'Why' },
    },
  });

  const recovery = heatmap({
    id: 50,
    title: 'Until the connections were back',
    description:
      'After half of the connections of a port were lost within a minute: until 95 % were there again, whatever happened beside it. A diamond leads to the trace of the incident.',
    unit: 's',
    targets: [
      buckets(
        promql`sum by (le) (increase(${histogram('websocket_failover_recovery_seconds', 'bucket')}[${rateInterval}]))`,
      ).exemplar(true),
    ],
  });

  const untold = table({
    id: 53,
    title: 'Containers whose descriptors are not known',
    description: 'And why. No alert about their descriptors can come.',
    unit: 'short',
    targets: [
      rows(
        promql`max by (${labelsOf('websocket_unread_fds', 'cluster', 'namespace', 'pod', 'container', 'reason')}) (${series('websocket_unread_fds')})`,
      ),
    ],
  }).withTransformation({
    id: 'organize',
    options: {
      excludeByName: { Time: true, Value: true },
      renameByName: { namespace: 'Namespace', pod: 'Pod', container: 'Container', reason: 'Why' },
    },
  });

  return {
    ...{ suspects, lifetimes, ages, comings, overflows, descriptors, imbalance, states, untold },
    ...{ sending, idle, counted, uncounted, recovery },
  };
}
