import type { Exemplar, Family, FamilySample } from './exposition.ts';

/**
 * What prom-client's `getMetricsAsJSON` tells, as families. Its declared types leave out the names of
 * parts and the exemplars, so they are read with guards.
 */
export function familyOf(metric: {
  readonly name: string;
  readonly help: string;
  readonly type: unknown;
  readonly values: readonly {
    readonly value: number;
    readonly labels: Readonly<Record<string, string | number | undefined>>;
  }[];
}): Family {
  const samples = metric.values.map((value) => sampleOf(metric.name, value));
  return { name: metric.name, help: metric.help, type: typeOf(metric.type), samples };
}

type Labels = Readonly<Record<string, string | number>>;

function sampleOf(
  name: string,
  told: { value: number; labels: Readonly<Record<string, string | number | undefined>> },
): FamilySample {
  const labels = isLabels(told.labels) ? told.labels : {};
  if (!('metricName' in told) || typeof told.metricName !== 'string') return { labels, value: told.value };
  const suffix = told.metricName.slice(name.length);
  const exemplar = 'exemplar' in told ? exemplarOf(told.exemplar) : undefined;
  return { suffix, labels, value: told.value, ...(exemplar === undefined ? {} : { exemplar }) };
}

/** Times of exemplars, by their label set: prom-client stamps them with a clock of its own. */
const exemplarTimes = new WeakMap<object, number>();

/** Gives the exemplar with this very label set its time, in Unix seconds. */
export function stampExemplar<T extends object>(labelSet: T, timestamp: number): T {
  exemplarTimes.set(labelSet, timestamp);
  return labelSet;
}

function exemplarOf(told: unknown): Exemplar | undefined {
  if (typeof told !== 'object' || told === null || !('labelSet' in told) || !('value' in told)) return;
  const { labelSet, value } = told;
  if (typeof value !== 'number' || !isLabels(labelSet)) return;
  const timestamp = exemplarTimes.get(labelSet);
  return { labels: labelSet, value, ...(timestamp === undefined ? {} : { timestamp }) };
}

function isLabels(told: unknown): told is Labels {
  if (typeof told !== 'object' || told === null) return false;
  for (const value of Object.values(told)) {
    if (typeof value !== 'string' && typeof value !== 'number') return false;
  }
  return true;
}

function typeOf(told: unknown): Family['type'] {
  if (told === 'gauge' || told === 'counter' || told === 'histogram' || told === 'summary') return told;
  throw new Error(`metrics: prom-client told an unknown type ${String(told)}`);
}
