import { z } from 'zod';

/** What the chart uses of the Prometheus operator's resources, monitoring.coreos.com/v1: nothing else may be in them. */
const labels = z.record(z.string(), z.string());
const metadata = z.strictObject({ name: z.string(), namespace: z.string(), labels });
const duration = z.string().regex(/^(\d+(ms|s|m|h))+$/);
const key = z.strictObject({ name: z.string(), key: z.string() });

const endpoint = z.strictObject({
  port: z.string(),
  interval: duration,
  scheme: z.enum(['http', 'https']).optional(),
  honorLabels: z.boolean(),
  relabelings: z.array(z.strictObject({ targetLabel: z.string(), replacement: z.string() })),
  tlsConfig: z.strictObject({ insecureSkipVerify: z.boolean() }).optional(),
  basicAuth: z.strictObject({ username: key, password: key }).optional(),
});

const selector = z.strictObject({ matchLabels: labels });
const rule = z.strictObject({
  alert: z.string().optional(),
  record: z.string().optional(),
  expr: z.string(),
  for: duration.optional(),
  keep_firing_for: duration.optional(),
  labels: labels.optional(),
  annotations: labels.optional(),
});

export const operatorTypes = {
  ServiceMonitor: z.strictObject({
    apiVersion: z.literal('monitoring.coreos.com/v1'),
    kind: z.literal('ServiceMonitor'),
    metadata,
    spec: z.strictObject({ selector, endpoints: z.array(endpoint).min(1) }),
  }),
  PodMonitor: z.strictObject({
    apiVersion: z.literal('monitoring.coreos.com/v1'),
    kind: z.literal('PodMonitor'),
    metadata,
    spec: z.strictObject({ selector, podMetricsEndpoints: z.array(endpoint).min(1) }),
  }),
  PrometheusRule: z.strictObject({
    apiVersion: z.literal('monitoring.coreos.com/v1'),
    kind: z.literal('PrometheusRule'),
    metadata,
    spec: z.strictObject({
      groups: z.array(z.strictObject({ name: z.string(), interval: duration, rules: z.array(rule).min(1) })),
    }),
  }),
} as const;
