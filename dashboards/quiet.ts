/** A query that shows nothing in a cluster where what it is about did not happen. */
export interface Quiet {
  readonly dashboard: string;
  readonly panel: number;
  readonly refId: string;
  /** What feeds it. */
  readonly fedBy: string;
  /** The story under test/scenarios in which leasewatch tells the metric; undefined where others tell it. */
  readonly scenario: string | undefined;
}

/** Every other query returns data within a minute of `leasewatch demo`; a test runs them all. */
export const quiet: readonly Quiet[] = [
  {
    dashboard: 'leasewatch-leases',
    panel: 18,
    refId: 'A',
    fedBy: 'a scrape of processes that stand for election with client-go, such as kube-scheduler',
    scenario: undefined,
  },
  {
    dashboard: 'leasewatch-nodes',
    panel: 9,
    refId: 'A',
    fedBy: 'a node whose lease is fresh while its Node is not Ready, or the other way round',
    scenario: 'fresh-lease-not-ready',
  },
  {
    dashboard: 'leasewatch-nodes',
    panel: 11,
    refId: 'A',
    fedBy: 'the end of the outage of a node: it takes longer than a minute to be lost and to come back',
    scenario: 'node-back',
  },
  {
    dashboard: 'leasewatch-self',
    panel: 10,
    refId: 'A',
    fedBy: 'a watch that broke; the API server also ends each of them after some minutes',
    scenario: 'watch-resumed',
  },
  {
    dashboard: 'leasewatch-self',
    panel: 16,
    refId: 'A',
    fedBy: 'replicas, of which the holder of a Lease pushes',
    scenario: 'replicas',
  },
  {
    dashboard: 'leasewatch-websockets',
    panel: 26,
    refId: 'A',
    fedBy: 'a probe of a server with TLS',
    scenario: 'probe',
  },
  {
    dashboard: 'leasewatch-websockets',
    panel: 27,
    refId: 'A',
    fedBy: 'a probe of a Socket.IO server, with socketIo: true',
    scenario: 'probe-balance',
  },
  {
    dashboard: 'leasewatch-websockets',
    panel: 28,
    refId: 'A',
    fedBy: 'a probe with spread',
    scenario: 'probe-balance',
  },
  {
    dashboard: 'leasewatch-websockets',
    panel: 28,
    refId: 'B',
    fedBy: 'a probe with spread, and a backend that does not tell its name',
    scenario: 'probe-balance',
  },
  {
    dashboard: 'leasewatch-websockets',
    panel: 28,
    refId: 'C',
    fedBy: 'a probe with spread',
    scenario: 'probe-balance',
  },
  {
    dashboard: 'leasewatch-websockets',
    panel: 45,
    refId: 'A',
    fedBy: 'mode node, or a server of the same user, with a kernel that tells: 6.2 or newer',
    scenario: 'socket-trouble',
  },
  {
    dashboard: 'leasewatch-websockets',
    panel: 46,
    refId: 'A',
    fedBy: 'mode node, or sidecars: a Pod whose workload is known',
    scenario: 'socket-pods',
  },
  {
    dashboard: 'leasewatch-websockets',
    panel: 9,
    refId: 'A',
    fedBy: 'an alert on connections that fires: it takes minutes',
    scenario: undefined,
  },
  {
    dashboard: 'leasewatch-websockets',
    panel: 46,
    refId: 'B',
    fedBy: 'two Pods of one workload that one process counts',
    scenario: 'socket-pods',
  },
  {
    dashboard: 'leasewatch-websockets',
    panel: 53,
    refId: 'A',
    fedBy: 'a container whose descriptors cannot be read',
    scenario: 'socket-trouble',
  },
  {
    dashboard: 'leasewatch-websockets',
    panel: 55,
    refId: 'A',
    fedBy: 'many connections that end at one age: it takes minutes to be sure',
    scenario: 'socket-idle-timeout',
  },
  {
    dashboard: 'leasewatch-websockets',
    panel: 49,
    refId: 'A',
    fedBy: 'mode node, and a Pod with an annotation that names no port',
    scenario: 'socket-pods',
  },
  {
    dashboard: 'leasewatch-websockets',
    panel: 50,
    refId: 'A',
    fedBy: 'half of the connections of a port lost within a minute, and back again',
    scenario: 'socket-incident',
  },
  {
    dashboard: 'leasewatch-nodes',
    panel: 15,
    refId: 'A',
    fedBy: 'mode node: it knows on which node its Pods are',
    scenario: 'socket-incident',
  },
  {
    dashboard: 'leasewatch-leases',
    panel: 25,
    refId: 'A',
    fedBy: 'a sidecar in the Pod of a holder, or a DaemonSet on its node',
    scenario: 'socket-pods',
  },
  {
    dashboard: 'leasewatch-self',
    panel: 42,
    refId: 'A',
    fedBy: 'a web configuration (--web.config.file)',
    scenario: 'web',
  },
];
