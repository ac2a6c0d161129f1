import { Counter, Gauge, Histogram, type OpenMetricsContentType, type Registry } from 'prom-client';
import { prefix } from '../exporter/catalogue-metric.ts';
import { type AppMetricName, appMetrics } from './catalogue.ts';

/** Of prom-client, whatever it renders. */
export type AnyRegistry = Registry | Registry<OpenMetricsContentType>;

export type Initiator = 'server' | 'client';

/** What is counted of one port: plain numbers, since adding to them is all that a message costs. */
export class PortMeter {
  readonly port: string;
  readonly connections = new Map<string, number>();
  readonly handshakes = new Map([
    ['accepted', 0],
    ['refused', 0],
  ]);
  readonly closes = new Map<string, { code: string; initiator: Initiator; count: number }>();
  ghosts = 0;
  received = 0;
  receivedBytes = 0;
  sent = 0;
  sentBytes = 0;
  /** Tells the bytes that wait, one for each connection; `undefined` where nobody can tell. */
  buffered: Set<() => number> | undefined;
  readonly #rtt: Histogram<'port'>;

  constructor(port: string, rtt: Histogram<'port'>) {
    this.port = port;
    this.#rtt = rtt;
  }

  shookHands(outcome: 'accepted' | 'refused' | 'unknown_session'): void {
    this.handshakes.set(outcome, (this.handshakes.get(outcome) ?? 0) + 1);
  }

  opened(transport: string, by = 1): void {
    this.connections.set(transport, (this.connections.get(transport) ?? 0) + by);
  }

  closed(transport: string, code: string, initiator: Initiator): void {
    this.opened(transport, -1);
    const key = `${code}/${initiator}`;
    const row = this.closes.get(key);
    if (row === undefined) this.closes.set(key, { code, initiator, count: 1 });
    else row.count += 1;
  }

  pong(milliseconds: number): void {
    this.#rtt.observe({ port: this.port }, milliseconds / 1000);
  }
}

/** All ports of an application, in one registry. */
export class AppMeters {
  readonly #ports = new Map<string, PortMeter>();
  readonly #rtt: Histogram<'port'>;

  constructor(registry: AnyRegistry) {
    const { help, labels, buckets } = appMetrics.websocket_app_ping_rtt_seconds;
    const name = `${prefix}websocket_app_ping_rtt_seconds`;
    this.#rtt = new Histogram({
      name,
      help,
      labelNames: labels,
      buckets: [...buckets],
      registers: [registry],
    });
    const ports = this.#ports;
    for (const [name, samples] of told) declare(registry, name, () => rowsOf(ports.values(), samples));
  }

  port(number: number | undefined): PortMeter {
    const port = number === undefined ? 'unknown' : String(number);
    const known = this.#ports.get(port);
    if (known !== undefined) return known;
    const meter = new PortMeter(port, this.#rtt);
    this.#ports.set(port, meter);
    return meter;
  }
}

/** Two servers of one process share the metrics of a registry, which can have a name only once. */
const metersOf = new WeakMap<AnyRegistry, AppMeters>();

export function metersIn(registry: AnyRegistry): AppMeters {
  const known = metersOf.get(registry);
  if (known !== undefined) return known;
  const meters = new AppMeters(registry);
  metersOf.set(registry, meters);
  return meters;
}

type Row = readonly [labels: Readonly<Record<string, string>>, value: number];

/** What is read from a port when somebody scrapes. */
const told: readonly (readonly [AppMetricName, (meter: PortMeter) => Iterable<Row>])[] = [
  [
    'websocket_app_connections',
    ({ connections }) => Array.from(connections, ([transport, count]) => [{ transport }, count] as const),
  ],
  [
    'websocket_app_handshakes_total',
    ({ handshakes }) => Array.from(handshakes, ([outcome, count]) => [{ outcome }, count] as const),
  ],
  [
    'websocket_app_closes_total',
    ({ closes }) =>
      Array.from(closes.values(), ({ code, initiator, count }) => [{ code, initiator }, count] as const),
  ],
  ['websocket_app_ghosts_terminated_total', ({ ghosts }) => [[{}, ghosts]]],
  [
    'websocket_app_messages_total',
    ({ received, sent }) => [
      [{ direction: 'received' }, received],
      [{ direction: 'sent' }, sent],
    ],
  ],
  [
    'websocket_app_message_bytes_total',
    ({ receivedBytes, sentBytes }) => [
      [{ direction: 'received' }, receivedBytes],
      [{ direction: 'sent' }, sentBytes],
    ],
  ],
  ['websocket_app_buffered_bytes', bufferedRows],
];

function bufferedRows({ buffered }: PortMeter): readonly Row[] {
  if (buffered === undefined) return [];
  let [sum, max] = [0, 0];
  for (const tell of buffered) {
    const bytes = tell();
    sum += bytes;
    max = Math.max(max, bytes);
  }
  return [
    [{ stat: 'sum' }, sum],
    [{ stat: 'max' }, max],
  ];
}

function* rowsOf(ports: Iterable<PortMeter>, samples: (meter: PortMeter) => Iterable<Row>): Iterable<Row> {
  for (const meter of ports) {
    for (const [labels, value] of samples(meter)) yield [{ port: meter.port, ...labels }, value];
  }
}

/** A metric whose values are what `rows` tells at the scrape. */
function declare(registry: AnyRegistry, name: AppMetricName, rows: () => Iterable<Row>): void {
  const { help, labels, type } = appMetrics[name];
  const common = { name: prefix + name, help, labelNames: labels, registers: [registry] };
  if (type === 'counter') {
    new Counter({
      ...common,
      collect() {
        this.reset();
        for (const [values, value] of rows()) this.inc(values, value);
      },
    });
    return;
  }
  new Gauge({
    ...common,
    collect() {
      this.reset();
      for (const [values, value] of rows()) this.set(values, value);
    },
  });
}
