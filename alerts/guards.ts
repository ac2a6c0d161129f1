import { labelsOf, promql, type Query, series } from '../exporter/promql.ts';
import { clusterKey, foreign, processKey, recorded } from './series.ts';

/** Classes in which somebody leads. The others have one owner for life, and are judged by other rules. */
export const leaderClasses = ['coordinated', 'election'] as const;

const silence = recorded('cluster_class:leasewatch_mass_silence:last');

/** Not while half of the same class is silent: that is one incident, and has an alert of its own. */
export function unlessClassIsSilent(expr: Query): Query {
  const key = labelsOf('mass_silence', 'cluster', 'class');
  return promql`(
${expr}
)
unless on (${key}) ${silence} == 1`;
}

/** As above, for what has no class: not while any class is silent as a whole. */
export function unlessManyAreSilent(expr: Query): Query {
  return promql`(
${expr}
)
unless on (${clusterKey}) max by (${clusterKey}) (${silence}) == 1`;
}

export function unlessNodesAreSilent(expr: Query): Query {
  const ofNodes = recorded('cluster_class:leasewatch_mass_silence:last', { class: 'node' });
  return promql`(
${expr}
)
unless on (${clusterKey}) ${ofNodes} == 1`;
}

/** What the rules know of an object: any verdict at all, and the verdict that says nothing. */
export interface Sight {
  readonly key: Query;
  readonly verdicts: Query;
  readonly unknown: Query;
}

/**
 * An alert that fires already, while nobody can see whether its cause is gone: neither blindness nor a
 * leasewatch that vanished may end a page. An object that is told no more, while leasewatch sees, is gone.
 */
export function keptWhileUnseen(alert: string, by: Query, { key, verdicts, unknown }: Sight): Query {
  const firing = foreign('ALERTS', { alertname: alert, alertstate: 'firing' });
  return promql`max by (${by}) (
${firing} and on (${key}) ${unknown} == 1
or
(${firing} unless on (${key}) ${verdicts}) unless on (${clusterKey}) ${seeing}
)`;
}

const seeing = promql`(
${series('source_up', { source: { like: 'leases.*' } })} == 1 and on (${processKey}) ${series('build_info', { mode: 'cluster' })}
)`;
