import { counter, gauge } from './catalogue-metric.ts';

/** What the outbox holds, and what became of what it held. */
export const outboxMetrics = {
  outbox_records: gauge(['route'] as const, '', 'Records that wait for their receiver.'),
  outbox_bytes: gauge(['route'] as const, 'bytes', 'Bytes that wait for their receiver.'),
  outbox_oldest_timestamp_seconds: gauge(
    ['route'] as const,
    'seconds',
    'When the oldest waiting record was written.',
  ),
  outbox_enqueued_total: counter(['route'] as const, '', 'Records committed to the outbox.'),
  outbox_delivered_total: counter(['route'] as const, '', 'Records that the receiver accepted.'),
  outbox_dropped_total: counter(
    ['route', 'reason'] as const,
    '',
    'Records that were given up, by reason; rejected: dead letters that were too many to be kept; folded: not lost, told in summaries; by_leader: not lost, another replica delivered them.',
  ),
  outbox_refused_total: counter(
    ['route'] as const,
    '',
    'Records that the receiver refused for good; they become dead letters.',
  ),
  outbox_dead_letters: gauge(
    ['route'] as const,
    '',
    'Refused records that are kept. Enqueued = delivered + dropped + dead letters + waiting, always.',
  ),
  outbox_dead_letter_bytes: gauge(['route'] as const, 'bytes', 'Bytes of refused records that are kept.'),
} as const;
