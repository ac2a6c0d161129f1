import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Fate } from './event.ts';
import { type FateEvidence, fateOf } from './fate.ts';
import type { PodRecord } from './holder-observation.ts';

const second = 1_000_000;

function pod(fields: Partial<PodRecord> = {}): PodRecord {
  return {
    ...{ namespace: 'ns', name: 'a', uid: 'u', node: 'n', owner: 'ReplicaSet/a-1', revision: '1' },
    ...{ deleting: false, reason: undefined, disruption: undefined, restarts: 0, ended: undefined },
    ...fields,
  };
}

const alive = { lost: false, leaving: false, heardSince: true };
const leaving = { ...alive, leaving: true };
const silent = { ...alive, heardSince: false };
const lost = { ...alive, lost: true };
const ended = (reason: string, at: number | undefined) => ({ reason, exitCode: 137, at });

const cases: readonly (readonly [string, Partial<FateEvidence>, Fate])[] = [
  ['nothing was read', { after: undefined }, 'unknown'],
  ['nothing was read, but its node was lost', { after: undefined, node: lost }, 'node_lost'],
  ['a Pod as it was, on a lost node', { node: lost }, 'node_lost'],
  ['a Pod as it was', {}, 'running'],
  ['a Pod as it was, on a node that fell silent too', { node: silent }, 'unknown'],
  ['gone, never known', { before: undefined, after: 'absent' }, 'unknown'],
  ['gone', { after: 'absent' }, 'deleted'],
  ['gone, its node is leaving', { after: 'absent', node: leaving }, 'drained'],
  ['gone, others are of another version', { after: 'absent', revisions: ['1', '2'] }, 'rolled'],
  ['gone, others are of its version', { after: 'absent', revisions: ['1'] }, 'deleted'],
  [
    'the name has gone to the next Pod',
    { after: pod({ uid: 'v', revision: '2' }), revisions: ['2'] },
    'rolled',
  ],
  ['being deleted', { after: pod({ deleting: true }) }, 'deleted'],
  ['being deleted in a rollout', { after: pod({ deleting: true }), revisions: ['2'] }, 'rolled'],
  [
    'being deleted, of no known version',
    {
      before: pod({ revision: undefined }),
      after: pod({ revision: undefined, deleting: true }),
      revisions: ['2'],
    },
    'deleted',
  ],
  ['evicted by the API', { after: pod({ disruption: 'EvictionByEvictionAPI' }) }, 'evicted'],
  [
    'evicted from a leaving node',
    { after: pod({ deleting: true, disruption: 'EvictionByEvictionAPI' }), node: leaving },
    'drained',
  ],
  ['preempted', { after: pod({ disruption: 'PreemptionByScheduler' }) }, 'evicted'],
  ['under pressure', { after: pod({ disruption: 'TerminationByKubelet', reason: 'Evicted' }) }, 'evicted'],
  ['under pressure, before 1.26', { after: pod({ reason: 'Evicted' }) }, 'evicted'],
  [
    'a machine that shuts down in good order',
    { after: pod({ disruption: 'TerminationByKubelet', reason: 'Terminated' }) },
    'drained',
  ],
  ['tainted away', { after: pod({ disruption: 'DeletionByTaintManager' }) }, 'node_lost'],
  ['collected without a Node', { after: pod({ disruption: 'DeletionByPodGC' }) }, 'node_lost'],
  ['killed for its memory', { after: pod({ ended: ended('OOMKilled', 10 * second) }) }, 'oom_killed'],
  ['crashed', { after: pod({ ended: ended('Error', 12 * second) }) }, 'container_restarted'],
  [
    'crashed in the second of its last word',
    { after: pod({ ended: ended('Error', 10 * second) }), renewTime: 10.9 * second },
    'container_restarted',
  ],
  ['crashed long before', { after: pod({ ended: ended('OOMKilled', 8 * second) }) }, 'running'],
  ['crashed, nobody knows when', { after: pod({ ended: ended('Error', undefined) }) }, 'running'],
  [
    'deleted, which ends containers too',
    { after: pod({ deleting: true, ended: ended('Error', 12 * second) }) },
    'deleted',
  ],
];

for (const [what, evidence, fate] of cases) {
  test(`fate: ${what}: ${fate}`, () => {
    const base = { before: pod(), after: pod(), renewTime: 10 * second, node: alive, revisions: [] };
    assert.equal(fateOf({ ...base, ...evidence }), fate);
  });
}
