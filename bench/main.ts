/**
 * `npm run bench -- NAME`: one benchmark, side by side with what it is measured against in the same run. The
 * last line of standard output is one flat JSON object. Exit code 1 when a goal is missed, 2 for a wrong
 * command line.
 */
import { bench as census } from './census/bench.ts';
import { bench as expiry } from './expiry/bench.ts';
import { bench as fleet } from './fleet/bench.ts';
import { bench as growth } from './growth/bench.ts';
import { bench as hostile } from './hostile/bench.ts';
import { bench as idle } from './idle/bench.ts';
import { bench as instrument } from './instrument/bench.ts';
import { bench as outbox } from './outbox/bench.ts';
import { bench as scrape } from './scrape/bench.ts';
import { bench as start } from './start/bench.ts';
import { bench as watch } from './watch/bench.ts';

/** What a benchmark found: numbers under their names (null: what was not there), and the goals that it missed. */
export interface BenchResult {
  readonly numbers: Readonly<Record<string, number | null>>;
  readonly missed: readonly string[];
}

const benches: Readonly<Record<string, () => Promise<BenchResult>>> = {
  census,
  expiry,
  fleet,
  growth,
  hostile,
  idle,
  instrument,
  outbox,
  scrape,
  start,
  watch,
};

const [name = '', ...others] = process.argv.slice(2);
const run = benches[name];
if (run === undefined || others.length > 0) {
  console.error(`bench: name one of these: ${Object.keys(benches).join(', ')}`);
  process.exitCode = 2;
} else {
  const { numbers, missed } = await run();
  console.log(missed.length === 0 ? 'every goal is met' : missed.join('; '));
  console.log(JSON.stringify(numbers));
  process.exitCode = missed.length === 0 ? 0 : 1;
}
