import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import type { Delivery } from './assemble-delivery.ts';
import type { SignalParts } from './assemble-signals.ts';
import type { Config } from './config.ts';
import { exporterAccess } from './delivery/otlp-exporter.ts';
import type { Logs } from './signals/logs.ts';
import { createTraces, type Traces } from './signals/traces.ts';

/** OpenTelemetry's own sender, for spans that pass by the outbox. */
export function exporterOf({ otlp, proxy }: Config, logs: Logs): OTLPTraceExporter {
  const access = exporterAccess(otlp, proxy, (message) => logs.warn(message));
  return new OTLPTraceExporter({
    ...access,
    ...(otlp.tracesUrl === undefined ? {} : { url: otlp.tracesUrl }),
  });
}

export function openTraces(
  { config, cluster, clock }: SignalParts,
  { deliver }: Delivery,
  exporter: OTLPTraceExporter | undefined,
): Traces {
  const { service, site, otlp } = config;
  const { name: serviceName, attributes } = service;
  const resource = { serviceName, cluster: cluster.id, site: site ?? '', attributes };
  const sampling = otlp.sample === 1 ? {} : { sampling: { share: otlp.sample, clock } };
  return createTraces({ deliver, resource, ...sampling, ...(exporter === undefined ? {} : { exporter }) });
}
