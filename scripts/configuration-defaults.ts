/**
 * What is meant where a key is absent, by its place in the file. A test writes all of these values into a
 * file and demands that nothing changes.
 */
export const defaultValues: Readonly<Record<string, string | number | boolean | readonly never[]>> = {
  mode: 'cluster',
  listen: '0.0.0.0:9465',
  'web.origins': [],
  'web.hosts': [],
  'kubernetes.namespaces': 'all',
  'kubernetes.nodes': true,
  'kubernetes.pods': true,
  'websockets.ports': [],
  'websockets.interval': '5s',
  'websockets.probes': [],
  'websockets.endpoints': [],
  'otlp.sample': 1,
  'loki.maxAge': '7d',
  'loki.maxFuture': '10m',
  'loki.ingestBytesPerSecond': '2MiB',
  'outbox.maxBytes': '256MiB',
  'service.name': 'leasewatch',
  'log.level': 'info',
  'log.format': 'text',
  policies: [],
};

/** The same within the entries of a list. */
export const defaultsInLists: Readonly<Record<string, string | number | boolean>> = {
  'websockets.probes[].interval': '30s',
  'websockets.probes[].timeout': '10s',
  'websockets.probes[].pingInterval': '5s',
  'websockets.probes[].expectStatus': 101,
  'websockets.probes[].socketIo': false,
  'websockets.endpoints[].kind': 'prometheus',
  'websockets.endpoints[].side': 'proxy',
  'websockets.endpoints[].interval': '15s',
  'websockets.endpoints[].timeout': '5s',
  'policies[].grace': '1m',
  'policies[].ignore': false,
  'policies[].leftoverAfter': '24h',
};

/** Defaults that are no value: where they come from. */
export const defaultWords: Readonly<Record<string, string>> = {
  'kubernetes.kubeconfig': 'as kubectl finds it',
  'kubernetes.context': 'the current one',
  'kubernetes.leases': 'all',
  'websockets.pods': '`true` in mode node',
  'websockets.find': '`true` in mode node',
  'outbox.path': '`leasewatch/outbox.db` in the state folder of the user',
  cluster: 'the UID of the namespace kube-system',
  'replicas.namespace': '`POD_NAMESPACE`',
};
