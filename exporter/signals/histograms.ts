import { Histogram, type OpenMetricsContentType, type Registry } from 'prom-client';
import { metrics as catalogue, type NamesOf, prefix } from '../catalogue.ts';
import type { Event, NodeOutageEvent, Round } from '../model/event.ts';
import type { IncidentEvent } from '../model/incident-event.ts';
import type { ProbeEvent } from '../model/probe-event.ts';
import type { Introduce } from './from-zero.ts';
import { stampExemplar } from './registry-families.ts';
import type { ViewHistogramName } from './view-histograms.ts';

export type OpenRegistry = Registry<OpenMetricsContentType>;

/** The histograms of the catalogue that events feed: with those of the model, a missing one does not compile. */
type Histograms = { readonly [N in Exclude<NamesOf<'histogram'>, ViewHistogramName>]: Histogram };

export interface FedHistograms {
  observe(event: Event): void;
  /** Tells a series at 0; one that was fed already begins again. */
  readonly introduce: Introduce['histogram'];
}

/** Registers every histogram; those of elections and outages carry exemplars with a trace id. */
export function createHistograms(registry: OpenRegistry): FedHistograms {
  const make = (name: NamesOf<'histogram'>, enableExemplars: boolean) => {
    const { help, labels, buckets } = catalogue[name];
    const config = { name: prefix + name, help, labelNames: [...labels], buckets: [...buckets] };
    return new Histogram({ ...config, enableExemplars, registers: [registry] });
  };
  const histograms: Histograms = {
    election_round_duration_seconds: make('election_round_duration_seconds', true),
    election_gap_duration_seconds: make('election_gap_duration_seconds', true),
    election_leaderless_duration_seconds: make('election_leaderless_duration_seconds', true),
    node_heartbeat_interval_seconds: make('node_heartbeat_interval_seconds', false),
    node_heartbeat_outage_duration_seconds: make('node_heartbeat_outage_duration_seconds', true),
    websocket_failover_recovery_seconds: make('websocket_failover_recovery_seconds', true),
    detection_delay_seconds: make('detection_delay_seconds', false),
    websocket_probe_phase_seconds: make('websocket_probe_phase_seconds', false),
    websocket_probe_ping_rtt_seconds: make('websocket_probe_ping_rtt_seconds', false),
  };
  return {
    observe: (event) => observe(histograms, event),
    introduce: (name, labels) => histograms[name].zero(labels),
  };
}

function observe(histograms: Histograms, event: Event): void {
  if (event.kind === 'heartbeat') histograms.node_heartbeat_interval_seconds.observe(event.intervalSeconds);
  if (event.kind === 'lease-state' && event.delaySeconds !== undefined) {
    histograms.detection_delay_seconds.observe(event.delaySeconds);
  }
  if (event.kind === 'probe') observeProbe(histograms, event);
  if (event.kind === 'incident' && event.outcome === 'recovered') observeRecovery(histograms, event);
  if (event.kind === 'round' && event.step === 'closed') observeRound(histograms, event.round);
  if (event.kind === 'node-outage' && event.step === 'closed') observeOutage(histograms, event);
}

/**
 * Only a change of holder that was seen has durations; a lease that was just created has no predecessor to
 * be missed.
 */
function observeRound(histograms: Histograms, round: Round): void {
  const { acquired, closed, lastRenewal, traceId } = round;
  if (round.outcome !== 'elected' || round.cause === 'created' || round.uncertain) return;
  if (acquired === undefined || closed === undefined) return;
  const labels = { class: round.class, cause: round.cause };
  const tell = (histogram: Histogram, micros: number) =>
    histogram.observe({
      labels,
      value: Math.max(0, micros) / 1e6,
      exemplarLabels: stampExemplar({ trace_id: traceId }, closed / 1e6),
    });
  tell(histograms.election_round_duration_seconds, closed - lastRenewal);
  tell(histograms.election_gap_duration_seconds, acquired - lastRenewal);
  tell(histograms.election_leaderless_duration_seconds, round.leaderlessSeconds * 1e6);
}

function observeProbe(histograms: Histograms, event: ProbeEvent): void {
  const { target } = event;
  if (event.step === 'pong')
    histograms.websocket_probe_ping_rtt_seconds.observe({ target }, event.rttSeconds);
  if (event.step !== 'handshake') return;
  for (const [phase, seconds] of Object.entries(event.phases)) {
    histograms.websocket_probe_phase_seconds.observe({ target, phase }, seconds);
  }
}

function observeRecovery(histograms: Histograms, { traceId, began, closed, beside }: IncidentEvent): void {
  if (closed === undefined) return;
  histograms.websocket_failover_recovery_seconds.observe({
    labels: { cause: beside?.cause ?? 'unknown' },
    value: Math.max(0, closed - began) / 1e6,
    exemplarLabels: stampExemplar({ trace_id: traceId }, closed / 1e6),
  });
}

function observeOutage(histograms: Histograms, outage: NodeOutageEvent): void {
  const { closed, end, lastHeartbeat, traceId } = outage;
  if (closed === undefined || end === undefined) return;
  histograms.node_heartbeat_outage_duration_seconds.observe({
    labels: { end },
    value: Math.max(0, closed - lastHeartbeat) / 1e6,
    exemplarLabels: stampExemplar({ trace_id: traceId }, closed / 1e6),
  });
}
