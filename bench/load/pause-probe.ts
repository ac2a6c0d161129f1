/** Loaded into a program before it starts: measures the pauses of its main thread while the parent says so. */
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

process.on('message', (asked) => {
  if (asked === 'watch pauses') start();
  if (asked === 'tell pauses') process.send?.(tell());
});
// The program ends when it wants to, whether or not somebody listens.
process.channel?.unref();
