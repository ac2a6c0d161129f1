import { z } from 'zod';
import { endpointsSchema } from './config-endpoints.ts';
import { pageSchema } from './config-page.ts';
import { labelPattern, namePattern, namespacePattern } from './config-patterns.ts';
import { probesSchema } from './config-probes.ts';
import { proxySchema, receiverKeys } from './config-receivers.ts';
import * as value from './config-values.ts';
import { versionSchema } from './config-version.ts';
import { webSchema } from './config-web.ts';

const policy = z.strictObject({
  /** At least one of them. What is absent matches everything. */
  match: z.strictObject({
    namespace: namespacePattern.optional().describe('Namespaces of leases; * and ? are wildcards.'),
    name: namePattern.optional().describe('Names of leases; * and ? are wildcards.'),
    labels: z
      .record(z.string(), labelPattern)
      .optional()
      .describe('Labels that a lease must have; * and ? are wildcards in their values.'),
    node: namePattern.optional().describe('Names of nodes, in a policy for nodes; * and ? are wildcards.'),
  }),
  expect: value
    .oneOf('held')
    .optional()
    .describe('Nobody holding it is worth an alert. An absent lease is missed if it is named exactly.'),
  grace: value.duration
    .optional()
    .describe('Leases: how long without a holder before that is told, 1m. Nodes: silence until NotReady.'),
  severity: value.oneOf('critical', 'warning', 'info').optional().describe('For the routing of alerts.'),
  team: value.text.optional().describe('For the routing of alerts.'),
  lateAfter: value.duration.optional().describe('A renewal after more than this is late.'),
  leftoverAfter: value.longDuration
    .optional()
    .describe('One that is found unrenewed for longer than this is left over from long ago, 24h.'),
  ignore: value.flag.optional().describe('Not judged, no series; false exempts from later policies.'),
  class: value
    .oneOf('election', 'coordinated', 'apiserver', 'lock', 'heartbeat')
    .optional()
    .describe('What kind of lease it is, where that is guessed wrong.'),
});

/**
 * The configuration as a user writes it: the layout of the YAML file, and where flags and environment
 * variables put their values. Every key is optional; `config.ts` says what is meant when one is absent.
 */
export const configSchema = z.strictObject({
  version: versionSchema.optional().describe('Of the layout of this file: 1.'),
  mode: value
    .oneOf('sidecar', 'node', 'cluster')
    .optional()
    .describe('A set of defaults: what is watched. cluster, if left out.'),
  listen: value.listenAddress.optional().describe('Where HTTP is served: HOST:PORT.'),
  /** Who is let in. */
  web: webSchema.optional(),
  kubernetes: z
    .strictObject({
      kubeconfig: value.text
        .optional()
        .describe('A file with credentials; found as kubectl finds it, if left out.'),
      context: value.text.optional().describe('Context in the kubeconfig.'),
      /** `all`, or names. */
      namespaces: z
        .union([z.literal('all'), z.array(value.namespace)])
        .optional()
        .describe('Whose Leases are watched: all, or a list.'),
      leases: z.array(value.objectName).optional().describe('Only Leases of these names.'),
      nodes: value.flag.optional().describe('Whether Nodes are watched.'),
      pods: value.flag.optional().describe('Whether the Pods of holders are looked up.'),
    })
    .optional(),
  /** Where we run ourselves. */
  pod: z
    .strictObject({
      namespace: value.namespace
        .optional()
        .describe('The namespace that leasewatch runs in; POD_NAMESPACE, if left out.'),
      node: value.objectName.optional().describe('The node that leasewatch runs on; NODE_NAME, if left out.'),
      name: value.objectName.optional().describe('The Pod that leasewatch is; POD_NAME, if left out.'),
    })
    .optional(),
  /** Which Lease decides who of several replicas pushes. */
  replicas: z
    .strictObject({
      lease: value.objectName.optional().describe('The holder of this Lease pushes. It is written to.'),
      namespace: value.namespace.optional().describe('Where that Lease is. POD_NAMESPACE, if left out.'),
    })
    .optional(),
  websockets: z
    .strictObject({
      ports: z.array(value.port).optional().describe('Local ports of WebSocket servers.'),
      pods: value.flag
        .optional()
        .describe('Mode node: whether the connections of its Pods are counted. true, if left out.'),
      find: value.flag
        .optional()
        .describe('Mode node: whether ports with long-lived connections count too. true, if left out.'),
      interval: value.duration.optional().describe('Between two readings of the socket table, such as 5s.'),
      probes: probesSchema.optional().describe('WebSocket servers to which a client of our own connects.'),
      endpoints: endpointsSchema
        .optional()
        .describe('Metrics of proxies and applications that count connections themselves.'),
    })
    .optional(),
  otlp: z
    .strictObject({
      endpoint: value.url.optional().describe('Receiver of traces; they go to /v1/traces below it.'),
      tracesEndpoint: value.url.optional().describe('The whole address for traces.'),
      sample: value.share
        .optional()
        .describe('Share of election rounds that are traced where nothing went wrong, 1.'),
      ...receiverKeys,
    })
    .optional(),
  loki: z
    .strictObject({
      url: value.url.optional().describe('Receiver of logs; they go to /loki/api/v1/push below it.'),
      tenant: value.text.optional().describe('Sent as X-Scope-OrgID.'),
      maxAge: value.longDuration
        .optional()
        .describe('Older lines are not sent, 7d: reject_old_samples_max_age of Loki.'),
      maxFuture: value.longDuration
        .optional()
        .describe('Lines further ahead are not sent, 10m: creation_grace_period of Loki.'),
      ingestBytesPerSecond: value.byteRate
        .optional()
        .describe('Lines before compression, 2MiB: below what Loki takes of one stream.'),
      ...receiverKeys,
    })
    .optional(),
  /** Between us and the receivers. */
  proxy: proxySchema.optional(),
  outbox: z
    .strictObject({
      path: value.text.optional().describe('A file for what no receiver has taken yet, or off.'),
      maxBytes: value.size.optional().describe('Such as 256MiB.'),
      bytesPerSecond: value.byteRate
        .optional()
        .describe('What the requests of all receivers together may take of the line over any 10 s.'),
    })
    .optional(),
  service: z
    .strictObject({
      name: value.text.optional().describe('service.name of traces and logs.'),
      attributes: z.record(z.string(), value.scalar).optional().describe('Resource attributes of traces.'),
    })
    .optional(),
  cluster: value.text.optional().describe('Its name; the UID of the namespace kube-system, if left out.'),
  site: value.text.optional().describe('Where this is.'),
  log: z
    .strictObject({
      level: value.oneOf('debug', 'info', 'warn', 'error').optional().describe('info, if left out.'),
      format: value.oneOf('text', 'json').optional().describe('Of the lines on the console.'),
    })
    .optional(),
  /** The status page. */
  page: pageSchema.optional(),
  record: value.text.optional().describe('A file into which every observation is written.'),
  /** The first that matches applies. */
  policies: z.array(policy).optional().describe('Of these the first that matches a lease or a node applies.'),
});

export type WrittenConfig = z.output<typeof configSchema>;
