import type { Duration, Query } from '../exporter/promql.ts';
import type { RecordedName } from './series.ts';

export type Severity = 'critical' | 'warning' | 'info' | 'none';

/** A rule that alerts. `summary` is the same for every alert of the rule; `description` tells which one. */
export interface AlertRule {
  readonly alert: string;
  readonly expr: Query;
  readonly for?: Duration;
  readonly keepFiringFor?: Duration;
  readonly severity: Severity;
  readonly labels?: Readonly<Record<string, string>>;
  readonly summary: string;
  readonly description: string;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** A rule that records a series under a name of its own. */
export interface RecordingRule {
  readonly record: string;
  readonly expr: Query;
}

export function record(name: RecordedName, expr: Query): RecordingRule {
  return { record: name, expr };
}

export type Rule = AlertRule | RecordingRule;

/** Rules of one group are evaluated in their order: what is recorded comes before what reads it. */
export interface Group {
  readonly name: string;
  readonly interval: Duration;
  readonly rules: readonly Rule[];
}

export function isAlert(rule: Rule): rule is AlertRule {
  return 'alert' in rule;
}
