/** What a scrape says, before it is text. Pure: families in, text out. */
export interface Family {
  /** The full name; that of a counter ends in `_total`. */
  readonly name: string;
  readonly help: string;
  readonly type: 'gauge' | 'counter' | 'histogram' | 'summary';
  readonly samples: readonly FamilySample[];
}

export interface FamilySample {
  /** `_bucket`, `_sum` or `_count`; none for a gauge or a counter. */
  readonly suffix?: string;
  readonly labels: Readonly<Record<string, string | number>>;
  readonly value: number;
  readonly exemplar?: Exemplar;
}

export interface Exemplar {
  readonly labels: Readonly<Record<string, string | number>>;
  readonly value: number;
  /** Unix seconds. */
  readonly timestamp?: number;
}

export type Format = 'text' | 'openmetrics';

export const contentTypes: Readonly<Record<Format, string>> = {
  text: 'text/plain; version=0.0.4; charset=utf-8',
  openmetrics: 'application/openmetrics-text; version=1.0.0; charset=utf-8',
};

/** Prometheus text 0.0.4, or OpenMetrics 1.0 text with exemplars. */
export function renderFamilies(families: Iterable<Family>, format: Format): string {
  const lines: string[] = [];
  for (const family of families) {
    if (family.samples.length > 0) renderFamily(family, format, lines);
  }
  if (format === 'openmetrics') lines.push('# EOF');
  return lines.length === 0 ? '' : `${lines.join('\n')}\n`;
}

const units = ['seconds', 'bytes'];

function renderFamily(family: Family, format: Format, lines: string[]): void {
  lines.push(...headLines(family, format));
  for (const line of sampleLines(family, format)) lines.push(line);
}

export function* sampleLines(family: Family, format: Format): Iterable<string> {
  const open = format === 'openmetrics';
  const name = familyName(family, format);
  const plain = open && family.type === 'counter' ? `${name}_total` : name;
  for (const sample of family.samples) {
    const told = sample.suffix === undefined ? plain : name + sample.suffix;
    const exemplar = open && sample.exemplar !== undefined ? renderExemplar(sample.exemplar) : '';
    yield `${told}${renderLabels(sample.labels, open)} ${numberText(sample.value)}${exemplar}`;
  }
}

/** The lines that stand before the samples of a family. */
export function headLines(family: Omit<Family, 'samples'>, format: Format): string[] {
  const open = format === 'openmetrics';
  const name = familyName(family, format);
  const help = open ? escapeQuoted(family.help) : escapeHelp(family.help);
  const unit = open ? units.find((each) => name.endsWith(`_${each}`)) : undefined;
  return [
    ...[`# HELP ${name} ${help}`, `# TYPE ${name} ${family.type}`],
    ...(unit === undefined ? [] : [`# UNIT ${name} ${unit}`]),
  ];
}

/** OpenMetrics names the family of a counter without `_total`, and its sample with it. */
function familyName({ name, type }: Omit<Family, 'samples'>, format: Format): string {
  return format === 'openmetrics' && type === 'counter' ? name.replace(/_total$/, '') : name;
}

function renderExemplar(exemplar: Exemplar): string {
  const time = exemplar.timestamp === undefined ? '' : ` ${exemplar.timestamp.toFixed(3)}`;
  const labels = renderLabels(exemplar.labels, true) || '{}';
  return ` # ${labels} ${numberText(exemplar.value)}${time}`;
}

function renderLabels(labels: Readonly<Record<string, string | number>>, open: boolean): string {
  let text = '';
  for (const name in labels) {
    const value = labels[name];
    const told = name === 'le' || name === 'quantile' ? renderBound(value, open) : String(value);
    text += `${text === '' ? '' : ','}${labelPair(name, told)}`;
  }
  return text === '' ? '' : `{${text}}`;
}

export function labelPair(name: string, value: string): string {
  return `${name}="${escapeQuoted(value)}"`;
}

/** OpenMetrics wants bounds as floats: `1.0`. */
function renderBound(value: string | number | undefined, open: boolean): string {
  return open && Number.isInteger(value) ? `${value}.0` : String(value);
}

export function numberText(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (value === Number.POSITIVE_INFINITY) return '+Inf';
  if (value === Number.NEGATIVE_INFINITY) return '-Inf';
  return String(value);
}

const harmful = /[\p{Cc}\p{Cs}]/gu;

function escapeHelp(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replace(harmful, '\ufffd');
}

const special = /[\\"\p{Cc}\p{Cs}]/u;

function escapeQuoted(text: string): string {
  return special.test(text) ? escapeHelp(text).replaceAll('"', '\\"') : text;
}
