import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { type Edges, leaseEdges, nodeEdges, roundEdges } from '../../exporter/model/edges.ts';
import { story } from './command.ts';
import { nothingWalked, type Walked, walk } from './edges.ts';
import { Player } from './player.ts';

const scenarios = join(import.meta.dirname, '..', 'scenarios');

/** What the golden transcripts tell. */
function walkedByScenarios(walked: Walked): void {
  for (const file of globSync('*.txt', { cwd: scenarios })) {
    const steps = new Map<string, string>();
    for (const line of readFileSync(join(scenarios, file), 'utf8').split('\n')) {
      const state = /event (lease|node) \S+ (\w+ -> \w+): /.exec(line);
      if (state !== null) walked[state[1] === 'lease' ? 'leases' : 'nodes'].add(state[2] ?? '');
      const [, trace, step] = /event round (\w+) (\w+): /.exec(line) ?? [];
      if (trace === undefined || step === undefined) continue;
      const before = steps.get(trace);
      if (before !== undefined && step !== 'opened') walked.rounds.add(`${before} -> ${step}`);
      steps.set(trace, step);
    }
  }
}

/** What stories walk: always the same ones, so that an edge is not walked by chance. */
function walkedByStories(walked: Walked): void {
  for (const commands of fc.sample(story, { numRuns: 3000, seed: 1 })) {
    const player = new Player([]);
    player.play(commands);
    const steps = new Map<string, string>();
    for (const { events } of player.steps) walk(walked, events, steps);
  }
}

const drawn = (edges: Edges<string>) =>
  Object.entries(edges).flatMap(([from, next]) => Object.keys(next).map((to) => `${from} -> ${to}`));

describe('the drawing of the state machines', () => {
  const walked = nothingWalked();
  walkedByScenarios(walked);
  walkedByStories(walked);
  const parts = [
    ['leases', leaseEdges],
    ['nodes', nodeEdges],
    ['rounds', roundEdges],
  ] as const;
  for (const [name, edges] of parts) {
    test(`${name}: every edge is walked, and no other`, () => {
      assert.deepEqual([...walked[name]].sort(), drawn(edges).sort());
    });
  }
});
