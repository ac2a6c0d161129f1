import { z } from 'zod';
import * as value from './config-values.ts';

/**
 * The configuration as a user writes it: the layout of the YAML file, and where flags and environment
 * variables put their values. Every key is optional; `config.ts` says what is meant when one is absent.
 */
export const configSchema = z.strictObject({
  mode: value.oneOf('sidecar', 'node', 'cluster').optional(),
  listen: value.listenAddress.optional(),
  kubernetes: z
    .strictObject({
      kubeconfig: value.text.optional(),
      context: value.text.optional(),
      /** `all`, or names. */
      namespaces: z.union([z.literal('all'), z.array(value.namespace)]).optional(),
      leases: z.array(value.objectName).optional(),
      nodes: value.flag.optional(),
    })
    .optional(),
  /** Where we run ourselves. */
  pod: z
    .strictObject({
      namespace: value.namespace.optional(),
      node: value.objectName.optional(),
    })
    .optional(),
  websockets: z
    .strictObject({
      ports: z.array(value.port).optional(),
      interval: value.duration.optional(),
    })
    .optional(),
  otlp: z
    .strictObject({
      endpoint: value.url.optional(),
      tracesEndpoint: value.url.optional(),
      headers: z.record(z.string(), value.headerValue).optional(),
    })
    .optional(),
  loki: z
    .strictObject({
      url: value.url.optional(),
      tenant: value.text.optional(),
      headers: z.record(z.string(), value.headerValue).optional(),
    })
    .optional(),
  outbox: z
    .strictObject({
      path: value.text.optional(),
      maxBytes: value.size.optional(),
    })
    .optional(),
  service: z
    .strictObject({
      name: value.text.optional(),
      attributes: z.record(z.string(), value.scalar).optional(),
    })
    .optional(),
  cluster: value.text.optional(),
  site: value.text.optional(),
  log: z
    .strictObject({
      level: value.oneOf('debug', 'info', 'warn', 'error').optional(),
      format: value.oneOf('text', 'json').optional(),
    })
    .optional(),
  record: value.text.optional(),
});

export type WrittenConfig = z.output<typeof configSchema>;
