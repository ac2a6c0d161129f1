import { gauge } from './catalogue-metric.ts';

/** The label of `label_check_info`, as long as nobody changes it between leasewatch and the database. */
export const unchangedNamespace = 'unchanged';

/** What tells how Prometheus takes the page of metrics. */
export const scrapeMetrics = {
  label_check_info: gauge(
    ['namespace'] as const,
    '',
    'Told with namespace="unchanged". With another one, whoever scrapes changes this label of every series. Value 1.',
  ),
} as const;
