/** What every name of a metric begins with. */
export const prefix = 'leasewatch_';

export type MetricType = 'gauge' | 'counter' | 'histogram';

export interface Metric {
  readonly type: MetricType;
  readonly labels: readonly string[];
  readonly unit: string;
  readonly help: string;
  readonly buckets?: readonly number[];
  /** Still told, for those who have not moved yet; nothing of ours asks for it any more. */
  readonly deprecated?: Deprecation;
}

export interface Deprecation {
  /** The version from which on the other one was there. */
  readonly since: string;
  /** The name of the metric to use instead, without the prefix. */
  readonly use: string;
}

/** A metric that goes in a later version: its help says so wherever it is told. */
export function deprecate<const M extends Metric>(metric: M, since: string, use: string) {
  const help = `${metric.help} Deprecated since ${since}: use ${prefix}${use}.`;
  return { ...metric, help, deprecated: { since, use } } as const;
}

/** What is wrong with the deprecations of a catalogue: each must lead to a metric that stays. */
export function deprecationProblems(catalogue: Readonly<Record<string, Metric>>): readonly string[] {
  return Object.entries(catalogue).flatMap(([name, { deprecated }]) => {
    if (deprecated === undefined) return [];
    const { since, use } = deprecated;
    const heir = catalogue[use];
    return [
      ...(/^\d+\.\d+\.\d+$/.test(since) ? [] : [`${name}: ${since} is no version`]),
      ...(heir === undefined ? [`${name}: there is no ${use}`] : []),
      ...(heir?.deprecated === undefined ? [] : [`${name}: ${use} is deprecated itself`]),
    ];
  });
}

export function gauge<const L extends readonly string[]>(labels: L, unit: string, help: string) {
  return { type: 'gauge', labels, unit, help } as const;
}
export function counter<const L extends readonly string[]>(labels: L, unit: string, help: string) {
  return { type: 'counter', labels, unit, help } as const;
}
export function histogram<const L extends readonly string[], const B extends readonly number[]>(
  labels: L,
  unit: string,
  help: string,
  buckets: B,
) {
  return { type: 'histogram', labels, unit, help, buckets } as const;
}
