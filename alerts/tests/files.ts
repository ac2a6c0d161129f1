import { evaluatedEvery } from '../objective.ts';
import { connectionStories } from './connections.ts';
import { electionStories } from './elections.ts';
import { falseAlarmStories } from './false-alarms.ts';
import { gapStories } from './false-alarms-scrapes.ts';
import { itselfStories } from './itself.ts';
import { joinStories } from './joins.ts';
import { leaderStories } from './leaders.ts';
import { nodeStories } from './nodes.ts';
import { objectiveStories } from './objective.ts';
import { outboxStories } from './outbox.ts';
import { probeStories } from './probes.ts';
import type { TestFile } from './render.ts';
import { stormStories } from './storms.ts';
import { socketStories } from './websockets.ts';

/** Every file of tests, by its path. */
export const testFiles: readonly TestFile[] = [
  { path: 'alerts/tests/leaders.yaml', stories: leaderStories },
  { path: 'alerts/tests/false-alarms.yaml', stories: falseAlarmStories },
  { path: 'alerts/tests/false-alarms-scrapes.yaml', stories: gapStories },
  { path: 'alerts/tests/elections.yaml', stories: electionStories },
  { path: 'alerts/tests/nodes.yaml', stories: nodeStories },
  { path: 'alerts/tests/websockets.yaml', stories: socketStories },
  { path: 'alerts/tests/probes.yaml', stories: probeStories },
  { path: 'alerts/tests/connections.yaml', stories: connectionStories },
  { path: 'alerts/tests/joins.yaml', stories: joinStories },
  { path: 'alerts/tests/storms.yaml', stories: stormStories },
  { path: 'alerts/tests/itself.yaml', stories: itselfStories },
  { path: 'alerts/tests/outbox.yaml', stories: outboxStories },
  { path: 'alerts/tests/objective.yaml', stories: objectiveStories, evaluatedEvery },
];
