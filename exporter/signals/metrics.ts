import { Counter, collectDefaultMetrics, Gauge, type OpenMetricsContentType, Registry } from 'prom-client';
import { metrics as catalogue, type Metric, prefix } from '../catalogue.ts';
import { type Clock, sleep } from '../clock.ts';
import type { RouteStats } from '../delivery/outbox.ts';
import type { ReceiverStats } from '../delivery/receiver-stats.ts';
import type { Event } from '../model/event.ts';
import type { ModelView } from '../model/view.ts';
import type { DoorStats } from '../web/door-stats.ts';
import { createEventMetrics } from './event-metrics.ts';
import { type Format, renderFamilies } from './exposition.ts';
import type { OpenRegistry } from './histograms.ts';
import { type Exposition, exposeFamilies, textOf } from './paged-families.ts';
import { projections, type ScrapeContext } from './projections.ts';
import { familyOf } from './registry-families.ts';
import { RowTables } from './row-tables.ts';
import { labelText } from './safe-text.ts';
import { firstOf } from './series-limit.ts';
import { steadyClock } from './steady-clock.ts';
import { Tally } from './tally.ts';
import { registerViewHistograms } from './view-histograms.ts';

export interface MetricsOptions {
  readonly mode: string;
  readonly version: string;
  readonly view: ModelView;
  readonly clock: Clock;
  readonly outboxStats?: () => Promise<readonly RouteStats[]>;
  readonly receivers?: () => readonly ReceiverStats[];
  readonly web?: () => DoorStats | undefined;
  /** Series of leases and nodes together; beyond it whole objects are left out and counted. */
  readonly maxSeries?: number;
  readonly maxLabelBytes?: number;
  /** Whether process_* and nodejs_* are told too. */
  readonly processMetrics?: boolean;
}

/** More than 100,000 leases have. */
const mostSeries = 1_000_000;

export interface Metrics {
  observe(event: Event): void;
  /**
   * All series of leases and nodes, those of 1,024 of them at a time being of one moment, and then all other
   * families, of one moment as well. Others come to their turn meanwhile. The pages can be read until the next
   * scrape begins.
   */
  scrape(format: Format): Promise<Exposition>;
  /** The same as one text. */
  render(format: Format): Promise<string>;
}

/**
 * Leases and nodes have a table of what was told last; all other metrics have a registry of their own, whose
 * gauges and counters are read from the view at the scrape.
 */
export function createMetrics(options: MetricsOptions): Metrics {
  const { view } = options;
  const now = steadyClock(options.clock);
  const registry = openMetricsRegistry();
  let context: ScrapeContext | undefined;
  registerProjections(registry, () => context);
  registerViewHistograms(registry, () => context);
  const events = createEventMetrics(registry);
  if (options.processMetrics !== false) registerProcessMetrics(registry, options.mode);
  const begin = contexts(options, events.closedRounds);
  const tables = new RowTables(view, options.maxSeries ?? mostSeries);

  async function tell(format: Format): Promise<Exposition> {
    const told = await begin();
    const read = await tables.read(() => ({ ...told, now: now() }));
    if (read.suppressed > 0) told.suppressed.add({ reason: 'series_limit' }, read.suppressed);
    context = { ...told, now: now(), openRounds: firstOf(view.openRounds(), read.leases) };
    events.introduce(view);
    // Nothing is awaited before all other families have been read.
    const rows = exposeFamilies(tables.families(context), format);
    const others = await registry.getMetricsAsJSON();
    return [...rows, renderFamilies(others.map(familyOf), format)];
  }
  const scrape = inTurn(tell);
  return {
    observe: (event) => events.observe(event),
    scrape,
    render: async (format) => textOf(await scrape(format)),
  };
}

/** What is the same for all of a scrape. */
function contexts(options: MetricsOptions, closedRounds: ScrapeContext['closedRounds']) {
  const { view, mode, version, maxLabelBytes = 253 } = options;
  const suppressed: ScrapeContext['suppressed'] = new Tally();
  suppressed.add({ reason: 'series_limit' }, 0);
  const outbox = outboxReader(options);
  const text = (name: string) => labelText(name, maxLabelBytes);
  return async () => ({
    ...{ view, mode, version, text, closedRounds, suppressed, outbox: await outbox() },
    receivers: options.receivers?.() ?? [],
    web: options.web?.(),
    openRounds: view.openRounds(),
  });
}

/** Calls one after the other: each begins when those before it have ended. */
function inTurn<A, T>(call: (argument: A) => Promise<T>): (argument: A) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (argument) => {
    const next = last.then(() => call(argument));
    last = next.catch(() => undefined);
    return next;
  };
}

/** prom-client allows exemplars in such a registry alone; what is rendered is decided at the scrape. */
function openMetricsRegistry(): OpenRegistry {
  const registry = new Registry<OpenMetricsContentType>();
  registry.setContentType(Registry.OPENMETRICS_CONTENT_TYPE);
  return registry;
}

type AnyProjection = (
  context: ScrapeContext,
) => Iterable<{ readonly labels: Readonly<Record<string, string>>; readonly value: number }>;

function registerProjections(registry: OpenRegistry, context: () => ScrapeContext | undefined): void {
  const declared: Readonly<Record<string, Metric>> = catalogue;
  const all: Readonly<Record<string, AnyProjection>> = projections;
  for (const [name, project] of Object.entries(all)) {
    const { help, labels, type } = declared[name] ?? { help: '', labels: [], type: 'gauge' };
    const config = { name: prefix + name, help, labelNames: labels, registers: [registry] };
    const metric = type === 'counter' ? new Counter(config) : new Gauge(config);
    const describe = metric.get.bind(metric);
    // The values come from the view at the scrape and are stored nowhere: what vanished there vanishes here.
    metric.get = async () => {
      const now = context();
      // Before the first await: all families of a scrape tell one moment of the model.
      const values = now === undefined ? [] : [...project(now)];
      return { ...(await describe()), values };
    };
  }
}

/** How often the event loop is looked at, in ms: a process with little to do would wake up for nothing else. */
const loopCheckMs = (mode: string): number => (mode === 'cluster' ? 10 : 100);

/** prom-client names three gauges like counters, which promtool rejects. */
function registerProcessMetrics(registry: OpenRegistry, mode: string): void {
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: loopCheckMs(mode) });
  for (const kind of ['handles', 'requests', 'resources']) {
    registry.removeSingleMetric(`nodejs_active_${kind}_total`);
  }
}

const outboxPatienceMs = 250;

/** The newest numbers of the outbox, or the last known ones when it does not answer: a scrape never waits for a disk. */
function outboxReader({ outboxStats, clock }: MetricsOptions): () => Promise<readonly RouteStats[]> {
  let last: readonly RouteStats[] = [];
  return async () => {
    if (outboxStats === undefined) return last;
    const answered = new AbortController();
    const fresh = outboxStats().then(
      (stats) => {
        last = stats;
      },
      () => undefined,
    );
    await Promise.race([fresh, sleep(clock, outboxPatienceMs, answered.signal)]);
    answered.abort();
    return last;
  };
}
