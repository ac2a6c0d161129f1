import type { RoundRow } from '../tables.ts';
import { duration } from './words.ts';

/** A stretch of a round, in seconds since the last renewal of the predecessor. */
export interface Stretch {
  readonly name: 'silence' | 'leaderless' | 'settle' | 'overlap';
  readonly from: number;
  readonly to: number;
}

/** The stretches of a round as they are at `now` (Unix seconds): the last one of an open round still grows. */
export function stretches(round: RoundRow, now: number): Stretch[] {
  const { lastRenewalAt: start, vacatedAt, acquiredAt, closedAt, overlap } = round;
  const end = closedAt ?? Math.max(now, acquiredAt ?? vacatedAt);
  const acquired = acquiredAt ?? end;
  const all: Stretch[] = [
    { name: 'silence', from: 0, to: vacatedAt - start },
    { name: 'leaderless', from: vacatedAt - start, to: acquired - start },
    { name: 'settle', from: acquired - start, to: end - start },
  ];
  if (overlap !== null)
    all.push({ name: 'overlap', from: overlap.fromAt - start, to: overlap.untilAt - start });
  return all.filter(({ from, to }) => to > from);
}

/** How long a round has lasted so far, the overlap included. */
export function lengthOf(round: RoundRow, now: number): number {
  return Math.max(0, ...stretches(round, now).map(({ to }) => to));
}

const scales = [5, 10, 20, 30, 60, 120, 300, 600, 1800, 3600];

/** One scale for all: the least that shows nine tenths of the rounds whole. */
export function scaleFor(rounds: readonly RoundRow[], now: number): number {
  const lengths = rounds.map((round) => lengthOf(round, now)).sort((a, b) => a - b);
  const most = lengths[Math.ceil(lengths.length * 0.9) - 1] ?? 0;
  return scales.find((scale) => scale >= most) ?? 3600;
}

/** For those who do not see it. */
export function waterfallWords(parts: readonly Stretch[]): string {
  const named = {
    silence: 'silence',
    leaderless: 'leaderless',
    settle: 'settle',
    overlap: 'possible overlap',
  };
  return parts.map(({ name, from, to }) => `${named[name]} ${duration(to - from)}`).join(', ');
}
