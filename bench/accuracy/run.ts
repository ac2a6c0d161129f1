import { type Plan, play } from './arena.ts';
import { count, newTally, type Tally } from './score.ts';

/** Every fourth cluster lives for hours, so that hour-long leases have rounds too. */
const plans: readonly [Plan, ...Plan[]] = [
  { lastsMs: 1_500_000, elections: 16, weatherMs: 60_000 },
  { lastsMs: 1_200_000, elections: 14, weatherMs: 40_000 },
  { lastsMs: 1_500_000, elections: 16, weatherMs: 200_000 },
  { lastsMs: 29_000_000, elections: 8, weatherMs: 300_000 },
];

/** Lives through one virtual cluster after the other, until so many true rounds were judged. */
export async function run(seed: number, rounds: number): Promise<Tally> {
  const tally = newTally();
  for (let arena = 0; judged(tally) < rounds; arena++) {
    const plan = plans[arena % plans.length] ?? plans[0];
    count(tally, await play(seed * 1000 + arena, plan));
  }
  return tally;
}

/** Rounds that could be seen. */
export function judged({ counted }: Tally): number {
  return counted.filter(({ result }) => result !== 'unseen').length;
}
