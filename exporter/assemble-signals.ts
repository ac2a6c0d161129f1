import type { Delivery } from './assemble-delivery.ts';
import type { Clock } from './clock.ts';
import type { Config } from './config.ts';
import type { Event } from './model/event.ts';
import type { ModelView } from './model/view.ts';
import { createLeaseHistory, type LeaseHistory } from './signals/lease-history.ts';
import { createLogs, type Logs } from './signals/logs.ts';
import { createMetrics, type Metrics } from './signals/metrics.ts';
import { createRecentRounds, type RecentRounds } from './signals/recent.ts';
import type { Traces } from './signals/traces.ts';
import { Unhurried } from './slices.ts';
import type { DoorStats } from './web/door-stats.ts';

/** Which cluster we are in: known from the configuration, or some time after the start. */
export interface Cluster {
  id: string;
}

export interface SignalParts {
  readonly config: Config;
  readonly version: string;
  readonly clock: Clock;
  readonly cluster: Cluster;
  readonly console: 'text' | 'json' | 'off';
  /** What our own server counts, once it listens. */
  readonly web?: () => DoorStats | undefined;
}

export interface Signals {
  readonly metrics: Metrics;
  readonly recent: RecentRounds;
  readonly history: LeaseHistory;
  observe(event: Event): void;
  close(): Promise<void>;
}

/** Logs come first: everything else that starts wants to say what went wrong. */
export async function startLogs(
  { config, clock, cluster, console }: SignalParts,
  delivery: Delivery,
): Promise<Logs> {
  const labels = {
    service_name: config.service.name,
    site: config.site ?? '',
    get cluster() {
      return cluster.id;
    },
  };
  const push = delivery.routes.includes('logs')
    ? new (await import('./signals/loki-format.ts')).LokiOutboxTransport(labels, delivery.deliver)
    : undefined;
  return createLogs({ push, console, level: config.log.level, clock });
}

/** The projections of events and of the model's state, each fed with every event. */
export async function createSignals(
  parts: SignalParts,
  view: ModelView,
  delivery: Delivery,
  logs: Logs,
): Promise<Signals> {
  const { config, version, clock } = parts;
  const outboxStats = delivery.stats === undefined ? {} : { outboxStats: delivery.stats };
  const receivers = () => delivery.receiverStats();
  const metrics = createMetrics({
    ...{ mode: config.mode, version, view, clock, receivers },
    ...outboxStats,
    ...(parts.web === undefined ? {} : { web: parts.web }),
  });
  const traces = await lateTraces(parts, delivery, logs);
  const recent = createRecentRounds(view);
  const history = createLeaseHistory();
  // Metrics tell a verdict from the moment on when it stands; its words and spans can wait for the next verdicts.
  const told = new Unhurried<Event>((event) => {
    for (const observer of [traces, logs]) observer.observe(event);
  });
  return {
    metrics,
    recent,
    history,
    observe(event) {
      metrics.observe(event);
      recent.observe(event);
      history.observe(event);
      if (event.kind !== 'heartbeat') told.push(event);
    },
    async close() {
      told.flush();
      await traces.shutdown();
      await logs.close();
    },
  };
}

const traced: ReadonlySet<Event['kind']> = new Set(['round', 'overlap', 'node-outage', 'incident']);

/**
 * The tracer is made at the first event that has a trace: by then it is known in which cluster we are. Its libraries
 * are loaded only where spans go anywhere: they take time to load and memory to keep.
 */
async function lateTraces(parts: SignalParts, delivery: Delivery, logs: Logs): Promise<Traces> {
  const { config } = parts;
  const direct = config.outbox.path === 'off' && config.otlp.tracesUrl !== undefined;
  if (!direct && !delivery.routes.includes('traces')) {
    return { observe: () => {}, shutdown: async () => {} };
  }
  const open = await import('./assemble-traces.ts');
  let traces: Traces | undefined;
  return {
    observe(event) {
      if (!traced.has(event.kind)) return;
      traces ??= open.openTraces(parts, delivery, direct ? open.exporterOf(config, logs) : undefined);
      traces.observe(event);
    },
    shutdown: async () => traces?.shutdown(),
  };
}
