/**
 * `npm run torture -- --seed N --kills K`: leasewatch's delivery is killed K times while its receiver
 * misbehaves and its file is damaged. The last line of standard output is one flat JSON object. Exit code
 * 1 when a promise is broken, 2 for a wrong command line.
 */
import { readOptions } from './options.ts';
import { broken } from './summary.ts';
import { torture } from './torture.ts';

const options = readOptions(process.argv.slice(2));
if ('problem' in options) {
  console.error(`torture: ${options.problem}`);
  process.exitCode = 2;
} else {
  const summary = await torture(options);
  const problems = broken(summary);
  console.log(
    `seed ${options.seed}: ${problems.length === 0 ? 'every promise is kept' : problems.join('; ')}`,
  );
  console.log(JSON.stringify(summary));
  process.exitCode = problems.length === 0 ? 0 : 1;
}
