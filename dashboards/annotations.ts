import type { Builder } from '@grafana/grafana-foundation-sdk/cog';
import { type AnnotationQuery, AnnotationQueryBuilder } from '@grafana/grafana-foundation-sdk/dashboard';
import { leaseKey } from '../alerts/series.ts';
import { chosenLines } from '../exporter/logql.ts';
import { promql } from '../exporter/promql.ts';
import { loki, prometheus } from './datasources.ts';
import { inSight } from './in-sight.ts';
import { lines, over, rateInterval } from './targets.ts';
import { type Choice, chosenSeries } from './variables.ts';

/** Marks every change of leader on every panel with a time axis. */
export function elections(choices: readonly Choice[]): Builder<AnnotationQuery> {
  const changes = chosenSeries(choices).series('lease_holder_changes_total');
  const expr = promql`max by (${leaseKey}, cause) (increase(${changes}[${rateInterval}])) > 0`;
  return inSight(
    new AnnotationQueryBuilder()
      .name('Changes of leader')
      .datasource(prometheus)
      .enable(true)
      .iconColor('light-purple')
      .target(over(expr, '__auto', 'Anno'))
      .expr(expr.promql)
      .titleFormat('{{namespace}}/{{lease}}')
      .textFormat('another holder: {{cause}}')
      .tagKeys('cause'),
  );
}

/** Rounds and outages as they were told, to the microsecond and with their traces. Off until asked for. */
export function told(events: Parameters<typeof chosenLines>[0], name: string): Builder<AnnotationQuery> {
  const query = chosenLines(events);
  return inSight(
    new AnnotationQueryBuilder()
      .name(name)
      .datasource(loki)
      .enable(false)
      .iconColor('light-orange')
      .target(lines(query, 'Anno'))
      .expr(query.logql)
      .tagKeys('event,trace_id'),
  );
}
