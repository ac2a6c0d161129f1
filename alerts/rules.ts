import { connectionAlerts } from './connections.ts';
import { electionAlerts } from './elections.ts';
import { joinAlerts } from './join-alerts.ts';
import { joinRecords } from './joins.ts';
import { labelAlerts } from './labels.ts';
import { leaderAlerts } from './leaders.ts';
import { nodeAlerts } from './nodes.ts';
import { evaluatedEvery, objectiveAlerts } from './objective.ts';
import { outboxAlerts } from './outbox.ts';
import { presenceAlerts } from './presence.ts';
import { probeAlerts } from './probes.ts';
import { gapRecords, leaseRecords, nodeRecords, silenceRecords, socketRecords } from './recording.ts';
import type { Group } from './rule.ts';
import { sightAlerts } from './sight.ts';
import { silenceAlerts } from './silence.ts';
import { socketAlerts } from './websockets.ts';

/**
 * All rules. A guard stands in the group of what it guards, and before it: groups are evaluated at different
 * moments, and a guard that comes late is none.
 */
export const groups: readonly Group[] = [
  {
    name: 'leasewatch-leases',
    interval: '15s',
    rules: [
      ...silenceRecords,
      ...leaseRecords,
      ...silenceAlerts,
      ...leaderAlerts,
      ...electionAlerts,
      ...nodeRecords,
      ...nodeAlerts,
    ],
  },
  {
    name: 'leasewatch-objective',
    interval: `${evaluatedEvery}s`,
    rules: [...gapRecords, ...objectiveAlerts],
  },
  {
    name: 'leasewatch-joins',
    interval: '15s',
    rules: [...joinRecords, ...joinAlerts],
  },
  {
    name: 'leasewatch-websockets',
    interval: '15s',
    rules: [...socketRecords, ...socketAlerts, ...connectionAlerts, ...probeAlerts],
  },
  {
    name: 'leasewatch-itself',
    interval: '15s',
    rules: [...presenceAlerts, ...sightAlerts, ...labelAlerts, ...outboxAlerts],
  },
];
