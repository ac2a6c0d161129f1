/** Seconds, as the flags of Kubernetes' components have them. */
export interface ElectionTimes {
  readonly durationSeconds: number;
  readonly renewDeadlineSeconds: number;
  readonly retryPeriodSeconds: number;
}

/** What kube-scheduler, kube-controller-manager and controller-runtime use unless told otherwise. */
export const defaultTimes: ElectionTimes = {
  durationSeconds: 15,
  renewDeadlineSeconds: 10,
  retryPeriodSeconds: 2,
};

/** A waiting candidate tries again after the retry period times 1 to 1 + this. */
export const jitterFactor = 1.2;
