import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { forAllStories } from './check.ts';
import { checkRepeated, checkWithOtherClock } from './repetition.ts';
import { evidenceWitness } from './witness-evidence.ts';
import { changesWitness, leaseWitness } from './witness-lease.ts';
import { nodeWitness } from './witness-node.ts';
import { numbersWitness, roundWitness } from './witness-round.ts';
import { spansWitness } from './witness-spans.ts';

const graceMs = 50_000;

describe('in any order of observations', () => {
  test('states, rounds, outages, sums and spans keep their invariants', () => {
    forAllStories(() => [
      leaseWitness(),
      changesWitness(),
      roundWitness(),
      nodeWitness(),
      spansWitness(),
      numbersWitness,
    ]);
  });

  test('nobody is called silent without evidence', () => {
    forAllStories(() => [evidenceWitness(graceMs)]);
  });

  test('a lease that falls silent while we can see gets its verdict', () => {
    const usual = 3_600_000;
    forAllStories(
      () => [],
      (player) => {
        for (const { name, state, durationMs, class: kind } of player.fallSilent()) {
          if (durationMs > usual || kind === 'lock') continue;
          assert.ok(state !== 'held' && state !== 'unknown', `${name} is ${state} although nobody wrote`);
        }
      },
    );
  });

  test('the same observations lead to the same words', () => {
    forAllStories(
      () => [],
      ({ steps }) => checkRepeated(steps),
    );
  });

  test('a wall clock that is an hour wrong changes no verdict', () => {
    forAllStories(
      () => [],
      ({ steps }) => checkWithOtherClock(steps),
    );
  });
});
