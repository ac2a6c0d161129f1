import { logEvents, type Metric, metrics, prefix, spans } from '../exporter/catalogue.ts';
import { appMetrics } from '../instrument/catalogue.ts';

/** METRICS.md as text, from the catalogue. */
export function metricsPage(): string {
  return `${[...introduction, ...metricTables(), ...appTable(), ...spanTable(), ...logTable()].join('\n').trimEnd()}\n`;
}

const introduction = [
  '# Metrics, spans and log events',
  '',
  'Written by `npm run generate` from `exporter/catalogue.ts`; do not edit.',
  '',
  'Timestamps are Unix seconds with their fraction. In OpenMetrics the election and outage histograms',
  'carry exemplars with the `trace_id` of the round or the outage. `process_*` and `nodejs_*` come from',
  'prom-client and are not listed.',
  '',
];

const groups: readonly { readonly title: string; readonly starts: readonly string[] }[] = [
  { title: 'Leases', starts: ['lease_'] },
  { title: 'Election rounds', starts: ['election_'] },
  { title: 'Nodes', starts: ['node_'] },
  { title: 'WebSocket connections', starts: ['websocket_'] },
  { title: 'leasewatch itself', starts: [''] },
];

function metricTables(): string[] {
  const left = new Map<string, Metric>(Object.entries(metrics));
  return groups.flatMap(({ title, starts }) => {
    const rows = [...left].filter(([name]) => starts.some((start) => name.startsWith(start)));
    for (const [name] of rows) left.delete(name);
    return section(
      title,
      ['metric', 'type', 'labels', 'unit', 'meaning'],
      rows.map((row) => metricRow(...row)),
    );
  });
}

export function metricRow(name: string, metric: Metric): string[] {
  const labels = metric.labels.map((label) => `\`${label}\``).join(', ');
  const buckets = metric.buckets === undefined ? '' : ` Buckets: ${metric.buckets.join(', ')}.`;
  return [`\`${prefix}${name}\``, metric.type, labels, metric.unit, metric.help + buckets];
}

function appTable(): string[] {
  const rows = Object.entries(appMetrics).map((row) => metricRow(...row));
  const heads = ['metric', 'type', 'labels', 'unit', 'meaning'];
  const [title, line, ...table] = section('In an application, by leasewatch/instrument', heads, rows);
  const scraped = 'These are scraped from the application itself; leasewatch does not tell them.';
  return [title ?? '', line ?? '', scraped, '', ...table];
}

function spanTable(): string[] {
  const rows = Object.values(spans).map(({ name, help }) => [`\`${name}\``, help]);
  return section('Spans', ['span', 'meaning'], rows);
}

function logTable(): string[] {
  const rows = Object.entries(logEvents).map(([name, { level, help }]) => [`\`${name}\``, level, help]);
  return section('Log events', ['event', 'level', 'meaning'], rows);
}

function section(title: string, heads: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [`## ${title}`, '', line(heads), line(heads.map(() => '---')), ...rows.map(line), ''];
}
