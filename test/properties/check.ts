import fc from 'fast-check';
import type { Command } from './command.ts';
import { story } from './command.ts';
import { within } from './deadline.ts';
import { linesOf } from './lines.ts';
import { Player } from './player.ts';
import type { Witness } from './step.ts';

/** The same stories every time, unless more are asked for: a red run is never by chance. */
const usual = { runs: 300, seed: 20_260_101 };

export function effort(): { readonly numRuns: number; readonly seed: number } {
  const { PROPERTY_RUNS: runs, PROPERTY_SEED: seed } = process.env;
  const chance = runs === undefined ? usual.seed : Date.now() % 2 ** 31;
  return { numRuns: Number(runs ?? usual.runs), seed: seed === undefined ? chance : Number(seed) };
}

/** A story is played in a few milliseconds, also on a busy machine; one that takes this long never ends. */
const longestMs = 30_000;

/** Plays many stories before a witness; what it does not like is made as small as it gets, and told line by line. */
export function forAllStories(witnesses: () => readonly Witness[], alsoCheck = (_: Player) => {}): void {
  const { numRuns, seed } = effort();
  const property = fc.property(story, (commands) => {
    const player = new Player(witnesses());
    within(longestMs, () => player.play(commands));
    alsoCheck(player);
  });
  const { PROPERTY_SECONDS: seconds = '30' } = process.env;
  const found = fc.check(property, { numRuns, seed, interruptAfterTimeLimit: Number(seconds) * 1000 });
  if (found.interrupted) console.log(`only ${found.numRuns} of ${numRuns} stories in ${seconds} s`);
  if (!found.failed) return;
  const [smallest = []] = found.counterexample ?? [];
  throw new Error(
    `${found.errorInstance}\nPROPERTY_SEED=${found.seed}, after ${found.numRuns} stories, smallest:\n${retold(smallest, alsoCheck)}`,
  );
}

/** With what is shown at the end, to find out what the story leads to. */
function retold(commands: readonly Command[], alsoCheck: (player: Player) => void): string {
  const player = new Player([]);
  try {
    within(longestMs, () => player.play(commands));
    alsoCheck(player);
  } catch (error) {
    return `${linesOf(player.steps)}\n${error}`;
  }
  return linesOf(player.steps);
}
