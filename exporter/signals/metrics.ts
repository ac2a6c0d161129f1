import { Counter, collectDefaultMetrics, Gauge, type OpenMetricsContentType, Registry } from 'prom-client';
import { metrics as catalogue, type Metric, prefix } from '../catalogue.ts';
import { type Clock, sleep } from '../clock.ts';
import type { RouteStats } from '../delivery/outbox.ts';
import type { ReceiverStats } from '../delivery/receiver-stats.ts';
import type { Event } from '../model/event.ts';
import type { ModelView } from '../model/view.ts';
import { type Format, renderFamilies } from './exposition.ts';
import { FromZero } from './from-zero.ts';
import { createHistograms, type OpenRegistry } from './histograms.ts';
import { projections, type ScrapeContext } from './projections.ts';
import { familyOf } from './registry-families.ts';
import { labelText } from './safe-text.ts';
import { limitView } from './series-limit.ts';
import { Tally } from './tally.ts';
import { registerViewHistograms } from './view-histograms.ts';

export interface MetricsOptions {
  readonly mode: string;
  readonly version: string;
  readonly view: ModelView;
  readonly clock: Clock;
  readonly outboxStats?: () => Promise<readonly RouteStats[]>;
  readonly receivers?: () => readonly ReceiverStats[];
  /** Series of leases and nodes together; beyond it whole objects are left out and counted. */
  readonly maxSeries?: number;
  readonly maxLabelBytes?: number;
  /** Whether process_* and nodejs_* are told too. */
  readonly processMetrics?: boolean;
}

export interface Metrics {
  observe(event: Event): void;
  render(format: Format): Promise<string>;
}

/** All metrics in a registry of their own; gauges and counters are read from the view at the scrape. */
export function createMetrics(options: MetricsOptions): Metrics {
  const registry = openMetricsRegistry();
  const closedRounds: ScrapeContext['closedRounds'] = new Tally();
  const suppressed: ScrapeContext['suppressed'] = new Tally();
  suppressed.add({ reason: 'series_limit' }, 0);
  const outbox = outboxReader(options);
  let context: ScrapeContext | undefined;
  registerProjections(registry, () => context);
  registerViewHistograms(registry, () => context);
  const histograms = createHistograms(registry);
  const fromZero = new FromZero({
    round: (labels) => closedRounds.add(labels, 0),
    histogram: histograms.introduce,
  });
  if (options.processMetrics !== false) registerProcessMetrics(registry);
  return {
    observe(event) {
      fromZero.expect(event);
      histograms.observe(event);
      if (event.kind === 'round' && event.step === 'closed' && event.round.outcome !== undefined) {
        closedRounds.add({
          class: event.round.class,
          cause: event.round.cause,
          outcome: event.round.outcome,
        });
      }
    },
    async render(format) {
      const stats = await outbox();
      context = {
        ...{ mode: options.mode, version: options.version, now: options.clock.now(), outbox: stats },
        view: limitView(options.view, options.maxSeries ?? 500_000, suppressed),
        receivers: options.receivers?.() ?? [],
        text: (name) => labelText(name, options.maxLabelBytes ?? 253),
        ...{ closedRounds, suppressed },
      };
      fromZero.see(context.view);
      const told = await registry.getMetricsAsJSON();
      return renderFamilies(told.map(familyOf), format);
    },
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

/** prom-client names three gauges like counters, which promtool rejects. */
function registerProcessMetrics(registry: OpenRegistry): void {
  collectDefaultMetrics({ register: registry });
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
