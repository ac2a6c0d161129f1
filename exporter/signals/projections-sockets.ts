import type { Descriptors, NetCounters, PortCensus } from '../model/observation.ts';
import type { PortView } from '../model/view-connections.ts';
import { imbalances } from './imbalance.ts';
import type { Projections, ScrapeContext } from './projections.ts';

interface PortLabels {
  readonly namespace: string;
  readonly pod: string;
  readonly port: string;
}

/** Every port of which there is a census, with its labels. */
export function* eachPort(context: ScrapeContext): Iterable<{ labels: PortLabels; view: PortView }> {
  for (const place of context.view.connections().places()) {
    const where = labelsOf(context, place);
    for (const view of place.ports()) yield { labels: { ...where, port: String(view.census.port) }, view };
  }
}

function labelsOf({ text }: ScrapeContext, { namespace, pod }: { namespace: string; pod: string }) {
  return { namespace: text(namespace), pod: text(pod) };
}

function* counts(context: ScrapeContext, value: (census: PortCensus) => number) {
  for (const { labels, view } of eachPort(context)) yield { labels, value: value(view.census) };
}

function* counters(context: ScrapeContext, value: (counters: NetCounters) => number) {
  for (const place of context.view.connections().places()) {
    if (place.counters !== undefined)
      yield { labels: labelsOf(context, place), value: value(place.counters) };
  }
}

function* containers({ view, text }: ScrapeContext) {
  for (const { namespace, pod, descriptors } of view.connections().places()) {
    const where = { namespace: text(namespace), pod: text(pod) };
    for (const told of descriptors) yield { labels: { ...where, container: text(told.container) }, told };
  }
}

function* descriptors(context: ScrapeContext, value: (descriptors: Descriptors) => number) {
  for (const { labels, told } of containers(context)) {
    if ('open' in told) yield { labels, value: value(told) };
  }
}

export const socketProjections = {
  websocket_connections: (context) => counts(context, (port) => port.established),
  websocket_loopback_connections: (context) => counts(context, (port) => port.near),
  websocket_unaccepted_connections: (context) => counts(context, (port) => port.unaccepted),
  websocket_closing_connections: (context) => counts(context, (port) => port.closing),
  websocket_accept_queue: (context) => counts(context, (port) => port.acceptQueue),
  *websocket_suspect_connections(context) {
    for (const { labels, view } of eachPort(context)) {
      const { ghosts, stalled, deadStalled } = view.census;
      yield { labels: { ...labels, kind: 'ghost' }, value: ghosts };
      yield { labels: { ...labels, kind: 'stalled' }, value: stalled };
      yield { labels: { ...labels, kind: 'dead_stalled' }, value: deadStalled };
    }
  },
  *websocket_send_queue_bytes(context) {
    for (const { labels, view } of eachPort(context)) {
      yield { labels: { ...labels, stat: 'sum' }, value: view.census.sendQueueBytes };
      yield { labels: { ...labels, stat: 'max' }, value: view.census.longestSendQueueBytes };
    }
  },
  *websocket_live_age_seconds(context) {
    for (const { labels, view } of eachPort(context)) {
      for (const [stat, value] of Object.entries(view.census.ages ?? {})) {
        yield { labels: { ...labels, stat }, value };
      }
    }
  },
  *websocket_idle_timeout_seconds(context) {
    for (const { labels, view } of eachPort(context)) {
      if (view.idleTimeout !== undefined) yield { labels, value: view.idleTimeout.seconds };
    }
  },
  *websocket_port_info(context) {
    for (const place of context.view.connections().places()) {
      const where = labelsOf(context, place);
      const workload = context.text(place.workload);
      for (const { census } of place.ports()) {
        const { port, origin } = census;
        yield { labels: { ...where, port: String(port), origin, workload }, value: 1 };
      }
    }
  },
  *websocket_tcp_sockets(context) {
    for (const { labels, view } of eachPort(context)) {
      for (const [state, value] of Object.entries(view.census.states)) {
        yield { labels: { ...labels, state }, value };
      }
    }
  },
  *websocket_imbalance_ratio(context) {
    for (const { namespace, workload, port, ratio } of imbalances(context.view.connections().places())) {
      const names = { namespace: context.text(namespace), workload: context.text(workload) };
      yield { labels: { ...names, port: String(port) }, value: ratio };
    }
  },
  *websocket_node_connections(context) {
    const connections = context.view.connections();
    const node = connections.node();
    if (node === undefined) return;
    const ports = [...connections.places()].flatMap((place) => [...place.ports()]);
    const value = ports.reduce((sum, { census }) => sum + census.established - census.near, 0);
    yield { labels: { node: context.text(node) }, value };
  },
  websocket_open_fds: (context) => descriptors(context, ({ open }) => open),
  websocket_max_fds: (context) => descriptors(context, ({ most }) => most),
  *websocket_unread_fds(context) {
    for (const { labels, told } of containers(context)) {
      if ('unread' in told) yield { labels: { ...labels, reason: told.unread }, value: 1 };
    }
  },
  *websocket_unread_pods(context) {
    for (const { reason, ...place } of context.view.connections().unread()) {
      yield { labels: { ...labelsOf(context, place), reason }, value: 1 };
    }
  },
  websocket_tcp_accepts_total: (context) => counters(context, ({ accepts }) => accepts),
  *websocket_tcp_aborts_total(context) {
    for (const place of context.view.connections().places()) {
      if (place.counters === undefined) continue;
      const labels = labelsOf(context, place);
      yield { labels: { ...labels, reason: 'reset' }, value: place.counters.resets };
      yield { labels: { ...labels, reason: 'timeout' }, value: place.counters.timeouts };
    }
  },
  websocket_listen_overflows_total: (context) => counters(context, ({ listenOverflows }) => listenOverflows),
} satisfies Partial<Projections>;
