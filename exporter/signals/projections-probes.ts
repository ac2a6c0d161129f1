import type { ProbeView } from '../model/view-connections.ts';
import type { Projections, ScrapeContext } from './projections.ts';

function* eachProbe<T>(context: ScrapeContext, tell: (probe: ProbeView, target: string) => Iterable<T>) {
  for (const probe of context.view.connections().probes()) yield* tell(probe, context.text(probe.target));
}

export const probeProjections = {
  websocket_probe_up: (context) =>
    eachProbe(context, function* ({ last }, target) {
      if (last !== undefined) yield { labels: { target }, value: last.failure === undefined ? 1 : 0 };
    }),
  websocket_probe_handshakes_total: (context) =>
    eachProbe(context, function* ({ handshakes }, target) {
      for (const { status, failure, count } of handshakes.values()) {
        yield { labels: { target, status, failure }, value: count };
      }
    }),
  websocket_probe_closes_total: (context) =>
    eachProbe(context, function* ({ closes }, target) {
      for (const { code, initiator, count } of closes.values()) {
        yield { labels: { target, code, initiator }, value: count };
      }
    }),
  websocket_probe_sessions_total: (context) =>
    eachProbe(context, function* ({ sessions }, target) {
      for (const [failure, value] of sessions.counts) yield { labels: { target, failure }, value };
    }),
  websocket_probe_backends: (context) =>
    eachProbe(context, function* ({ spread }, target) {
      if (spread.backends !== undefined) yield { labels: { target }, value: spread.backends };
    }),
  websocket_probe_backend_connections_total: (context) =>
    eachProbe(context, function* ({ spread }, target) {
      for (const [backend, value] of spread.connections) {
        yield { labels: { target, backend: context.text(backend) }, value };
      }
    }),
  websocket_probe_backend_failures_total: (context) =>
    eachProbe(context, function* ({ spread }, target) {
      for (const [failure, value] of spread.failures) yield { labels: { target, failure }, value };
    }),
  websocket_probe_cert_not_after_seconds: (context) =>
    eachProbe(context, function* ({ last }, target) {
      const { leaf, issuer } = last?.certificates ?? {};
      if (leaf !== undefined) yield { labels: { target, certificate: 'leaf' }, value: leaf / 1e6 };
      if (issuer !== undefined) yield { labels: { target, certificate: 'issuer' }, value: issuer / 1e6 };
    }),
} satisfies Partial<Projections>;
