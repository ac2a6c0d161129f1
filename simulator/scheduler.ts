import { setImmediate } from 'node:timers/promises';
import type { Clock } from '../exporter/clock.ts';

/** A clock that stands still until it is told to move. */
export interface VirtualClock extends Clock {
  /** Moves time on by `ms` milliseconds and runs what falls due on the way, in order. */
  advance(ms: number): Promise<void>;
  /** Moves monotonic time on to `mono` milliseconds; a time in the past only lets pending work finish. */
  runUntil(mono: number): Promise<void>;
  /** Lets pending promises finish without moving time. */
  settle(): Promise<void>;
  /** Steps the wall clock by `ms` milliseconds, which may be negative; timers do not notice. */
  jumpWall(ms: number): void;
}

interface Timer {
  readonly at: number;
  readonly run: () => void;
}

// One turn of the event loop drains every promise that is ready; a stream that hands over to the next
// tick or to another immediate needs a few more.
const turns = 4;

/** Virtual time from `startWallMicros` (Unix microseconds); monotonic time starts at zero. */
export function virtualClock(startWallMicros = Date.UTC(2026, 0, 1) * 1000): VirtualClock {
  const timers: Timer[] = [];
  let mono = 0;
  let wallAtZero = startWallMicros;
  let moving = false;

  async function settle(): Promise<void> {
    for (let turn = 0; turn < turns; turn++) await setImmediate();
  }

  function after(delayMs: number, run: () => void): () => void {
    const timer = { at: mono + Math.max(0, delayMs), run };
    timers.splice(firstLaterThan(timers, timer.at), 0, timer);
    return () => remove(timers, timer);
  }

  async function runUntil(end: number): Promise<void> {
    if (moving) throw new Error('virtual clock: told to move while it is moving');
    moving = true;
    try {
      await settle();
      for (let next = timers[0]; next !== undefined && next.at <= end; next = timers[0]) {
        timers.shift();
        mono = Math.max(mono, next.at);
        next.run();
        await settle();
      }
      mono = Math.max(mono, end);
    } finally {
      moving = false;
    }
  }

  return {
    now: () => ({ mono, wall: wallAtZero + Math.round(mono * 1000) }),
    after,
    runUntil,
    advance: (ms) => runUntil(mono + ms),
    settle,
    jumpWall(ms) {
      wallAtZero += Math.round(ms * 1000);
    },
  };
}

/** Binary search, so that timers of the same moment keep the order in which they were set. */
function firstLaterThan(timers: readonly Timer[], at: number): number {
  let low = 0;
  let high = timers.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const timer = timers[middle];
    if (timer !== undefined && timer.at <= at) low = middle + 1;
    else high = middle;
  }
  return low;
}

function remove(timers: Timer[], timer: Timer): void {
  for (let i = firstLaterThan(timers, timer.at) - 1; i >= 0 && timers[i]?.at === timer.at; i--) {
    if (timers[i] === timer) {
      timers.splice(i, 1);
      return;
    }
  }
}
