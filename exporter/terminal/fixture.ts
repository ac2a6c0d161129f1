import type { LastRoundAnswer, LeaseAnswer, NodeAnswer, RoundAnswer } from './answers.ts';

/** Hand-made answers of the API for the tests of this folder. */

/** A time as the API tells it, from Unix seconds. */
export function clusterAnswer(unix: number) {
  return { iso: new Date(unix * 1000).toISOString(), unix };
}

/** 2026-11-24T10:04:05Z. */
const begin = 1_795_514_645;

export function leaseAnswer(part: Partial<LeaseAnswer> = {}): LeaseAnswer {
  return {
    ...{ namespace: 'kube-system', lease: 'scheduler', class: 'election', state: 'held', stateSeconds: 7200 },
    ...{
      holder: 'scheduler-b_7b6f6f0e-8f1b-4c7e-9b0a-111111111111',
      holderPod: 'scheduler-b',
      holderNode: 'node-2',
    },
    ...{ candidates: 3, preferredHolder: null, leaseDurationSeconds: 15, transitions: 4 },
    ...{ renewed: clusterAnswer(begin + 6953), acquired: clusterAnswer(begin) },
    ...{ observedSecondsAgo: 1.2, renewals: 700, lateRenewals: 0, missedRounds: 0, possibleOverlaps: 0 },
    ...{ clockSkewSeconds: 0.01, openRound: null, policy: null, absent: null },
    ...{ changesLastDay: 0, changesLastDayCut: false, lastRound: null },
    ...part,
  };
}

/** Two hours ago a node was lost with the leader on it. */
export function lastRoundAnswer(part: Partial<LastRoundAnswer> = {}): LastRoundAnswer {
  return {
    ...{ traceId: 'abc', cause: 'expired', outcome: 'elected', uncertain: false },
    ...{ predecessor: 'scheduler-a', successor: 'scheduler-b', predecessorNode: 'node-1' },
    ...{ predecessorFate: 'node_lost', gapSeconds: 16.3, leaderlessSeconds: 1.3, closedSecondsAgo: 7300 },
    ...part,
  };
}

export function roundAnswer(part: Partial<RoundAnswer> = {}): RoundAnswer {
  return {
    ...{ traceId: 'abc', namespace: 'kube-system', lease: 'scheduler', cause: 'expired', open: true },
    ...{ predecessor: 'scheduler-a', predecessorNode: 'node-1', predecessorFate: null },
    lastRenewal: clusterAnswer(begin),
    ...part,
  };
}

export function nodeAnswer(part: Partial<NodeAnswer> = {}): NodeAnswer {
  return {
    ...{ node: 'node-1', state: 'alive', stateSeconds: 7300, observedSecondsAgo: 3 },
    ...{ missedHeartbeats: 0, clockSkewSeconds: null, disagreement: null },
    ...part,
  };
}
