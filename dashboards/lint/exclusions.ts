/** A rule that does not hold for something, and why. */
export interface Exclusion {
  readonly rules: readonly string[];
  /** What it is told of. */
  readonly of: RegExp;
  readonly reason: string;
}

/** All of them; a test fails when one is needed no more. */
export const exclusions: readonly Exclusion[] = [
  {
    rules: ['target-job', 'target-instance'],
    of: /^leader_election_master_status\b/,
    reason: 'It is told by those who stand for election, each under a job of its own: not by leasewatch.',
  },
  {
    rules: ['target-job', 'target-instance'],
    of: /^leasewatch_websocket_app_\w+\{(?!.*\btarget=)/,
    reason: 'Applications tell it of themselves, scraped under jobs of their own: not by leasewatch.',
  },
  {
    rules: ['target-job', 'target-instance'],
    of: /^up\{cluster=~"\$cluster"\}$/,
    reason: 'It says since when Prometheus knows such an application: not about leasewatch either.',
  },
  {
    rules: ['target-job', 'target-instance'],
    of: /^ALERTS\b/,
    reason: 'The rules aggregate processes away, so that their alerts have neither job nor instance of one.',
  },
];
