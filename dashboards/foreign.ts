import { seriesOf } from '../exporter/promql.ts';
import { chosenCluster, chosenTarget } from './variables.ts';

/** Series of others that dashboards show beside ours. */
export const foreignLabels = {
  up: [],
  ALERTS: ['alertname', 'alertstate', 'severity', 'lease', 'node', 'class', 'port'],
  leader_election_master_status: ['name'],
  process_cpu_seconds_total: [],
  process_resident_memory_bytes: [],
  nodejs_eventloop_lag_p99_seconds: [],
} as const;

const foreign = seriesOf(foreignLabels);

/** What client-go tells in a process that stands for election. */
export const believed = foreign('leader_election_master_status', {
  ...chosenCluster,
  name: { like: '$lease' },
});

export const ofProcess = {
  up: foreign('up', chosenTarget),
  cpu: foreign('process_cpu_seconds_total', chosenTarget),
  memory: foreign('process_resident_memory_bytes', chosenTarget),
  loopLag: foreign('nodejs_eventloop_lag_p99_seconds', chosenTarget),
} as const;

/** Alerts that fire, of these names. */
export function firing(names: readonly string[]) {
  return foreign('ALERTS', { ...chosenCluster, alertname: names, alertstate: 'firing' });
}
