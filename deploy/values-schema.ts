import { z } from 'zod';
import { configSchema } from '../exporter/config-schema.ts';

const text = z.string();
const names = z.array(z.string().min(1));
const strings = z.record(z.string(), z.string());
/** A piece of a manifest, as Kubernetes has it: the API server checks it. */
const piece = z.record(z.string(), z.unknown());
const port = z.int().min(1).max(65_535);

/** The configuration file, without what the chart decides from its other values. */
const config = configSchema
  .omit({ mode: true, listen: true, pod: true, replicas: true, record: true })
  .extend({
    outbox: z
      .strictObject({ bytesPerSecond: configSchema.shape.outbox.unwrap().shape.bytesPerSecond })
      .optional(),
  });

/** The values of the chart: an unknown key is a mistake, and helm says so before anything is changed. */
export const valuesSchema = z.strictObject({
  mode: z.enum(['cluster', 'node', 'sidecar']),
  image: z.strictObject({
    repository: text.min(1),
    tag: text,
    digest: z.string().regex(/^(sha256:[0-9a-f]{64})?$/),
    pullPolicy: z.enum(['Always', 'IfNotPresent', 'Never']),
  }),
  imagePullSecrets: z.array(z.strictObject({ name: text })),
  nameOverride: text,
  fullnameOverride: text,
  config,
  secrets: names,
  web: z.strictObject({ secret: text, key: text.min(1), scheme: z.enum(['HTTP', 'HTTPS']) }),
  listen: z.strictObject({ host: text.min(1), port }),
  replicas: z.int().min(1),
  podDisruptionBudget: z.strictObject({ enabled: z.boolean() }),
  topologySpreadConstraints: z.array(piece),
  tolerateEverything: z.boolean(),
  outbox: z.strictObject({
    maxMebibytes: z.int().min(1).describe('outbox.maxBytes of the configuration.'),
    volume: z.enum(['hostPath', 'emptyDir']),
    hostPath: z.string().startsWith('/'),
  }),
  resources: piece,
  heapPercentage: z.int().min(10).max(90),
  serviceAccount: z.strictObject({ create: z.boolean(), name: text, annotations: strings }),
  rbac: z.strictObject({ create: z.boolean(), clusterIdentity: z.boolean() }),
  openshift: z.boolean(),
  networkPolicy: z.strictObject({
    enabled: z.boolean(),
    ingressFrom: z.array(piece),
    apiServerPorts: z.array(port),
    egress: z.array(piece),
  }),
  service: z.strictObject({ annotations: strings }),
  monitor: z.strictObject({ enabled: z.boolean(), interval: text, labels: strings, endpoint: piece }),
  prometheusRule: z.strictObject({
    enabled: z.boolean(),
    labels: strings,
    runbooks: z.url(),
    grafana: z.url(),
    traces: z.url(),
  }),
  dashboards: z.strictObject({ enabled: z.boolean(), labels: strings, annotations: strings }),
  env: z.array(piece),
  podLabels: strings,
  podAnnotations: strings,
  nodeSelector: strings,
  tolerations: z.array(piece),
  affinity: piece,
  priorityClassName: text,
  // What helm and the charts around this one put among its values.
  global: z.unknown().optional(),
  enabled: z.boolean().optional(),
});

/** values.schema.json, which helm holds all values against once the defaults are filled in. */
export function valuesJsonSchema(): string {
  const schema = z.toJSONSchema(valuesSchema, { io: 'input' });
  return `${JSON.stringify({ ...schema, title: 'Values of the chart leasewatch' }, null, 2)}\n`;
}
