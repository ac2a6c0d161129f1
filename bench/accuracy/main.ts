/**
 * `npm run accuracy -- --seed N --rounds M [--explain K]`: random storms over virtual clusters, every verdict
 * held against what truly happened. The last line of standard output is one flat JSON object. Exit code 1
 * when a goal is missed, 2 for a wrong command line.
 */
import { explain } from './explain.ts';
import { readOptions } from './options.ts';
import { run } from './run.ts';
import { missedGoals, summarise } from './summary.ts';
import { listWrongs, table } from './table.ts';

const options = readOptions(process.argv.slice(2));
if ('problem' in options) {
  console.error(`accuracy: ${options.problem}`);
  process.exitCode = 2;
} else {
  const began = performance.now();
  const tally = await run(options.seed, options.rounds);
  const summary = summarise(tally);
  const missed = missedGoals(summary, tally);
  console.log(table(tally));
  if (tally.wrongs.length > 0) console.log(`\n${listWrongs(tally.wrongs)}`);
  const wrong = options.explain === undefined ? undefined : tally.wrongs[options.explain - 1];
  if (wrong !== undefined) console.log(`\n${explain(wrong)}`);
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  console.log(
    `\nseed ${options.seed}, ${seconds} s: ${missed.length === 0 ? 'every goal is met' : missed.join('; ')}`,
  );
  console.log(JSON.stringify(summary));
  process.exitCode = missed.length === 0 ? 0 : 1;
}
