import { told } from '../alerts/yaml.ts';
import { type Query, series } from '../exporter/promql.ts';
import { addresses } from './addresses.ts';

/** A variable that Grafana fills in later: provisioning itself fills in those with one dollar. */
const later = (name: string) => `$\${${name}}`;

const shift = { spanStartTimeShift: '-5m', spanEndTimeShift: '5m' } as const;

const prometheus = {
  name: 'Prometheus',
  uid: 'prometheus',
  type: 'prometheus',
  access: 'proxy',
  url: 'http://prometheus:9090',
  isDefault: true,
  jsonData: {
    httpMethod: 'POST',
    timeInterval: '5s',
    // By address first: the link within Grafana asks Jaeger for a kind of query that it does not take
    // (grafana#111448), so that only this one always opens the trace.
    exemplarTraceIdDestinations: [
      {
        name: 'trace_id',
        url: `${addresses.jaeger}/trace/${later('__value.raw')}`,
        urlDisplayLabel: 'Open in Jaeger',
      },
      { name: 'trace_id', datasourceUid: 'jaeger', urlDisplayLabel: 'Trace in Grafana' },
    ],
  },
};

const loki = {
  name: 'Loki',
  uid: 'loki',
  type: 'loki',
  access: 'proxy',
  url: 'http://loki:3100',
  jsonData: {
    derivedFields: [
      {
        name: 'trace_id',
        matcherType: 'label',
        matcherRegex: 'trace_id',
        url: later('__value.raw'),
        datasourceUid: 'jaeger',
        urlDisplayLabel: 'Trace of the round',
      },
    ],
  },
};

/** The labels come from those attributes that the span has: of a lease, of a node, or of a Pod. */
function ofSpan(query: Query): string {
  return query.promql.replace(/^(\w+)$/, '$1{$$$$__tags}');
}

const jaeger = {
  name: 'Jaeger',
  uid: 'jaeger',
  type: 'jaeger',
  access: 'proxy',
  url: 'http://jaeger:16686',
  jsonData: {
    tracesToLogsV2: {
      datasourceUid: 'loki',
      ...shift,
      customQuery: true,
      tags: [{ key: 'service.name', value: 'service_name' }],
      query: `{${later('__tags')}} | trace_id="${later('__trace.traceId')}"`,
    },
    tracesToMetrics: {
      datasourceUid: 'prometheus',
      ...shift,
      tags: [
        { key: 'k8s.namespace.name', value: 'namespace' },
        { key: 'k8s.lease.name', value: 'lease' },
        { key: 'k8s.node.name', value: 'node' },
        { key: 'k8s.pod.name', value: 'pod' },
      ],
      queries: [
        { name: 'Verdicts on the lease', query: ofSpan(series('lease_state')) },
        { name: 'Gaps of the lease', query: ofSpan(series('lease_gap_seconds_total')) },
        { name: 'Verdicts on the node', query: ofSpan(series('node_heartbeat_state')) },
        { name: 'Connections of the Pod', query: ofSpan(series('websocket_connections')) },
      ],
    },
    nodeGraph: { enabled: true },
  },
};

/** Datasources that lead to each other: metric to trace, trace to lines and metrics, line to trace. */
export function datasourcesYaml(): string {
  return told({ apiVersion: 1, prune: true, datasources: [prometheus, loki, jaeger] });
}
