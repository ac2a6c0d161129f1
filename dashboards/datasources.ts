import { DatasourceVariableBuilder } from '@grafana/grafana-foundation-sdk/dashboard';

/** A datasource is whatever the reader chose: no uid of anybody's Grafana stands in a dashboard. */
function chosen<const T extends string>(type: T) {
  return { type, uid: `\${${type}_datasource}` } as const;
}

export const prometheus = chosen('prometheus');
export const loki = chosen('loki');
export const jaeger = chosen('jaeger');

export type Datasource = typeof prometheus | typeof loki | typeof jaeger;

const names = { prometheus: 'Prometheus', loki: 'Loki', jaeger: 'Jaeger' } as const;

/** The variables in which they are chosen, Prometheus first: others judge a dashboard by its first one. */
export function datasourceVariables(sources: readonly Datasource[]): DatasourceVariableBuilder[] {
  return sources.map(({ type }) =>
    new DatasourceVariableBuilder(`${type}_datasource`).type(type).label(`${names[type]} data source`),
  );
}
