/** What every name of a metric begins with. */
export const prefix = 'leasewatch_';

export type MetricType = 'gauge' | 'counter' | 'histogram';

export interface Metric {
  readonly type: MetricType;
  readonly labels: readonly string[];
  readonly unit: string;
  readonly help: string;
  readonly buckets?: readonly number[];
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
