import { counter, gauge } from './catalogue-metric.ts';

/** How the receivers of traces and logs behave. */
export const receiverMetrics = {
  receiver_requests_total: counter(
    ['route', 'outcome'] as const,
    '',
    'Requests to a receiver by what became of them: accepted, rejected for good, or retry.',
  ),
  receiver_sent_bytes_total: counter(
    ['route'] as const,
    'bytes',
    'Bytes of requests to a receiver, heads and compressed bodies, without TLS and TCP.',
  ),
  receiver_refuses_credentials: gauge(
    ['route'] as const,
    '',
    '1 while a receiver answers with 401 or 403; what there is to send waits.',
  ),
  receiver_unsent_records_total: counter(
    ['route', 'reason'] as const,
    '',
    'Records that a receiver would have refused for their age: dead letters without being sent.',
  ),
} as const;
