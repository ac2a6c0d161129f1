/** Loaded into a program before it starts: tells the pauses of its main thread and its memory when the parent asks. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { type Pauses, watchPauses } from '../census/pauses.ts';

export interface PausesTold extends Pauses {
  /** Of a hundred looks, ninety-nine came sooner (ms); without the waiting for a core. */
  readonly p99Ms: number;
}

/** Room for the looks of ten minutes: to grow would be a pause of its own. */
const mostLooks = 600_000;

let pauses: { readonly stop: () => Pauses; readonly looks: Float64Array; count: number } | undefined;

function start(): void {
  const looks = new Float64Array(mostLooks);
  const stop = watchPauses((ownMs) => {
    if (pauses !== undefined && pauses.count < mostLooks) looks[pauses.count++] = ownMs;
  });
  pauses = { stop, looks, count: 0 };
}

function tell(): PausesTold | undefined {
  if (pauses === undefined) return undefined;
  const { stop, looks, count } = pauses;
  const longest = stop();
  pauses = undefined;
  const sorted = looks.subarray(0, count).sort();
  return { ...longest, p99Ms: sorted[Math.floor(count * 0.99)] ?? 0 };
}

/** Bytes that are in use once all garbage was collected: objects, and what stands outside of them. */
export interface MemoryTold {
  readonly heap: number;
  readonly external: number;
}

function memory(): MemoryTold {
  setFlagsFromString('--expose-gc');
  const collect: unknown = runInNewContext('gc');
  // What was freed by the first time may have held more.
  for (let time = 0; time < 3; time++) if (typeof collect === 'function') collect();
  const { heapUsed, external } = process.memoryUsage();
  return { heap: heapUsed, external };
}

process.on('message', (asked) => {
  if (asked === 'watch pauses') start();
  if (asked === 'tell pauses') process.send?.(tell());
  if (asked === 'tell memory') process.send?.(memory());
});
// The program ends when it wants to, whether or not somebody listens.
process.channel?.unref();
