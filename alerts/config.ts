import type { Query } from '../exporter/promql.ts';
import { duration } from '../exporter/promql.ts';

/** What differs from one installation to the next. Change it here, then `npm run generate`. */
export const config = {
  /** The job under which leasewatch is scraped, as a regular expression. */
  job: '(.+/)?leasewatch.*',
  /** Where the pages of `alerts/runbooks/` can be read; the name of the alert and `.md` are appended. */
  runbooks: 'https://leasewatch.example/runbooks/',
  /** Where Grafana answers; an alert links to a dashboard below it. */
  grafana: 'https://grafana.example',
  /** Where traces can be read by their id. */
  traces: 'https://jaeger.example/trace/',
  /** What the outbox may grow to, in bytes: `outbox.maxBytes` of the configuration of leasewatch. */
  outboxMaxBytes: 256 * 1024 * 1024,
  /** A certificate of a probed server that ends within so many days is worth an alert. */
  certificateDays: 7,
  /** The share of time in which a lease may be without a leader: 99.9 % is the objective. */
  errorBudget: 0.001,
} as const;

/** How long what is known of many stands in for scrapes that failed. */
export const bridged: Query = duration('2m');

/**
 * As above, for one lease or node: one failed scrape must not start the `for` of 30 s again, and a verdict
 * that was scraped once must not live through it.
 */
export const brieflyBridged: Query = duration('25s');
