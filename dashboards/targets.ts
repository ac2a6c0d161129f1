import type { Builder, Dataquery } from '@grafana/grafana-foundation-sdk/cog';
import { DataqueryBuilder as LokiQuery } from '@grafana/grafana-foundation-sdk/loki';
import {
  DataqueryBuilder as PrometheusQuery,
  PromQueryFormat,
} from '@grafana/grafana-foundation-sdk/prometheus';
import { type SpanName, spans } from '../exporter/catalogue.ts';
import type { LogQuery } from '../exporter/logql.ts';
import type { Query } from '../exporter/promql.ts';
import { jaeger, loki, prometheus } from './datasources.ts';

export type Target = Builder<Dataquery>;

/** Long enough for `rate` at any zoom and any interval of scrapes: Grafana puts it in. */
export const rateInterval: Query = { promql: '$__rate_interval' };

/** A query over the time that is shown; `legend` is a template such as `{{lease}}`. */
export function over(query: Query, legend = '__auto', refId = 'A'): PrometheusQuery {
  return told(query, refId).range().legendFormat(legend);
}

/** As above, with the traces that Prometheus keeps beside the raw buckets. */
export function withExemplars(query: Query, legend: string, refId = 'A'): PrometheusQuery {
  return over(query, legend, refId).exemplar(true);
}

/** What a query says at the end of the time that is shown. */
export function now(query: Query, legend = '__auto', refId = 'A'): PrometheusQuery {
  return told(query, refId).instant().legendFormat(legend);
}

/** Rows of a table: a column for every label. */
export function rows(query: Query, refId = 'A'): PrometheusQuery {
  return now(query, '__auto', refId).format(PromQueryFormat.Table);
}

/** Rows for every moment that is shown. */
export function rowsOver(query: Query, refId = 'A'): PrometheusQuery {
  return over(query, '__auto', refId).format(PromQueryFormat.Table);
}

/** Counts for a heatmap, a row for every bucket. */
export function buckets(query: Query, refId = 'A'): PrometheusQuery {
  return over(query, '{{le}}', refId).format(PromQueryFormat.Heatmap);
}

function told(query: Query, refId: string): PrometheusQuery {
  return new PrometheusQuery().datasource(prometheus).expr(query.promql).refId(refId);
}

export function lines(query: LogQuery, refId = 'A'): LokiQuery {
  return new LokiQuery().datasource(loki).expr(query.logql).queryType('range').refId(refId).maxLines(500);
}

/** The latest traces of a kind. The SDK has no builder for Jaeger. */
export function traces(span: SpanName, refId = 'A'): Target {
  return {
    build: () => ({
      datasource: jaeger,
      refId,
      queryType: 'search',
      service: 'leasewatch',
      operation: spans[span].name,
      limit: 50,
      _implementsDataqueryVariant() {},
    }),
  };
}
