import type { Almanac } from './almanac.ts';

/** Times in which a read could fail or be late, or in which the judge did not run. */
const troubles: readonly string[] = [
  'API outage',
  'slow answers',
  'judge cut off',
  'watch gap with compaction',
  'judge paused',
  'judge restarted',
  'judge restarted, memory lost',
  'judge restarted in an outage',
  'judge restarted in a round',
];

/** Whether a read could fail or be late at some moment between two. */
export function isTroubled(almanac: Almanac, from: number, to: number): boolean {
  return troubles.some((weather) => isUnder(almanac, weather, from, to));
}

/** Longest time that a slow etcd holds a write back. */
export const slowestMs = 15_000;

/** Whether there was this weather at some moment between two. */
export function isUnder(almanac: Almanac, weather: string, from: number, to: number): boolean {
  return almanac.get(weather)?.some((span) => span.from < to && span.to > from) ?? false;
}
