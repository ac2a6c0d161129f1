import type { ElectionTimes } from '../../exporter/kube/election-times.ts';

/** An election as it is set up somewhere in the field. */
export interface Setting {
  readonly name: string;
  readonly times: ElectionTimes;
  readonly replicas: number;
  /** Gives the lease up when it is told to stop. */
  readonly releases: boolean;
  /** A restarted replica keeps its identity, as one of a StatefulSet or with a bare hostname does. */
  readonly keepsIdentity: boolean;
  /** A controller names the holder. */
  readonly coordinated?: boolean;
}

function times(duration: number, renewDeadline: number, retryPeriod: number): ElectionTimes {
  return {
    durationSeconds: duration,
    renewDeadlineSeconds: renewDeadline,
    retryPeriodSeconds: retryPeriod,
  };
}

const usual = times(15, 10, 2);

/** Every election setting seen in the field; a cluster takes them in turn. */
export const settings: readonly Setting[] = [
  { name: '15/10/2', times: usual, replicas: 3, releases: true, keepsIdentity: false },
  { name: '15/10/2 keeps', times: usual, replicas: 2, releases: false, keepsIdentity: false },
  { name: '15/10/5', times: times(15, 10, 5), replicas: 2, releases: true, keepsIdentity: true },
  { name: '60/40/10', times: times(60, 40, 10), replicas: 2, releases: true, keepsIdentity: false },
  { name: '137/107/26', times: times(137, 107, 26), replicas: 2, releases: true, keepsIdentity: false },
  { name: 'single', times: usual, replicas: 1, releases: false, keepsIdentity: false },
  { name: 'single stateful', times: usual, replicas: 1, releases: false, keepsIdentity: true },
  { name: '3600', times: times(3600, 2400, 120), replicas: 2, releases: true, keepsIdentity: false },
];

const coordinated = { coordinated: true } as const;

/** Of coordinated elections: as the control plane has them, and as others may. */
export const coordinatedSettings: readonly [Setting, ...Setting[]] = [
  { ...coordinated, name: '15/10/2', times: usual, replicas: 3, releases: false, keepsIdentity: false },
  {
    ...coordinated,
    name: '15/10/2 releases',
    times: usual,
    replicas: 3,
    releases: true,
    keepsIdentity: false,
  },
  {
    ...coordinated,
    name: '60/40/10',
    times: times(60, 40, 10),
    replicas: 2,
    releases: true,
    keepsIdentity: false,
  },
  {
    ...coordinated,
    name: '15/10/5 stateful',
    times: times(15, 10, 5),
    replicas: 2,
    releases: true,
    keepsIdentity: true,
  },
  {
    ...coordinated,
    name: '137/107/26',
    times: times(137, 107, 26),
    replicas: 2,
    releases: false,
    keepsIdentity: false,
  },
  { ...coordinated, name: 'single', times: usual, replicas: 1, releases: false, keepsIdentity: false },
];

/** Of the lease over which API servers are elected: the leader names the holders of the others. */
export const controllerSetting: Setting = {
  ...{ name: 'controller', times: usual, replicas: 2, releases: true, keepsIdentity: false },
};
