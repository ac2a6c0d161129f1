import { labelsOf, promql } from '../exporter/promql.ts';
import { bars, heatmap, stat, statusHistory, timeSeries } from './panels.ts';
import { yesOrNo } from './states.ts';
import { buckets, now, over, rateInterval } from './targets.ts';
import type { chosenSeries } from './variables.ts';

const probeKey = labelsOf('websocket_probe_up', 'cluster', 'job', 'target');

/** Panels about probes of WebSocket servers, for a dashboard on which they are chosen. Their ids begin at 20. */
export function probePanels({ series, histogram, grown }: ReturnType<typeof chosenSeries>) {
  const up = series('websocket_probe_up');
  const rttBuckets = histogram('websocket_probe_ping_rtt_seconds', 'bucket');
  const phaseBuckets = histogram('websocket_probe_phase_seconds', 'bucket');

  const failing = stat(
    {
      id: 20,
      title: 'Probes that fail',
      description: 'Servers into which a new client does not get, now.',
      unit: 'short',
      targets: [
        now(promql`count(min by (${probeKey}) (${up}) == 0) or 0 * count(min by (${probeKey}) (${up}))`),
      ],
    },
    [
      { from: 0, color: 'green' },
      { from: 1, color: 'red' },
    ],
  );

  const history = statusHistory({
    id: 21,
    title: 'Whether a new client gets in',
    description: 'Handshakes of the probes up to the first pong. A gap: the probe itself could not work.',
    targets: [over(promql`min by (${probeKey}) (${up})`, '{{job}} {{target}}')],
  }).mappings(yesOrNo({ text: 'no', color: 'red' }, { text: 'yes', color: 'green' }));

  const handshakes = bars({
    id: 22,
    title: 'Handshakes by outcome',
    description: 'By the status of the answer and by what went wrong.',
    unit: 'short',
    targets: [
      over(
        promql`sum by (target, status, failure) (${grown(series('websocket_probe_handshakes_total'), rateInterval)})`,
        '{{target}}: {{status}} {{failure}}',
      ),
    ],
  });

  const phases = timeSeries({
    id: 23,
    title: 'Phases of the handshake',
    description: 'Within which time 95 % of them were done: names, connection, TLS, upgrade, first pong.',
    unit: 's',
    targets: [
      over(
        promql`histogram_quantile(0.95, sum by (le, target, phase) (rate(${phaseBuckets}[${rateInterval}])))`,
        '{{target}}: {{phase}}',
      ),
    ],
  });

  const pings = heatmap({
    id: 24,
    title: 'From ping to pong',
    description: 'Over the connection that a probe holds between two handshakes.',
    unit: 's',
    targets: [buckets(promql`sum by (le) (increase(${rttBuckets}[${rateInterval}]))`)],
  });

  const closes = bars({
    id: 25,
    title: 'Connections that ended too early',
    description:
      'Held connections of probes, by close code (1006: without a close frame) and by who ended them.',
    unit: 'short',
    targets: [
      over(
        promql`sum by (target, code, initiator) (${grown(series('websocket_probe_closes_total'), rateInterval)})`,
        '{{target}}: {{code}} by {{initiator}}',
      ),
    ],
  });

  const certificates = timeSeries({
    id: 26,
    title: 'Until certificates expire',
    description:
      'The own certificate of a server (leaf), and the first to expire of those above it (issuer).',
    unit: 's',
    targets: [
      over(
        promql`min by (${probeKey}, certificate) (${series('websocket_probe_cert_not_after_seconds')}) - time()`,
        '{{target}} {{certificate}}',
      ),
    ],
  });

  const sessions = bars({
    id: 27,
    title: 'Sessions of Socket.IO',
    description:
      'Sessions that a probe began by polling. Lost: another backend answered, which does not know them.',
    unit: 'short',
    targets: [
      over(
        promql`sum by (target, failure) (${grown(series('websocket_probe_sessions_total'), rateInterval)})`,
        '{{target}}: {{failure}}',
      ),
    ],
  });

  const backends = bars({
    id: 28,
    title: 'Backends that answered',
    description:
      'Connections that a probe opened at once, by the name that the backend told, and those that none answered by name. Beside them how many different backends answered the last check.',
    unit: 'short',
    targets: [
      over(
        promql`sum by (target, backend) (${grown(series('websocket_probe_backend_connections_total'), rateInterval)})`,
        '{{target}}: {{backend}}',
        'A',
      ),
      over(
        promql`sum by (target, failure) (${grown(series('websocket_probe_backend_failures_total'), rateInterval)})`,
        '{{target}}, none: {{failure}}',
        'B',
      ),
      over(
        promql`max by (${probeKey}) (${series('websocket_probe_backends')})`,
        '{{target}}: different backends',
        'C',
      ),
    ],
  });

  return { failing, history, handshakes, phases, pings, closes, certificates, sessions, backends };
}
