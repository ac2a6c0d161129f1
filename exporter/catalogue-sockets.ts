import { counter, gauge, histogram } from './catalogue-metric.ts';

/** Of a Pod: empty where leasewatch does not know in which one it runs. */
const place = ['namespace', 'pod'] as const;
const port = [...place, 'port'] as const;
/** Of a Pod: its ID where nobody tells the name, and empty where nothing is told apart. */
const container = [...place, 'container'] as const;

/** What the socket tables of network namespaces tell. */
export const socketMetrics = {
  websocket_connections: gauge(
    port,
    '',
    'Established and accepted TCP connections on a port, from the socket table of the network namespace. On a port of a WebSocket server these are its WebSockets, and what else talks to that port: keep-alive HTTP, health checks.',
  ),
  websocket_loopback_connections: gauge(
    port,
    '',
    'Of the connections those whose peer is in the same network namespace, such as a proxy in front: the same client may be counted on the port of that proxy, too.',
  ),
  websocket_unaccepted_connections: gauge(
    port,
    '',
    'Connections that the kernel completed and the server has not accepted.',
  ),
  websocket_closing_connections: gauge(port, '', 'Connections on a port that are being closed.'),
  websocket_tcp_sockets: gauge(
    [...port, 'state'] as const,
    '',
    'Sockets of a port by the state that the kernel has them in: established with those that nobody has accepted yet, time_wait with those that are over for the application, and the listening ones.',
  ),
  websocket_imbalance_ratio: gauge(
    ['namespace', 'workload', 'port'] as const,
    '',
    'The most connections that one Pod of a workload has on a port, by the mean of its Pods that listen there: 1 where they are spread evenly. Only of what this process counts, on a node the Pods of that node, and only of two Pods or more with a connection.',
  ),
  websocket_suspect_connections: gauge(
    [...port, 'kind'] as const,
    '',
    'Of the connections those in trouble. ghost: the peer does not answer retransmissions or keep-alive probes; stalled: it answers and does not read; dead_stalled: it had stopped reading and does not answer either. A peer that vanished is not seen before something is sent to it.',
  ),
  websocket_accept_queue: gauge(
    port,
    '',
    'Connections in the accept queues of the sockets that listen on a port.',
  ),
  websocket_send_queue_bytes: gauge(
    [...port, 'stat'] as const,
    'bytes',
    'Bytes that were written and the peers have not acknowledged: sum over all connections, and max of a single one.',
  ),
  websocket_live_age_seconds: gauge(
    [...port, 'stat'] as const,
    'seconds',
    'How long the connections have been there: min, p50, p90 and max. At least so long: those of the first census were there before it.',
  ),
  websocket_lifetime_seconds: histogram(
    port,
    'seconds',
    'How long connections lived that came and went before our eyes, to the exactness of the interval between two censuses; those that came and went between two of them are not among these.',
    [1, 5, 15, 30, 60, 90, 120, 300, 360, 600, 1800, 3600, 14_400, 43_200, 86_400],
  ),
  websocket_idle_timeout_seconds: gauge(
    port,
    'seconds',
    'The age at which most connections ended in the last 15 minutes, one after the other: a timeout of a proxy or a load balancer. Absent where there is no such age.',
  ),
  websocket_port_info: gauge(
    [...port, 'origin', 'workload'] as const,
    '',
    'Why a port is counted: configured, annotated on the Pod, or found because somebody listens there; and of which workload the Pod is, where that is known. Value 1.',
  ),
  websocket_tcp_accepts_total: counter(
    place,
    '',
    'TCP connections that came in, on any port of the network namespace, as the kernel counts them: none is too short.',
  ),
  websocket_tcp_aborts_total: counter(
    [...place, 'reason'] as const,
    '',
    'Established TCP connections of the network namespace, on any port, that ended by a reset, and those that the kernel gave up by a timeout. The two overlap: do not add them.',
  ),
  websocket_listen_overflows_total: counter(
    place,
    '',
    'TCP connections, on any port of the network namespace, that found the accept queue full.',
  ),
  websocket_failover_recovery_seconds: histogram(
    ['cause'] as const,
    'seconds',
    'After the fall of the connections of a port to a half within a minute: until 95 % were there again. cause is that of the election round beside it, node_outage, or unknown.',
    [1, 5, 10, 20, 30, 60, 120, 300, 600, 1200, 1800],
  ),
  websocket_node_connections: gauge(
    ['node'] as const,
    '',
    'Connections of all Pods of a node from elsewhere, by the last census: what is stranded when the node falls silent.',
  ),
  websocket_open_fds: gauge(
    container,
    '',
    'Descriptors that are open in the process of a container that has the least room for more.',
  ),
  websocket_max_fds: gauge(container, '', 'How many descriptors that process may have open.'),
  websocket_unread_fds: gauge(
    [...container, 'reason'] as const,
    '',
    'A container of whose descriptors nothing is known, and why: not_visible (no server can be seen from here: a sidecar needs shareProcessNamespace, or the user of the server), not_told (a kernel before 6.2), no_limit or denied. Value 1.',
  ),
  websocket_unread_pods: gauge(
    [...place, 'reason'] as const,
    '',
    'A Pod whose connections cannot be counted, and why: bad_annotation, gone, denied or unreadable. It has no counts meanwhile. Value 1.',
  ),
} as const;
