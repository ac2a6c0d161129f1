/**
 * The one place where a metric, a span or a log event is named. Code, METRICS.md, dashboards and alert
 * rules take the names from here; a projection that is missing, or a query that names an unknown label,
 * does not compile.
 */
import { endpointMetrics } from './catalogue-endpoints.ts';
import { counter, gauge, histogram, type Metric, type MetricType } from './catalogue-metric.ts';
import { outboxMetrics } from './catalogue-outbox.ts';
import { probeLogEvents, probeMetrics } from './catalogue-probes.ts';
import { receiverMetrics } from './catalogue-receivers.ts';
import { scrapeMetrics } from './catalogue-scrape.ts';
import { socketMetrics } from './catalogue-sockets.ts';
import { webMetrics } from './catalogue-web.ts';

export { type Metric, type MetricType, prefix } from './catalogue-metric.ts';
export { unchangedNamespace } from './catalogue-scrape.ts';

const lease = ['namespace', 'lease'] as const;
const electionBuckets = [0.5, 1, 2, 4, 8, 12, 15, 17, 20, 30, 60, 120, 300, 900] as const;

export const metrics = {
  lease_info: gauge(
    [...lease, 'class', 'holder', 'holder_pod', 'holder_node'] as const,
    '',
    'A lease and its holder, without the _uuid suffix that client-go appends; its Pod and its node where they were found. Value 1.',
  ),
  lease_state: gauge(
    [...lease, 'class', 'state'] as const,
    '',
    'The verdict on a lease: 1 for the state it is in, 0 for the others.',
  ),
  lease_duration_seconds: gauge(
    lease,
    'seconds',
    'Duration of the lease as its last holder wrote it; the 1 s of a release is ignored.',
  ),
  lease_transitions: gauge(
    lease,
    '',
    'The field leaseTransitions as written. No counter: it starts again after a deletion.',
  ),
  lease_candidates: gauge(
    lease,
    '',
    'Who could hold the lease, the holder included: in a coordinated election its LeaseCandidates that renewed within 30 minutes, else the Pods of the workload behind the holder, as they were when it was last looked up: at every election, and every 10 minutes.',
  ),
  lease_renew_timestamp_seconds: gauge(
    lease,
    'seconds',
    'The renewTime that the holder wrote, on the clock of the holder.',
  ),
  lease_observed_renewal_timestamp_seconds: gauge(
    lease,
    'seconds',
    'When the last change of the record reached leasewatch, on its own clock.',
  ),
  lease_acquire_timestamp_seconds: gauge(
    lease,
    'seconds',
    'The acquireTime that the holder wrote, on the clock of the holder.',
  ),
  lease_renewals_total: counter(lease, '', 'Observed renewals by the same holder.'),
  lease_late_renewals_total: counter(
    lease,
    '',
    'Observed renewals later than the usual rhythm of the holder allows, and after two thirds of the duration at the latest: an early warning.',
  ),
  lease_holder_changes_total: counter(
    [...lease, 'cause'] as const,
    '',
    'Observed changes to another holder, by cause.',
  ),
  lease_gap_seconds_total: counter(
    lease,
    'seconds',
    'Time between the last renewal of a holder and the acquisition by the next, summed over closed rounds that were seen whole.',
  ),
  lease_leaderless_seconds_total: counter(
    lease,
    'seconds',
    'Time in which nobody was entitled to lead, summed over closed rounds that were seen whole.',
  ),
  lease_expired_seconds_total: counter(lease, 'seconds', 'Time spent in the state expired.'),
  lease_unknown_seconds_total: counter(
    lease,
    'seconds',
    'Time spent in the state unknown: leasewatch could not see.',
  ),
  lease_missed_rounds_total: counter(
    lease,
    '',
    'Rounds that must have happened unseen, from jumps of leaseTransitions.',
  ),
  lease_possible_overlaps_total: counter(
    lease,
    '',
    'Acquisitions before the time of the holder before was up: two may have led at once.',
  ),
  lease_clock_skew_seconds: gauge(
    lease,
    'seconds',
    'How far the clock of the holder is ahead of the clock of leasewatch, from its renewals.',
  ),
  lease_open_round_info: gauge(
    [...lease, 'cause', 'trace_id'] as const,
    '',
    'An election round that has not ended, with its trace. Value 1.',
  ),
  lease_policy_info: gauge(
    [...lease, 'expect', 'severity', 'team'] as const,
    '',
    'What the policy of a lease says, also of an expected lease that does not exist. Value 1.',
  ),
  lease_expected_absent: gauge(
    lease,
    '',
    '1 when nobody has held a lease that a policy expects to be held for longer than its grace, also when there is no such lease; else 0.',
  ),
  election_round_duration_seconds: histogram(
    ['class', 'cause'] as const,
    'seconds',
    'From the last renewal of the old holder to the first renewal of the new one.',
    electionBuckets,
  ),
  election_gap_duration_seconds: histogram(
    ['class', 'cause'] as const,
    'seconds',
    'From the last renewal of the old holder to the acquisition: nobody was known to be alive.',
    electionBuckets,
  ),
  election_leaderless_duration_seconds: histogram(
    ['class', 'cause'] as const,
    'seconds',
    'From expiry, release or deletion to the acquisition: nobody was entitled to lead.',
    electionBuckets,
  ),
  election_rounds_total: counter(['class', 'cause', 'outcome'] as const, '', 'Closed election rounds.'),
  node_heartbeat_state: gauge(
    ['node', 'state'] as const,
    '',
    'The verdict on the heartbeat of a node: its current state, value 1.',
  ),
  node_heartbeat_observed_timestamp_seconds: gauge(
    ['node'] as const,
    'seconds',
    'When the last heartbeat of a node reached leasewatch.',
  ),
  node_heartbeat_clock_skew_seconds: gauge(
    ['node'] as const,
    'seconds',
    'How far the clock of a node is ahead of the clock of leasewatch, from its heartbeats.',
  ),
  node_heartbeat_interval_seconds: histogram(
    [] as const,
    'seconds',
    'Time between two observed heartbeats of a node.',
    [5, 9, 10, 11, 12, 15, 20, 30, 40, 60],
  ),
  node_heartbeat_missed_total: counter(
    ['node'] as const,
    '',
    'Heartbeats that a node ought to have sent by its own rhythm and did not; counted when it is heard again.',
  ),
  node_heartbeat_lost_seconds_total: counter(['node'] as const, 'seconds', 'Time spent in the state lost.'),
  node_heartbeat_unknown_seconds_total: counter(
    ['node'] as const,
    'seconds',
    'Time spent in the state unknown: leasewatch could not see.',
  ),
  node_heartbeat_disagreement: gauge(
    ['node', 'kind'] as const,
    '',
    'Lease and Ready condition tell different stories. Value 1.',
  ),
  node_heartbeat_outage_duration_seconds: histogram(
    ['end'] as const,
    'seconds',
    'From the last heartbeat of a node to its return, reboot or deletion.',
    [30, 40, 50, 60, 90, 120, 300, 600, 1800, 3600],
  ),
  ...socketMetrics,
  ...probeMetrics,
  ...endpointMetrics,
  mass_silence: gauge(
    ['class'] as const,
    '',
    '1 while half of a class and the nodes are silent at once: the API server, etcd or the network is suspected, not each holder.',
  ),
  detection_delay_seconds: histogram(
    [] as const,
    'seconds',
    'From the moment a lease was up to the verdict with its evidence.',
    [0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
  ),
  clock_skew_seconds: gauge(
    [] as const,
    'seconds',
    'How far the clock of leasewatch is ahead of the clocks of most holders and nodes.',
  ),
  build_info: gauge(['version', 'node_version', 'mode'] as const, '', 'What is running. Value 1.'),
  ...scrapeMetrics,
  source_up: gauge(['source'] as const, '', '1 while a source sees; 0 while it is blind.'),
  source_last_event_timestamp_seconds: gauge(
    ['source'] as const,
    'seconds',
    'When a source last delivered anything.',
  ),
  source_blind_seconds_total: counter(
    ['source'] as const,
    'seconds',
    'Time in which a source could not see, from its first failure on.',
  ),
  source_forbidden: gauge(
    ['source'] as const,
    '',
    '1 while the API server forbids what a source wants to see.',
  ),
  watch_restarts_total: counter(
    ['source', 'reason'] as const,
    '',
    'Watches that had to be started anew, by reason.',
  ),
  events_total: counter(['source', 'type'] as const, '', 'Objects delivered by a source, by type of change.'),
  pushing: gauge(
    [] as const,
    '',
    'Of several replicas: 1 while this one sends traces and logs, 0 while it stands by. Absent without an election.',
  ),
  ...outboxMetrics,
  ...receiverMetrics,
  ...webMetrics,
  ignored_leases: gauge([] as const, '', 'Leases that a policy ignores: not judged, without series.'),
  series_suppressed_total: counter(
    ['reason'] as const,
    '',
    'Series that were not exported because a limit was reached.',
  ),
} as const satisfies Record<string, Metric>;

export type MetricName = keyof typeof metrics;
export type LabelOf<N extends MetricName> = (typeof metrics)[N]['labels'][number];
export type NamesOf<T extends MetricType> = {
  [N in MetricName]: (typeof metrics)[N]['type'] extends T ? N : never;
}[MetricName];

/** One sample: a value for every label of the metric, no more and no less. */
export interface Sample<N extends MetricName> {
  readonly labels: Readonly<Record<LabelOf<N>, string>>;
  readonly value: number;
}

export const spans = {
  round: {
    name: 'election round',
    help: 'From the last observed renewal to the first renewal of the new holder.',
  },
  silence: { name: 'silence', help: 'From the last observed renewal to expiry, release or deletion.' },
  leaderless: { name: 'leaderless', help: 'Nobody was entitled to lead.' },
  overlap: {
    name: 'possible overlap',
    help: 'From an acquisition until the time of the holder before is up: two may have led at once.',
  },
  settle: { name: 'settle', help: 'From the acquisition to the first renewal of the new holder.' },
  incident: {
    name: 'connection incident',
    help: 'From the last census before many connections of a port were lost or came, or came and went, until 95 % are there again, it is over or it has lasted.',
  },
  outage: {
    name: 'node outage',
    help: 'From the last heartbeat of a node to its return, reboot or deletion.',
  },
} as const;

export type SpanName = keyof typeof spans;

export const logEvents = {
  lease_state: { level: 'info', help: 'The verdict on a lease changed.' },
  lease_late_renewal: { level: 'warn', help: 'A holder renewed later than its rhythm allows.' },
  lease_missed_rounds: {
    level: 'warn',
    help: 'Elections happened that were not seen: leaseTransitions counts them.',
  },
  round_opened: { level: 'warn', help: 'An election round began.' },
  round_acquired: { level: 'info', help: 'A holder acquired the lease within a round.' },
  round_lost: { level: 'warn', help: 'A new holder was lost before its first renewal.' },
  round_closed: { level: 'info', help: 'An election round ended.' },
  lease_possible_overlap: {
    level: 'warn',
    help: 'A lease was acquired before the time of the holder before was up.',
  },
  round_fate: {
    level: 'warn',
    help: 'What became of the predecessor of a closed round turned out later: its node was lost, or its workload was rolled.',
  },
  holder_restarted: {
    level: 'warn',
    help: 'Containers of the Pod of a holder restarted since it was looked up before.',
  },
  node_state: { level: 'info', help: 'The verdict on a node changed.' },
  node_outage_opened: { level: 'warn', help: 'A node fell silent.' },
  node_outage_closed: { level: 'info', help: 'The outage of a node ended.' },
  mass_silence: { level: 'warn', help: 'Half of a class fell silent at once, or that is over.' },
  lease_expected_absent: {
    level: 'warn',
    help: 'Nobody has held an expected lease for longer than its grace.',
  },
  lease_expected_present: { level: 'info', help: 'An absent expected lease has a holder again.' },
  lease_expected_forgotten: { level: 'info', help: 'An absent lease is expected no more.' },
  policy_unmatched: { level: 'warn', help: 'A policy of the configuration matches nothing.' },
  ...probeLogEvents,
  websocket_incident_opened: {
    level: 'warn',
    help: 'Within a minute half of the connections of a port were lost, or they became twice as many; or five times as many as usual came and went.',
  },
  websocket_incident_closed: {
    level: 'info',
    help: '95 % of the lost connections are there again, as few come and go as before, or the incident has lasted too long to be one.',
  },
  websocket_pod_unread: { level: 'warn', help: 'The connections of a Pod cannot be counted.' },
  websocket_idle_timeout: {
    level: 'warn',
    help: 'Most connections of a port end at one age, one after the other, or no longer do.',
  },
  replica_state: { level: 'info', help: 'This replica began to push, or stands by for another one.' },
  source_state: { level: 'warn', help: 'A source became able or unable to see.' },
} as const satisfies Record<string, { level: 'info' | 'warn'; help: string }>;

export type LogEventName = keyof typeof logEvents;
